"""What the trail tells of a request: its events alone, put together again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Self

from app.domain.events import Event, EventType, pseudonym
from app.domain.request import Decision, Request, Undoable, Vote

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
class Taken:
    """A decision that can still be taken back."""

    outcome: str
    choice: str | None
    by: tuple[Who, ...]
    until_ms: int


@dataclass(frozen=True)
class Account:
    """All of a request that people would ask about afterwards.

    `before` is the account without the decision that can be taken back, and with it the edit that
    it came with; `edited` is that of the last edit, by its version. They only serve to go on.
    """

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
    digest: str = ""
    undoable: Taken | None = None
    consumed: bool = False
    result: int = 0
    unused: bool = False
    before: Self | None = field(default=None, compare=False, repr=False)
    edited: tuple[int, Self] | None = field(default=None, compare=False, repr=False)


OVER: dict[str, Any] = {"claim": None, "watched": False, "held": None, "undoable": None}
"""What nothing that is decided has any more."""


def told(events: Iterable[Event]) -> Account:
    """What these events add up to."""
    return reduce(_and_then, events, Account())


def read(request: Request) -> Account:
    """The same, read off the request itself."""
    state, decision, held = request.state, request.state.decision, request.state.held
    typed = None if decision is None else decision.break_glass
    result = 0 if state.result is None else state.result.number
    return Account(
        status=state.status.value,
        by=() if decision is None else _whose(decision),
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
        digest=request.digest,
        undoable=None if state.undoable is None else _taken(state.undoable),
        consumed=state.consumed is not None,
        result=result,
        unused=state.unused,
    )


def _whose(decision: Decision) -> tuple[Who, ...]:
    return tuple((pseudonym(one.id), one.in_place_of) for one in decision.by)


def _taken(undoable: Undoable) -> Taken:
    decision = undoable.decision
    outcome = decision.outcome.value
    return Taken(outcome, decision.choice, _whose(decision), undoable.until_ms)


def _answer(vote: Vote) -> Answer:
    return Answer((vote.by.id, vote.by.in_place_of), vote.stage, vote.choice)


def _and_then(so_far: Account, event: Event) -> Account:
    detail: dict[str, Any] = event.detail
    match event.type:
        case EventType.OPENED:
            watched, digest = detail["route"] == "watch", detail["digest"]
            return replace(so_far, status="pending", watched=watched, digest=digest)
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
            return _went_on(_moved(so_far, event), event)


def _went_on(so_far: Account, event: Event) -> Account:
    """What came of an answer."""
    detail: dict[str, Any] = event.detail
    match event.type:
        case EventType.DECISION_TAKEN:
            return _can_be_put_back(so_far, event)
        case EventType.DECISION_UNDONE:
            return _put_back(so_far)
        case EventType.EDITED:
            return _edited(so_far, event)
        case EventType.CONSUMED:
            assert not so_far.consumed, "once"
            return replace(so_far, consumed=True)
        case EventType.RESULT_REPORTED:
            return replace(so_far, result=detail["number"], unused=False)
        case EventType.UNUSED:
            return replace(so_far, unused=True)
        case _:
            return so_far


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


def _edited(so_far: Account, event: Event) -> Account:
    """Another payload, asked anew: nobody has answered."""
    detail: dict[str, Any] = event.detail
    people = {"assigned": tuple(detail["assigned"]), "overflowed": detail["overflowed"]}
    nobody: dict[str, Any] = {"stage": 0, "approvals": (), "rejections": (), **people}
    anew = {"digest": detail["digest"], "escalated": detail["escalated"], **nobody}
    return replace(so_far, edited=(event.version, so_far), **anew)


def _can_be_put_back(so_far: Account, event: Event) -> Account:
    """The decision of an edit is taken back together with it."""
    detail: dict[str, Any] = event.detail
    before = so_far
    if so_far.edited is not None and so_far.edited[0] == event.version:
        before = so_far.edited[1]
    answered, by = _answered(so_far, event)
    taken = Taken(detail["outcome"], detail["choice"], by, detail["until_ms"])
    return replace(answered, undoable=taken, before=before, claim=None)


def _put_back(so_far: Account) -> Account:
    """All as it was, but for what was said meanwhile."""
    assert so_far.before is not None
    return replace(so_far.before, answered=so_far.answered, claim=None)


def _ended(so_far: Account, event: Event) -> Account:
    """A decision that could be taken back was told of when it was taken."""
    detail: dict[str, Any] = event.detail
    taken = so_far.undoable
    if taken is not None and event.type is EventType.DECIDED:
        answered, by = so_far, taken.by
    else:
        answered, by = _answered(so_far, event)
    ended = {"status": detail["outcome"], "choice": detail["choice"], **OVER}
    return replace(answered, by=by, **ended)


def _answered(so_far: Account, event: Event) -> tuple[Account, tuple[Who, ...]]:
    """An answer that was the last one needed stands in the decision; and who decided."""
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
    return so_far, by


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
