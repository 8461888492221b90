"""Approve with edits: the form that the menu opens, and what was made of the request in it."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.domain.pressing import not_what_was_shown
from app.slack import form_ids, ids, typed
from app.slack.blocks import edit, notices
from app.slack.payloads import Press
from app.slack.submission import Submission

from .desk import Desk


def register(app: App, desk: Desk) -> None:
    """Listen for the form."""

    @app.view(form_ids.EDIT_FORM)
    def send(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        at, choice = desk.at(sent, sent.form.shown), sent.option(form_ids.CHOICE_BLOCK)
        request, declared = desk.editing.editable(at.request_id)
        values = typed.edited(declared, request.payload, sent.view.state)
        approved = desk.editing.approve(
            at,
            values,
            choice=choice,
            comment=sent.comment.strip() or None,
            confirmation=sent.confirmation,
        )
        ack()
        desk.tell(sent, sent.reply_to, notices.taken(approved, choice))


def open_edit(desk: Desk, press: Press, shown: ids.Shown) -> None:
    """The form, for whoever chose it on a card that shows what it is about."""
    request, declared = desk.editing.editable(shown.request_id)
    if request.digest != shown.digest:
        raise not_what_was_shown()
    desk.looking.check_form(request, press.user.id)
    opened = ids.Form(form_ids.EDIT, shown, press.response_url)
    desk.open_form(press, edit.form(request, declared, opened))
