"""What came of the work outside: callbacks that were tried, cards that were drawn or lost."""

from __future__ import annotations

from typing import Any

from .cards import Cards, Copy, Notice, Place
from .commands import (
    AbsentInformed,
    AskedInTold,
    CallbackTried,
    CardDrawn,
    CardsFound,
    Command,
    NoticeSaid,
    Redeliver,
    RequesterTold,
    SlackFailed,
    TargetLost,
    TargetsFound,
)
from .errors import NothingToRedeliver
from .events import EventType, pseudonym
from .holding import released
from .request import Attempt, Callback, Request
from .retry import next_attempt_ms
from .transition import Transition, event

ATTEMPTS_KEPT = 20
"""Attempts that a request keeps of its callback; the trail has them all."""

GONE = 410
"""The receiver's word that it wants no more of this (RFC 9110, 15.5.11)."""

_SLACK_PAUSES_S = (2, 5, 15, 30, 60, 120, 300)


def record(request: Request, command: Command, now: int) -> Transition | None:
    """The next state after some work outside, or None when it no longer matters."""
    match command:
        case CallbackTried():
            return _callback_tried(request, command, now)
        case Redeliver():
            return _redeliver(request, command, now)
        case TargetsFound():
            return _targets_found(request, command, now)
        case CardDrawn():
            return _card_drawn(request, command, now)
        case CardsFound():
            return _cards_found(request, command, now)
        case NoticeSaid():
            return _notice_said(request, command, now)
        case TargetLost():
            return _target_lost(request, command, now)
        case RequesterTold():
            return _requester_told(request, command, now)
        case AskedInTold():
            return _asked_in_told(request, command, now)
        case AbsentInformed():
            return _absent_informed(request, command, now)
        case SlackFailed():
            return _slack_failed(request, command, now)
        case _:
            raise TypeError(f"not a command of this request's life: {command!r}")


def _callback_tried(request: Request, tried: CallbackTried, now: int) -> Transition | None:
    callback = request.state.callback
    if callback is None or callback.outcome != "waiting":
        return None
    attempt = Attempt(at_ms=now, status=tried.status, error=tried.error, took_ms=tried.took_ms)
    after = request.changed(callback=_after_attempt(callback, attempt, tried))
    kept = after.state.callback
    events = [
        event(
            after,
            EventType.CALLBACK_ATTEMPTED,
            now,
            status=tried.status,
            error=tried.error,
            failure=tried.failure,
            message=callback.id,
        )
    ]
    if kept is not None and kept.outcome == "given_up":
        events.append(event(after, EventType.CALLBACK_GIVEN_UP, now, message=callback.id))
    return Transition(before=request, after=after, events=tuple(events))


def _after_attempt(callback: Callback, attempt: Attempt, tried: CallbackTried) -> Callback:
    attempts = (*callback.attempts, attempt)[-ATTEMPTS_KEPT:]
    if attempt.status is not None and 200 <= attempt.status < 300:
        update: dict[str, Any] = {"outcome": "delivered", "due_ms": None}
    else:
        failures = callback.failures + 1
        due_ms = next_attempt_ms(failures, attempt.at_ms, tried.retry_after_s, tried.jitter)
        if attempt.status == GONE or due_ms is None:
            update = {"outcome": "given_up", "due_ms": None, "failures": failures}
        else:
            update = {"due_ms": due_ms, "failures": failures}
    return callback.model_copy(update={**update, "attempts": attempts})


def _redeliver(request: Request, command: Redeliver, now: int) -> Transition:
    callback = request.state.callback
    if callback is None:
        raise NothingToRedeliver(
            "This request has no callback to send again.",
            "A callback exists once a request with a callback_url is decided.",
        )
    again = callback.model_copy(update={"outcome": "waiting", "due_ms": now, "failures": 0})
    after = request.changed(callback=again)
    recorded = event(after, EventType.CALLBACK_REDELIVERED, now, command.by, message=callback.id)
    return Transition(before=request, after=after, events=(recorded,))


def _targets_found(request: Request, found: TargetsFound, now: int) -> Transition:
    cards = request.state.cards
    gone = {name for name, _ in cards.lost}
    targets = dict.fromkeys((*(cards.targets or ()), *found.targets))
    update = {
        "targets": tuple(target for target in targets if target not in gone),
        "looked_up": (*cards.looked_up, *found.refs),
        "lost": (*cards.lost, *found.lost),
    }
    after = _with_cards(request, update)
    events = tuple(
        event(after, EventType.CARD_LOST, now, target=pseudonym(name), problem=problem)
        for name, problem in found.lost
    )
    return Transition(before=request, after=after, events=events)


def _notice_said(request: Request, said: NoticeSaid, now: int) -> Transition | None:
    """Said once in each place. One that took its place meanwhile is still to be said."""
    left = []
    for notice in request.state.cards.notices:
        same = (notice.kind, notice.at_ms, notice.number) == (said.kind, said.at_ms, said.number)
        done = (said.place,) if same else ()
        places = tuple(place for place in notice.places if place not in done)
        left += [notice.model_copy(update={"places": places})] if places else []
    if tuple(left) == request.state.cards.notices:
        return None
    after = _with_cards(request, {"notices": tuple(left)})
    place = said.place
    recorded = event(
        after,
        EventType.NOTICE_SAID,
        now,
        channel=place.channel,
        ts=place.ts,
        notice=said.kind,
        problem=said.problem,
    )
    return Transition(before=request, after=after, events=(recorded,))


def _card_drawn(request: Request, drawn: CardDrawn, now: int) -> Transition:
    cards, place = request.state.cards, drawn.place
    copy = Copy(target=drawn.target, place=place, face=drawn.face, items=drawn.items)
    others = tuple(other for other in cards.copies if other.place != place)
    sure = {"unsure": _without(cards, drawn.target)}
    after = _seen(request, _with_cards(request, {"copies": (*others, copy), **sure}), now)
    posted = event(after, EventType.CARD_POSTED, now, channel=place.channel, ts=place.ts)
    events = (posted,) if len(others) == len(cards.copies) else ()
    return Transition(before=request, after=after, events=events)


def _seen(before: Request, after: Request, now: int) -> Request:
    """The window of a watch begins when its first card could be seen, which then says its end."""
    plan = before.plan
    if plan is None or plan.watch is None or not before.watched:
        return after
    if before.state.goes_ahead_ms is not None:
        return after
    cards = after.state.cards
    state = after.state.model_copy(
        update={
            "goes_ahead_ms": now + plan.watch.for_s * 1000,
            "cards": cards.model_copy(update={"face": cards.face + 1}),
        }
    )
    return after.model_copy(update={"state": state})


def _unseen(before: Request, after: Request) -> Request:
    """A watch whose last card is gone waits until people can see one, and then begins anew."""
    if not before.watched or after.state.cards.copies:
        return after
    state = after.state.model_copy(update={"goes_ahead_ms": None, "held": None})
    return after.model_copy(update={"state": state})


def _cards_found(request: Request, found: CardsFound, now: int) -> Transition:
    cards = request.state.cards
    known = {copy.place for copy in cards.copies}
    shown = (*((place, ()) for place in found.places), *found.digests)
    new = [
        Copy(target=found.target, place=place, face=0, items=items)
        for place, items in shown
        if place not in known
    ]
    update = {"copies": (*cards.copies, *new), "unsure": _without(cards, found.target)}
    found_after = _with_cards(request, update)
    after = _seen(request, found_after, now) if new else found_after
    events = tuple(
        event(after, EventType.CARD_POSTED, now, channel=copy.place.channel, ts=copy.place.ts)
        for copy in new
    )
    return Transition(before=request, after=after, events=events)


def _target_lost(request: Request, lost: TargetLost, now: int) -> Transition:
    """Drop the target, its cards and what was to be said below them; without their channel the
    reviewers get cards of their own."""
    cards = request.state.cards
    gone = {copy.place for copy in cards.copies if copy.target == lost.target}
    targets = tuple(target for target in cards.targets or () if target != lost.target)
    update = {
        "targets": targets,
        "copies": tuple(copy for copy in cards.copies if copy.target != lost.target),
        "notices": _elsewhere(cards, gone),
        "lost": (*cards.lost, (lost.target, lost.problem)),
    }
    after = _unseen(request, _with_cards(request, update))
    target = pseudonym(lost.target)
    recorded = event(after, EventType.CARD_LOST, now, target=target, problem=lost.problem)
    kept = after.state.held == request.state.held
    events = (recorded,) if kept else (recorded, released(after, now))
    return Transition(before=request, after=after, events=events)


def _elsewhere(cards: Cards, gone: set[Place]) -> tuple[Notice, ...]:
    """The notices that are still to be said, in other places than these."""
    left = [(one, tuple(at for at in one.places if at not in gone)) for one in cards.notices]
    return tuple(one.model_copy(update={"places": places}) for one, places in left if places)


def _requester_told(request: Request, told: RequesterTold, now: int) -> Transition:
    after = _with_cards(request, {"requester_told": True})
    recorded = event(after, EventType.REQUESTER_TOLD, now, problem=told.problem)
    return Transition(before=request, after=after, events=(recorded,))


def _asked_in_told(request: Request, told: AskedInTold, now: int) -> Transition:
    after = _with_cards(request, {"asked_in_told": True})
    recorded = event(after, EventType.ASKED_IN_TOLD, now, problem=told.problem)
    return Transition(before=request, after=after, events=(recorded,))


def _absent_informed(request: Request, told: AbsentInformed, now: int) -> Transition:
    informed = (*request.state.cards.informed, told.person)
    after = _with_cards(request, {"informed": informed})
    recorded = event(
        after, EventType.ABSENT_INFORMED, now, person=told.person, problem=told.problem
    )
    return Transition(before=request, after=after, events=(recorded,))


def _slack_failed(request: Request, failed: SlackFailed, now: int) -> Transition:
    """Try again after a pause that grows to five minutes."""
    cards = request.state.cards
    failures, target = cards.failures, failed.target
    unsure = cards.unsure if target is None else (*_without(cards, target), target)
    pause_s = _SLACK_PAUSES_S[min(failures, len(_SLACK_PAUSES_S) - 1)]
    update = {
        "problem": failed.problem,
        "unsure": unsure,
        "failures": failures + 1,
        "retry_ms": now + pause_s * 1000,
    }
    after = request.changed(cards=cards.model_copy(update=update))
    return Transition(before=request, after=after)


def _without(cards: Cards, target: str) -> tuple[str, ...]:
    """The targets that are unsure, but for one of which it is known now."""
    return tuple(one for one in cards.unsure if one != target)


def _with_cards(request: Request, update: dict[str, Any]) -> Request:
    """Something in Slack worked: whatever failed before no longer counts."""
    fresh = {"problem": None, "failures": 0, "retry_ms": 0, **update}
    cards: Cards = request.state.cards.model_copy(update=fresh)
    return request.changed(cards=cards)
