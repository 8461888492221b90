"""The buttons that say it all: one press, one answer."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import notices
from app.slack.payloads import Press

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for Approve, Reject, the choices of a policy that ask for no words, and Undo."""

    @app.action(ids.AT_ONCE)
    def decide(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        meant = press.meant
        at = desk.at(press, press.shown)
        request = desk.reviewing.decide(at, meant.outcome, choice=meant.choice)
        ack()
        desk.say(press, notices.taken(request, meant.choice))

    @app.action(ids.UNDO)
    def undo(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        request = desk.reviewing.undo(desk.at(press, press.shown))
        ack()
        desk.say(press, notices.undone(request))
