"""A burst of requests into one channel: who waits there for a card, and who shares a message."""

from __future__ import annotations

from collections.abc import Sequence

from .request import Request
from .slack_steps import PostCard, next_step

GAP_MS = 1_000
"""Slack takes about one message a second in each conversation; people read fewer."""

MOST = 20
"""Requests that one message holds within Slack's limits (`app/slack/blocks/digest.py`)."""

FEWEST = 4
"""Fewer than this get a card each, which shows more."""


def waits_in(request: Request) -> str | None:
    """The channel that has nothing of this request yet, None when it does not wait for one."""
    plan, cards = request.plan, request.state.cards
    stands_still = request.state.held is not None or request.state.undoable is not None
    waits = request.pending and not stands_still
    if plan is None or not waits or plan.channel not in (cards.targets or ()):
        return None
    posted = any(copy.target == plan.channel for copy in cards.copies)
    return None if posted else plan.channel


def queues_in(request: Request) -> str | None:
    """The channel in which it waits, where there is nothing to be done for it before that."""
    channel = waits_in(request)
    first = channel is not None and next_step(request) == PostCard(target=channel)
    return channel if first else None


def together(waiting: Sequence[Request]) -> tuple[Request, ...]:
    """Which of those that wait in a channel, in order of opening, its next message shows.

    A watch comes alone: its window begins when it is seen, and where it is seen it can be stopped.
    So does what is asked again, in the thread of what was asked first.
    """
    reviews = tuple(request for request in waiting if not _comes_alone(request))
    if len(reviews) < FEWEST or _comes_alone(waiting[0]):
        return tuple(waiting[:1])
    return reviews[:MOST]


def _comes_alone(request: Request) -> bool:
    return request.watched or request.body.revises is not None
