"""The Home tab: it is opened, its pages are turned, and somebody says there that they are away.

What a Home shows is drawn by a worker; here is only said that it has to be.
"""

from __future__ import annotations

import re

from slack_bolt import Ack, App, BoltContext

from app.slack import home_ids
from app.slack.blocks import modals, notices
from app.slack.payloads import Event, HomeOpened, Press

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for events, of which all but one are acknowledged and no more, and for the buttons."""

    @app.event(re.compile(""))
    def happened(ack: Ack, context: BoltContext) -> None:
        told: Event = context["interaction"]
        ours = told.team_id in (None, desk.team())
        if ours and isinstance(told.event, HomeOpened) and told.event.tab == "home":
            desk.homes.opened(told.event.user)
        ack()

    @app.action(home_ids.TURN)
    def turn(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        part, trail = press.home_page
        desk.homes.turn(desk.person(press), part, trail)
        ack()

    @app.action(home_ids.AWAY)
    def away(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        desk.trusted(press, "be away")
        desk.open_form(press, modals.away())
        ack()

    @app.action(home_ids.BACK)
    def back(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        person = desk.trusted(press, "say who is away")
        ended = desk.reviewing.back(person, by=person)
        ack()
        desk.tell(press, press.response_url, notices.back(ended))
