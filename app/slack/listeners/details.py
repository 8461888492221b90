"""The whole request: a press opens it, others turn its pages and show its history.

Who presses is looked up each time, and gets what they may see of it.
"""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import details
from app.slack.payloads import Press

from .desk import LOOKED_UP_S, Desk


def register(app: App, desk: Desk) -> None:
    """Listen for Details, and for the buttons that turn its pages."""

    @app.action(ids.DETAILS)
    def unfold(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        shown = press.shown
        seen = desk.looking.opened(desk.viewer(press), shown.request_id, shown.place)
        opened = ids.Form(ids.DETAILS, shown, press.reply_to)
        page = details.request_page(seen.request, opened, history=seen.history)
        desk.open_form(press, page, LOOKED_UP_S)
        ack()

    @app.action(ids.TURN)
    def turn(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        page, opened = press.page, press.details
        if press.modal is None or opened is None:
            raise ids.unreadable()
        shown = opened.shown
        seen = desk.looking.opened(desk.viewer(press), shown.request_id, shown.place)
        request, history = seen.request, seen.history
        if page.part == "history" and history:
            events = desk.reviewing.history(request.id)
            view = details.history_page(request, events, opened, page.number)
        else:
            view = details.request_page(request, opened, page.number, history=history)
        desk.turn(press.modal, view)
        ack()
