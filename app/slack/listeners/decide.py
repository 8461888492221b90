"""Approve and Reject: one press, one decision."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import notices
from app.slack.payloads import Press
from policies.plan import Outcome

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for both buttons."""

    @app.action(ids.APPROVE)
    def approve(ack: Ack, context: BoltContext) -> None:
        decide(context["interaction"], Outcome.APPROVE, ack)

    @app.action(ids.REJECT)
    def reject(ack: Ack, context: BoltContext) -> None:
        decide(context["interaction"], Outcome.REJECT, ack)

    def decide(press: Press, outcome: Outcome, ack: Ack) -> None:
        shown, person = press.shown, desk.person(press)
        request = desk.service.decide(
            shown.request_id, person, outcome, shown.digest, seen=shown.place
        )
        ack()
        desk.replies.tell(press.response_url, notices.taken(request))
