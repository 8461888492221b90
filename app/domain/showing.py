"""Somebody wants to see a request whole: a card of their own, by direct message."""

from __future__ import annotations

from .commands import Show
from .ending import already_decided, not_yet_counted
from .errors import CardNotShown
from .events import EventType
from .pressing import refuse
from .request import Request
from .reviewers import distrust, refusal
from .transition import Transition, event

ONLOOKERS = 20
"""People who get a card of their own of one request; whoever may decide it always gets one."""


def show(request: Request, command: Show, now: int) -> Transition | None:
    """One more person of this workspace gets a card; None when they have one, or it is on its
    way."""
    person, cards = command.person, request.state.cards
    if not request.pending:
        raise already_decided(request)
    if (decided := not_yet_counted(request)) is not None:
        raise decided
    if (distrusted := distrust(person, "look at requests")) is not None:
        return refuse(request, command, distrusted, now)
    if (problem := dict(cards.lost).get(person.id)) is not None:
        raise CardNotShown(f"Slack takes no direct message to you ({problem}).")
    if person.id in cards.shown_to:
        return None
    may_decide = refusal(request.asked, request.body.on_behalf_of, person) is None
    if len(cards.shown_to) >= ONLOOKERS and not may_decide:
        raise CardNotShown(
            f"{ONLOOKERS} people have a card of their own of this already.", "Ask one of them."
        )
    more = cards.model_copy(update={"shown_to": (*cards.shown_to, person.id)})
    after = request.changed(cards=more)
    recorded = event(after, EventType.CARD_ASKED_FOR, now, person.as_actor())
    return Transition(before=request, after=after, events=(recorded,))
