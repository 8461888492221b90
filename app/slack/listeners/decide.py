"""The buttons that say it all: one press, one answer."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import notices
from app.slack.payloads import Press

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for Approve, Reject, and the choices of a policy that ask for no words."""

    @app.action(ids.AT_ONCE)
    def decide(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        meant = press.meant
        at = desk.at(press, press.shown)
        request = desk.reviewing.decide(at, meant.outcome, choice=meant.choice)
        ack()
        desk.say(press, notices.taken(request, meant.choice))
