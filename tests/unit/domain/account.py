"""What the trail tells of a request: its events alone, put together again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from app.domain.events import Event, EventType
from app.domain.request import Request, Vote

Who = tuple[str, str | None]
"""A person (or policy, client, deadline) by id, and the absent one for whom they stood in."""


@dataclass(frozen=True)
class Answer:
    """An approval or a rejection."""

    who: Who
    stage: int
    choice: str | None

    def is_of(self, person: str) -> bool:
        """Whether they gave it, or somebody gave it in their place."""
        return person in self.who


@dataclass(frozen=True)
class Account:
    """All of a request that people would ask about afterwards."""

    status: str = "unknown"
    by: tuple[Who, ...] = ()
    choice: str | None = None
    watched: bool = False
    held: tuple[str, int | None] | None = None
    operator: str | None = None
    stage: int = 0
    approvals: tuple[Answer, ...] = ()
    rejections: tuple[Answer, ...] = ()
    assigned: tuple[str, ...] = ()
    overflowed: bool = False
    away: tuple[tuple[str, str, int, bool], ...] = ()
    claim: str | None = None
    reminded: int = 0
    escalated: int = 0
    asked: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    shown_to: tuple[str, ...] = ()


OVER: dict[str, Any] = {"claim": None, "watched": False, "held": None}
"""What nothing that is decided has any more."""


def told(events: Iterable[Event]) -> Account:
    """What these events add up to."""
    return reduce(_and_then, events, Account())


def read(request: Request) -> Account:
    """The same, read off the request itself."""
    state, decision, held = request.state, request.state.decision, request.state.held
    typed = None if decision is None else decision.break_glass
    return Account(
        status=state.status.value,
        by=() if decision is None else tuple((one.id, one.in_place_of) for one in decision.by),
        choice=None if decision is None else decision.choice,
        watched=request.watched,
        held=None if held is None else (held.reason, held.until_ms),
        operator=None if typed is None else typed.in_words,
        stage=state.stage,
        approvals=tuple(map(_answer, state.votes)),
        rejections=tuple(map(_answer, state.rejections)),
        assigned=state.assigned,
        overflowed=state.overflowed,
        away=tuple((one.person, one.delegate, one.until_ms, one.personal) for one in state.away),
        claim=None if state.claim is None else state.claim.by.id,
        reminded=state.reminded,
        escalated=state.escalated,
        asked=tuple(one.number for one in state.questions),
        answered=tuple(one.number for one in state.questions if one.answer is not None),
        shown_to=state.cards.shown_to,
    )


def _answer(vote: Vote) -> Answer:
    return Answer((vote.by.id, vote.by.in_place_of), vote.stage, vote.choice)


def _and_then(so_far: Account, event: Event) -> Account:
    detail: dict[str, Any] = event.detail
    match event.type:
        case EventType.OPENED:
            return replace(so_far, status="pending", watched=detail["route"] == "watch")
        case EventType.APPROVAL_GIVEN:
            return _approved(so_far, event)
        case EventType.REJECTION_GIVEN:
            return _rejected(so_far, event)
        case EventType.REMINDED | EventType.ESCALATED:
            return replace(so_far, reminded=detail["number"], escalated=detail["escalated"])
        case EventType.WATCH_STOPPED:
            return replace(so_far, watched=False, held=None)
        case EventType.HELD:
            return replace(so_far, held=(detail["reason"], detail["until_ms"]))
        case EventType.RELEASED:
            return replace(so_far, held=None)
        case EventType.OVERRIDDEN:
            return replace(so_far, operator=detail["operator"])
        case EventType.DECIDED | EventType.CANCELLED | EventType.EXPIRED:
            return _ended(so_far, event)
        case EventType.ERASED:
            return replace(so_far, status="erased")
        case _:
            return _moved(so_far, event)


def _moved(so_far: Account, event: Event) -> Account:
    """What decides nothing."""
    detail: dict[str, Any] = event.detail
    match event.type:
        case EventType.STAGE_PASSED:
            anew: dict[str, Any] = {"assigned": (), "overflowed": False, "away": (), "claim": None}
            return replace(so_far, stage=detail["stage"], **anew)
        case EventType.PEOPLE_FOUND:
            away = tuple(tuple(one.values()) for one in detail["away"])
            assigned, overflowed = tuple(detail["assigned"]), detail["overflowed"]
            claim = None if detail["claim_ended"] else so_far.claim
            found: dict[str, Any] = {"away": away, "assigned": assigned, "claim": claim}
            return replace(so_far, overflowed=overflowed, **found)
        case EventType.CLAIMED:
            return replace(so_far, claim=event.actor)
        case EventType.CLAIM_RELEASED | EventType.CLAIM_LAPSED:
            return replace(so_far, claim=None)
        case EventType.HANDED_OVER:
            others = [one for one in so_far.assigned if one not in (event.actor, detail["to"])]
            handed = replace(_let_go(so_far, event), assigned=(*others, detail["to"]))
            return _shown(handed, detail["to"])
        case EventType.CARD_ASKED_FOR:
            return _shown(so_far, event.actor)
        case EventType.QUESTION_ASKED:
            return replace(so_far, asked=(*so_far.asked, detail["number"]))
        case EventType.QUESTION_ANSWERED:
            return replace(so_far, answered=tuple(sorted((*so_far.answered, detail["number"]))))
        case _:
            return so_far


def _ended(so_far: Account, event: Event) -> Account:
    """An answer that was the last one needed stands in the decision."""
    detail: dict[str, Any] = event.detail
    outcome, who = detail["outcome"], (event.actor, detail["in_place_of"])
    voted = event.actor_kind == "person" and not (so_far.watched or so_far.operator)
    by: tuple[Who, ...] = (who,)
    if voted and outcome == "approved":
        so_far = _approved(so_far, event)
        earlier = [one for one in so_far.approvals if one.stage < so_far.stage]
        agreeing = [
            one
            for one in so_far.approvals
            if (one.stage, one.choice) == (so_far.stage, detail["choice"])
        ]
        by = tuple(one.who for one in (*earlier, *agreeing))
    elif voted and outcome == "rejected":
        so_far = _rejected(so_far, event)
        by = tuple(one.who for one in so_far.rejections)
    ended = {"status": outcome, "choice": detail["choice"], **OVER}
    return replace(so_far, by=by, **ended)


def _approved(so_far: Account, event: Event) -> Account:
    mine, left = _given(so_far, event), _let_go(so_far, event)
    return replace(
        left,
        approvals=(*_without(so_far.approvals, event.actor), mine),
        rejections=_without(so_far.rejections, event.actor),
    )


def _rejected(so_far: Account, event: Event) -> Account:
    """What was approved in an earlier stage stays so."""
    mine, left = _given(so_far, event), _let_go(so_far, event)
    kept = [
        one for one in so_far.approvals if one.stage < so_far.stage or not one.is_of(event.actor)
    ]
    rejections = (*_without(so_far.rejections, event.actor), mine)
    return replace(left, approvals=tuple(kept), rejections=rejections)


def _given(so_far: Account, event: Event) -> Answer:
    detail: dict[str, Any] = event.detail
    return Answer((event.actor, detail["in_place_of"]), so_far.stage, detail["choice"])


def _without(answers: tuple[Answer, ...], person: str) -> tuple[Answer, ...]:
    return tuple(one for one in answers if not one.is_of(person))


def _shown(so_far: Account, person: str) -> Account:
    """They have a card of their own, or get it."""
    return replace(so_far, shown_to=tuple(dict.fromkeys((*so_far.shown_to, person))))


def _let_go(so_far: Account, event: Event) -> Account:
    """Whoever answered or handed it on is not on it any more."""
    return replace(so_far, claim=None) if so_far.claim == event.actor else so_far
