"""The buttons that need words: a press opens the form, and sending the form is the answer."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import modal, notices
from app.slack.blocks.text import Message
from app.slack.payloads import Press, Submission

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for Revise, Stop and the choices that ask for words, and for the form."""

    @app.action(ids.IN_WORDS)
    def ask(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        shown = press.shown
        desk.person(press)
        request = desk.service.to_answer(shown.request_id)
        opened = ids.Form(press.action, shown, press.response_url)
        desk.open_form(press.trigger_id, modal.form(request, opened))
        ack()

    @app.view(ids.FORM)
    def send(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        answer = _stop if sent.form.action == ids.STOP else _decide
        message = answer(desk, sent)
        ack()
        desk.replies.tell(sent.form.reply_to, message)


def _stop(desk: Desk, sent: Submission) -> Message:
    shown, person = sent.form.shown, desk.person(sent)
    request = desk.service.stop(
        shown.request_id, person, sent.comment.strip(), shown.digest, seen=shown.place
    )
    return notices.stopped(request)


def _decide(desk: Desk, sent: Submission) -> Message:
    shown, meant = sent.form.shown, ids.meant(sent.form.action)
    person = desk.person(sent)
    request = desk.service.decide(
        shown.request_id,
        person,
        meant.outcome,
        shown.digest,
        choice=meant.choice,
        comment=sent.comment.strip(),
        seen=shown.place,
    )
    return notices.taken(request, meant.choice)
