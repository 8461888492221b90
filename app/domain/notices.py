"""A word in the thread of a card: edits of a card make no sound in Slack, a reply does."""

from __future__ import annotations

from .ending import outdated
from .request import Cards, Notice, NoticeKind, Request


def noticed(request: Request, cards: Cards, kind: NoticeKind, now: int) -> Cards:
    """These cards of the request out of date, and a notice to be said.

    It is said where everybody reads it, or else to each of those who have a card of their own; but
    the people of a new stage get a new card there, and the others need not hear of it. It takes the
    place of any that was not said yet, which would only say less.
    """
    plan = request.body.evaluation.plan
    public = [copy.place for copy in cards.copies if plan and copy.target == plan.channel]
    own = [] if kind == "stage" else [copy.place for copy in cards.copies]
    places = tuple(public or own)
    notices = (Notice(kind=kind, at_ms=now, places=places),) if places else ()
    return outdated(cards).model_copy(update={"notices": notices})
