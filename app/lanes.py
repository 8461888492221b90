"""What a worker does in each lane: claim what is due, do it, record what came of it, let go."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from .changes import change, wake_many
from .domain.commands import (
    AbsentInformed,
    CallbackTried,
    CardDrawn,
    CardsFound,
    Command,
    Hold,
    NoticeSaid,
    QuestionDelivered,
    RequesterTold,
    SlackFailed,
    TargetLost,
    TargetsFound,
    Wake,
)
from .domain.due import Lane
from .domain.errors import RequestNotFound, StoreUnavailable
from .domain.request import Request
from .domain.slack_steps import (
    BringQuestion,
    FindTargets,
    InformAbsent,
    PostCard,
    RedrawCard,
    SayNotice,
    SlackStep,
    TellRequester,
    addressees,
    left_out,
    next_step,
    ready,
)
from .faults import described
from .ports import (
    Callbacks,
    Cards,
    Claim,
    Clients,
    Directory,
    HostBusy,
    Lanes,
    Paused,
    RequestStore,
    SlackAgain,
    SlackNever,
)
from .staffing import Staffing

_log = logging.getLogger("countersign.lanes")

_TURN_S = 1.0
"""How long one job works before it lets another one of the queue have its turn."""

_STEPS_S = 20.0
"""How long one claim goes on taking steps in Slack. The last one may take two calls of 18 s more,
which still ends before the lease of 60 s does."""

_GIVE_WAY_S = 1.0
"""How long another lane gives way to timers before it does one thing all the same."""
_HELD_MS = 300_000
"""How often what waits for the end of a pause is looked at all the same."""

Work = Callable[[Claim], None]
"""What is done with one claim."""

BatchWork = Callable[[Sequence[Claim]], None]
"""What is done with all that was claimed at once; it ends each of these claims."""


class Timers:
    """Whether timers are being done in this process, whose threads share one interpreter.

    What a timer sets off, a callback or a message, takes ten times as long as the timer itself, and
    would hold up those that are due with it. So the other lanes give way before each claim, but
    never for long.
    """

    def __init__(self) -> None:
        self._at_work = 0
        self._changed = threading.Condition()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Others give way."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def give_way(self) -> None:
        """Returns once no timers are being done, or after a while."""
        with self._changed:
            self._changed.wait_for(lambda: not self._at_work, _GIVE_WAY_S)

    def _count(self, change: int) -> None:
        with self._changed:
            self._at_work += change
            self._changed.notify_all()


def drain(
    lanes: Lanes,
    lane: Lane,
    work: BatchWork,
    batch: int,
    give_way: Callable[[], None] = lambda: None,
) -> None:
    """Do what is due in a lane until nothing is, or for one turn.

    `batch` requests are claimed at a time, so it is 1 where a single one can take long; before that
    it may `give_way` to what is more pressing. Rings for help when more is due than was claimed.
    """
    lanes.answer(lane)
    end = time.monotonic() + _TURN_S
    while time.monotonic() < end:
        give_way()
        claimed = lanes.claim(lane, batch)
        if claimed.more:
            lanes.ring(lane)
        if not claimed.claims:
            return
        try:
            work(claimed.claims)
        except StoreUnavailable:
            _abandon(lanes, claimed.claims)
            raise
    lanes.ring(lane)


def _abandon(lanes: Lanes, claims: list[Claim]) -> None:
    """Let go of what may be half done, so that it need not wait for its lease once the store is
    back; as long as that is away its lease is what is left. What was let go before stays so."""
    with suppress(StoreUnavailable):
        for claim in claims:
            lanes.postpone(replace(claim, unfinished=True), 0)


def singly(lanes: Lanes, work: Work) -> BatchWork:
    """One claim after the other."""

    def do(claims: Sequence[Claim]) -> None:
        for claim in claims:
            _do(lanes, work, claim)

    return do


def _do(lanes: Lanes, work: Work, claim: Claim) -> None:
    """One request must never hold up another, so whatever goes wrong sets this one aside."""
    try:
        work(claim)
    except StoreUnavailable:
        raise
    except RequestNotFound:
        lanes.release(claim)
    except Exception as error:
        where = (claim.request_id, claim.lane.value)
        _log.error("%s is set aside in lane %s: %s", *where, described(error))
        lanes.set_aside(claim, type(error).__name__)
    else:
        lanes.release(claim)


@dataclass(frozen=True)
class TimeLane:
    """Reminders, escalation, the end of a watch, expiry, and the end of retention.

    Thousands can be due in the same second, so a batch is done together; what does not go through
    with the others is done by itself, where it is found out why.
    """

    store: RequestStore
    lanes: Lanes

    def __call__(self, claims: Sequence[Claim]) -> None:
        through = self._together([claim.request_id for claim in claims])
        self.lanes.release_all([claim for claim in claims if claim.request_id in through])
        singly(self.lanes, self._wake)([one for one in claims if one.request_id not in through])

    def _together(self, request_ids: Sequence[str]) -> set[str]:
        """Those that it is done with."""
        try:
            return wake_many(self.store, request_ids)
        except StoreUnavailable:
            raise
        except Exception as error:
            _log.warning("%d timers are done singly: %s", len(request_ids), described(error))
            return set()

    def _wake(self, claim: Claim) -> None:
        try:
            change(self.store, claim.request_id, Wake())
        except Paused:
            self._hold(claim)

    def _hold(self, claim: Claim) -> None:
        """An approval by policy alone waits for the end of the pause; expiry waits for nothing."""
        request = change(self.store, claim.request_id, Hold())
        if request is None or request.state.held is None:
            return
        expires_ms = request.state.expires_ms
        left_ms = _HELD_MS if expires_ms is None else max(0, expires_ms - self.store.now())
        self.lanes.hold(claim, min(_HELD_MS, left_ms))


@dataclass(frozen=True)
class CallbackLane:
    """One attempt to deliver a callback, and none during a pause."""

    store: RequestStore
    lanes: Lanes
    callbacks: Callbacks
    clients: Clients

    def __call__(self, claim: Claim) -> None:
        loaded = self.store.load(claim.request_id)
        callback, url = loaded.request.state.callback, loaded.request.body.callback_url
        if callback is None or url is None or callback.due_ms is None:
            return
        if loaded.paused or callback.due_ms > loaded.now:
            return
        client = self.clients.get(loaded.request.body.client)
        if client is None:
            raise LookupError(f"no client {loaded.request.body.client}")
        message = self.store.message(claim.request_id)
        try:
            answer = self.callbacks.send(url, callback.id, message, client, loaded.now)
        except HostBusy as busy:
            self.lanes.postpone(claim, busy.wait_ms)
            return
        tried = CallbackTried(
            status=answer.status,
            error=answer.error,
            retry_after_s=answer.retry_after_s,
            took_ms=answer.took_ms,
            jitter=random.random(),  # noqa: S311 (it spreads load, it guards nothing)
        )
        change(self.store, claim.request_id, tried)


@dataclass(frozen=True)
class SlackLane:
    """Bring Slack up to date with one request, step by step, each step recorded at once."""

    store: RequestStore
    lanes: Lanes
    cards: Cards
    directory: Directory
    staffing: Staffing

    def __call__(self, claim: Claim) -> None:
        loaded = self.store.load(claim.request_id)
        request = self._staffed(loaded.request, loaded.now)
        end = time.monotonic() + _STEPS_S
        while request is not None and time.monotonic() < end:
            step = ready(request, loaded.now)
            done = None if step is None else self._tried(step, request, claim)
            if done is None:
                return
            request = change(self.store, claim.request_id, done)

    def _staffed(self, request: Request, now: int) -> Request | None:
        """With the people that it needs now, so that what is shown and said names them."""
        if next_step(request) is None:
            return request
        try:
            return self.staffing.settle(request, now)
        except SlackAgain as again:
            # Whoever is asked anyway should not have to wait for it.
            _log.warning("%s: people could not be looked up: %s", request.id, again.problem)
            return request

    def _tried(self, step: SlackStep, request: Request, claim: Claim) -> Command | None:
        """What came of a step, None when it has to wait and `claim` was put off."""
        try:
            return self._take(step, request, claim)
        except SlackAgain as again:
            if again.wait_s is None:
                _log.warning("%s: Slack failed, trying again: %s", request.id, again.problem)
                target = step.target if isinstance(step, PostCard) else None
                return SlackFailed(problem=again.problem, target=target)
            self.lanes.postpone(claim, int(again.wait_s * 1000) + 1)
            return None
        except SlackNever as never:
            _log.warning("%s: Slack refused for good: %s", request.id, never.problem)
            return _lost(step, never.problem)

    def _take(self, step: SlackStep, request: Request, claim: Claim) -> Command:
        match step:
            case FindTargets(refs=refs):
                targets, lost = self.directory.conversations(refs)
                return TargetsFound(refs=refs, targets=tuple(targets), lost=tuple(lost))
            case PostCard(target=target):
                # A worker that died, or an answer that never came, may have left a card behind.
                doubtful = claim.unfinished or target in request.state.cards.unsure
                if doubtful and (places := self.cards.find(target, request)):
                    return CardsFound(target=target, places=tuple(places))
                place = self.cards.post(target, request)
                return CardDrawn(target=target, place=place, face=request.state.cards.face)
            case RedrawCard(copy_of=copy):
                self.cards.redraw(copy.place, request)
                face = request.state.cards.face
                return CardDrawn(target=copy.target, place=copy.place, face=face)
            case SayNotice():
                to = self.directory.ids(addressees(request, step), left_out(request, step))
                self.cards.say(step, request, to)
                return _said(step)
            case BringQuestion(number=number, person=person):
                self.cards.bring_question(person, number, request)
                return QuestionDelivered(number=number)
            case InformAbsent(person=person):
                self.cards.inform_absent(person, request)
                return AbsentInformed(person=person)
            case TellRequester(person=person):
                self.cards.tell_requester(person, request)
                return RequesterTold()


def _said(notice: SayNotice, problem: str | None = None) -> NoticeSaid:
    return NoticeSaid(
        kind=notice.kind,
        at_ms=notice.at_ms,
        place=notice.place,
        number=notice.number,
        problem=problem,
    )


def _lost(step: SlackStep, problem: str) -> Command:
    """What a flat refusal by Slack means for each step."""
    match step:
        case FindTargets(refs=refs):
            lost = tuple((ref, problem) for ref in refs)
            return TargetsFound(refs=refs, targets=(), lost=lost)
        case PostCard(target=target):
            return TargetLost(target=target, problem=problem)
        case RedrawCard(copy_of=copy):
            return TargetLost(target=copy.target, problem=problem)
        case SayNotice():
            return _said(step, problem)
        case BringQuestion(number=number):
            return QuestionDelivered(number=number, problem=problem)
        case InformAbsent(person=person):
            return AbsentInformed(person=person, problem=problem)
        case TellRequester():
            return RequesterTold(problem=problem)
