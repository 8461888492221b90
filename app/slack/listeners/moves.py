"""The menu of a card, and the forms that it opens: who is at it, and who is away."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from app.domain.errors import AbsenceDaysRefused, AbsenceRefused, HandOverRefused
from app.slack import ids
from app.slack.blocks import modal, modals, notices
from app.slack.payloads import Press
from app.slack.submission import Submission

from .desk import Desk
from .edit import open_edit


def register(app: App, desk: Desk) -> None:
    """Listen for the menu, for handing over, and for being away."""

    @app.action(ids.MENU)
    def move(ack: Ack, context: BoltContext) -> None:
        press: Press = context["interaction"]
        chosen, shown = press.move
        if chosen is ids.Move.CLAIM:
            message = notices.claimed(desk.reviewing.claim(desk.at(press, shown)))
        elif chosen is ids.Move.RELEASE:
            message = notices.released(desk.reviewing.release(desk.at(press, shown)))
        elif chosen is ids.Move.BACK:
            person = desk.trusted(press, "say who is away")
            message = notices.back(desk.reviewing.back(person, by=person))
        else:
            _open(desk, press, chosen, shown)
            ack()
            return
        ack()
        desk.tell(press, press.response_url, message)

    @app.view(ids.HAND_OVER_FORM)
    def hand_over(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        if sent.chosen is None:
            raise HandOverRefused("Choose somebody.")
        request = desk.reviewing.hand_over(desk.at(sent, sent.form.shown), sent.chosen)
        ack()
        desk.tell(sent, sent.reply_to, notices.handed_over(request, sent.chosen))

    @app.view(ids.AWAY_FORM)
    def away(ack: Ack, context: BoltContext) -> None:
        sent: Submission = context["interaction"]
        person, reply_to = desk.person(sent), sent.reply_to
        first, last = sent.day(ids.FROM_BLOCK), sent.day(ids.UNTIL_BLOCK)
        if sent.chosen is None:
            raise AbsenceRefused("Choose who decides in your place.")
        if last is None:
            raise AbsenceDaysRefused("Choose until when.")
        leaving = desk.reviewing.leaving(person, sent.chosen)
        gone = desk.reviewing.away(*leaving, first, last, by=person)
        ack()
        desk.tell(sent, reply_to, notices.gone(gone.absence, gone.left))


def _open(desk: Desk, press: Press, move: ids.Move, shown: ids.Shown) -> None:
    """The form for what was chosen, for people of this workspace."""
    desk.trusted(press, "do that")
    if move is ids.Move.EDIT:
        open_edit(desk, press, shown)
        return
    request = desk.reviewing.to_answer(shown.request_id)
    opened = ids.Form(ids.ASK if move is ids.Move.ASK else ids.MENU, shown, press.response_url)
    if move is ids.Move.ASK:
        view = modal.form(request, opened)
    elif move is ids.Move.HAND_OVER:
        view = modals.hand_over(request, opened)
    else:
        view = modals.away(opened)
    desk.open_form(press, view)
