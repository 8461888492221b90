"""The button of a digest: whoever presses it gets the request's card by direct message."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import notices
from app.slack.payloads import Press

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for Open."""

    @app.action(ids.OPEN)
    def show(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        desk.looking.check_card(press.user.id, press.opened, press.place)
        request = desk.reviewing.show(desk.at(press, ids.Shown(press.opened, digest="")))
        ack()
        desk.tell(press, press.response_url, notices.shown(request))
