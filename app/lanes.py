"""What a worker does in each lane: claim what is due, do it, record what came of it, let go."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from .changes import change
from .domain.commands import (
    CallbackTried,
    CardDrawn,
    Command,
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
    FindTargets,
    PostCard,
    RedrawCard,
    SlackStep,
    TellRequester,
    ready,
)
from .ports import (
    Callbacks,
    Cards,
    Claim,
    Clients,
    Directory,
    HostBusy,
    Lanes,
    RequestStore,
    SlackAgain,
    SlackNever,
)

_log = logging.getLogger("countersign.lanes")

_TURN_S = 1.0
"""How long one job works before it lets another one of the queue have its turn."""

_HOST_BUSY_MS = 250

Work = Callable[[Claim], None]


def drain(lanes: Lanes, lane: Lane, work: Work, batch: int) -> None:
    """Do what is due in a lane until nothing is, or for one turn.

    `batch` requests are claimed at a time and done one after the other, so it is 1 where a single
    one can take long. A full batch rings for help: there may be more than one worker's worth.
    """
    lanes.answer(lane)
    end = time.monotonic() + _TURN_S
    while time.monotonic() < end:
        claims = lanes.claim(lane, batch)
        if len(claims) == batch:
            lanes.ring(lane)
        for claim in claims:
            _do(lanes, work, claim)
        if not claims:
            return
    lanes.ring(lane)


def _do(lanes: Lanes, work: Work, claim: Claim) -> None:
    """One request must never hold up another, so whatever goes wrong sets this one aside."""
    try:
        work(claim)
    except StoreUnavailable:
        raise
    except RequestNotFound:
        lanes.release(claim)
    except Exception as error:
        _log.exception("%s is set aside in lane %s", claim.request_id, claim.lane.value)
        lanes.set_aside(claim, type(error).__name__)
    else:
        lanes.release(claim)


@dataclass(frozen=True)
class TimeLane:
    """Expiry, and the end of retention."""

    store: RequestStore

    def __call__(self, claim: Claim) -> None:
        change(self.store, claim.request_id, Wake())


@dataclass(frozen=True)
class CallbackLane:
    """One attempt to deliver a callback."""

    store: RequestStore
    lanes: Lanes
    callbacks: Callbacks
    clients: Clients

    def __call__(self, claim: Claim) -> None:
        loaded = self.store.load(claim.request_id)
        callback, url = loaded.request.state.callback, loaded.request.body.callback_url
        if callback is None or url is None or callback.due_ms is None:
            return
        if callback.due_ms > loaded.now:
            return
        client = self.clients.get(loaded.request.body.client)
        if client is None:
            raise LookupError(f"no client {loaded.request.body.client}")
        message = self.store.message(claim.request_id)
        try:
            answer = self.callbacks.send(url, callback.id, message, client, loaded.now)
        except HostBusy:
            self.lanes.postpone(claim, _HOST_BUSY_MS)
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

    def __call__(self, claim: Claim) -> None:
        loaded = self.store.load(claim.request_id)
        request: Request | None = loaded.request
        while request is not None and (step := ready(request, loaded.now)) is not None:
            try:
                done = self._take(step, request, claim)
            except SlackAgain as again:
                if again.wait_s is not None:
                    self.lanes.postpone(claim, int(again.wait_s * 1000) + 1)
                    return
                done = SlackFailed(problem=again.problem)
            except SlackNever as never:
                done = _lost(step, never.problem)
            request = change(self.store, claim.request_id, done)

    def _take(self, step: SlackStep, request: Request, claim: Claim) -> Command:
        match step:
            case FindTargets(refs=refs):
                targets, lost = self.directory.conversations(refs)
                return TargetsFound(targets=tuple(targets), lost=tuple(lost))
            case PostCard(target=target):
                # A worker that died may have posted it already, with nobody left to record it.
                place = self.cards.find(target, request) if claim.unfinished else None
                face = 0 if place else request.state.cards.face
                place = place or self.cards.post(target, request)
                return CardDrawn(target=target, place=place, face=face)
            case RedrawCard(copy_of=copy):
                self.cards.redraw(copy.place, request)
                face = request.state.cards.face
                return CardDrawn(target=copy.target, place=copy.place, face=face)
            case TellRequester(person=person):
                self.cards.tell_requester(person, request)
                return RequesterTold()


def _lost(step: SlackStep, problem: str) -> Command:
    """What a flat refusal by Slack means for each step."""
    match step:
        case FindTargets(refs=refs):
            return TargetsFound(targets=(), lost=tuple((ref, problem) for ref in refs))
        case PostCard(target=target):
            return TargetLost(target=target, problem=problem)
        case RedrawCard(copy_of=copy):
            return TargetLost(target=copy.target, problem=problem)
        case TellRequester():
            return RequesterTold(problem=problem)
