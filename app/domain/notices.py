"""A word in the thread of a card: edits of a card make no sound in Slack, a reply does."""

from __future__ import annotations

from .cards import Cards, Notice, NoticeKind, Place
from .ending import outdated
from .request import Request

_PROMPTS: frozenset[NoticeKind] = frozenset({"reminder", "escalation", "stage"})
"""What tells people that it waits for them: the newest says all that an earlier one would."""

_KEPT = 20
"""Notices that wait at the same time; with Slack away for long, the oldest give way."""


def noticed(
    request: Request,
    cards: Cards,
    kind: NoticeKind,
    now: int,
    number: int | None = None,
    by: str | None = None,
) -> Cards:
    """These cards of the request out of date, and a notice to be said.

    It is said where everybody reads it, or else to each of those who have a card of their own; but
    the people of a new stage get a new card there, and the others need not hear of it.
    """
    places = _public(request, cards) or _own(cards, kind)
    new = (Notice(kind=kind, at_ms=now, places=places, number=number, by=by),) if places else ()
    kept = [one for one in cards.notices if kind not in _PROMPTS or one.kind not in _PROMPTS]
    return outdated(cards).model_copy(update={"notices": (*kept, *new)[-_KEPT:]})


def _public(request: Request, cards: Cards) -> tuple[Place, ...]:
    plan = request.plan
    return tuple(copy.place for copy in cards.copies if plan and copy.target == plan.channel)


def _own(cards: Cards, kind: NoticeKind) -> tuple[Place, ...]:
    return () if kind == "stage" else tuple(copy.place for copy in cards.copies)
