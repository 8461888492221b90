"""What needs more than a press: that opens the form, and sending the form is what was meant."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.slack import ids
from app.slack.blocks import modal, notices
from app.slack.blocks.text import Message
from app.slack.payloads import Press
from app.slack.submission import Submission

from .desk import Desk, close


def register(app: App, desk: Desk) -> None:
    """Listen for the buttons that ask for words, or for a value to be typed, and for the form."""

    @app.action(ids.CONFIRMED)
    @app.action(ids.IN_WORDS)
    def ask(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        shown = press.shown
        # No look-up that fails may let a watch go ahead.
        desk.trusted(press, "answer", unsure_too=press.action == ids.STOP)
        request = desk.reviewing.to_answer(shown.request_id)
        if ids.CONFIRMED.match(press.action):  # the form shows what has to be typed
            desk.looking.check_form(request, press.user.id)
        opened = ids.Form(press.action, shown, press.reply_to)
        desk.open_form(press, modal.form(request, opened))
        ack()

    @app.view(ids.FORM)
    def send(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        message = _taken(desk, sent)
        close(ack, sent)
        desk.tell(sent, sent.reply_to, message)


def _taken(desk: Desk, sent: Submission) -> Message:
    """What was written, handed on; what to say to whoever wrote it."""
    action, words, at = sent.form.action, sent.comment.strip(), desk.at(sent, sent.form.shown)
    if action == ids.STOP:
        return notices.stopped(desk.reviewing.stop(at, words))
    if action == ids.ASK:
        return notices.asked(desk.reviewing.ask(at, words))
    number = ids.question_of(action)
    if number is not None:
        return notices.answered(desk.reviewing.answer(at, number, words))
    meant = ids.meant(action)
    request = desk.reviewing.decide(
        at,
        meant.outcome,
        choice=meant.choice,
        comment=words or None,
        confirmation=sent.confirmation,
    )
    return notices.taken(request, meant.choice)
