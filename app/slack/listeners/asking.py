"""Asking by hand: the shortcuts that open the form, choosing a policy, and sending it."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext

from app.by_hand import Wish
from app.domain.errors import FormRefused
from app.slack import form_ids, typed
from app.slack.asking import Asking, about, parse
from app.slack.blocks import asking as forms
from app.slack.blocks import notices
from app.slack.payloads import MessageShortcut, Shortcut
from app.slack.submission import Submission

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for both shortcuts, and for the two forms."""

    @app.shortcut(form_ids.REQUEST)
    def anywhere(ack: Ack, context: BoltContext) -> None:
        used: Shortcut = context["interaction"]
        desk.trusted(used, "ask")
        desk.open(used.trigger_id, first_form(desk, Asking()))
        ack()

    @app.shortcut(form_ids.REQUEST_FROM_MESSAGE)
    def from_message(ack: Ack, context: BoltContext) -> None:
        used: MessageShortcut = context["interaction"]
        desk.trusted(used, "ask")
        desk.open(used.trigger_id, first_form(desk, about(used)))
        ack()

    @app.view(form_ids.POLICY_FORM)
    def choose(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        desk.trusted(sent, "ask")
        policy = sent.option(form_ids.POLICY_BLOCK)
        if policy is None:
            raise FormRefused("Choose what it is about.")
        asking = parse(sent.view.private_metadata).under(policy)
        ack(response_action="update", view=_form(desk, asking))

    @app.view(form_ids.REQUEST_FORM)
    def send(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        person = desk.person(sent)
        request = desk.by_hand.ask(person, _wish(desk, sent))
        ack()
        if request.pending:
            desk.replies.write(desk.api, person, notices.asked_by_hand(request))


def first_form(desk: Desk, asking: Asking) -> dict[str, Any]:
    """The form of the policy that is named, or the one to choose it in where there are several.

    Raises `PolicyNotFound`.
    """
    policies = desk.by_hand.policies()
    if not asking.policy and len(policies) > 1:
        return forms.choose(policies, asking)
    return _form(desk, asking if asking.policy else asking.under(next(iter(policies), "")))


def _form(desk: Desk, asking: Asking) -> dict[str, Any]:
    declared = desk.by_hand.inputs(asking.policy)
    purpose = desk.by_hand.policies().get(asking.policy)
    title = forms.titled(asking.quote or "")
    return forms.ask(typed.WHAT if declared is None else declared, purpose, title, asking)


def _wish(desk: Desk, sent: Submission) -> Wish:
    asking = parse(sent.view.private_metadata)
    declared = desk.by_hand.inputs(asking.policy)
    why = sent.text(form_ids.WHY_BLOCK)
    context = {"why": why, "message": asking.quote}
    return Wish(
        form=sent.view.id,
        policy=asking.policy,
        title=sent.text(form_ids.TITLE_BLOCK),
        payload=typed.payload_of(typed.WHAT if declared is None else declared, sent.view.state),
        context={key: words for key, words in context.items() if words},
        asked_in=asking.asked_in,
    )
