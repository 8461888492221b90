"""Revise: the press opens a form, and sending the form is the decision."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import modal
from app.slack.payloads import Press, Submission
from policies.plan import Outcome

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for the button and for the form."""

    @app.action(ids.REVISE)
    def ask_what_should_change(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        shown = press.shown
        desk.person(press)
        request = desk.service.to_revise(shown.request_id)
        desk.open_form(press.trigger_id, modal.revise(request, shown))
        ack()

    @app.view(ids.REVISE_FORM)
    def send_back(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        shown, person = sent.shown, desk.person(sent)
        desk.service.decide(
            shown.request_id,
            person,
            Outcome.REVISE,
            shown.digest,
            comment=sent.comment.strip(),
            seen=shown.place,
        )
        ack()
