"""What a worker does in each lane: claim what is due, do it, record what came of it, let go."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass

from .changes import change
from .claims import Work, abandon, settle
from .domain.commands import (
    CallbackTried,
    CardDrawn,
    Command,
    NoticeSaid,
    RequesterTold,
    SlackFailed,
    TargetLost,
    TargetsFound,
    Wake,
)
from .domain.due import Lane
from .domain.errors import StoreUnavailable
from .domain.request import Request
from .domain.slack_steps import (
    FindTargets,
    PostCard,
    RedrawCard,
    SayNotice,
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
from .posting import Posting

_log = logging.getLogger("countersign.lanes")

_TURN_S = 1.0
"""How long one job works before it lets another one of the queue have its turn."""

_STEPS_S = 20.0
"""How long one claim goes on taking steps in Slack. The last one may take two calls of 18 s more,
which still ends before the lease of 60 s does."""


def drain(lanes: Lanes, lane: Lane, work: Work, batch: int) -> None:
    """Do what is due in a lane until nothing is, or for one turn.

    `batch` requests are claimed at a time and done one after the other, so it is 1 where a single
    one can take long. Rings for help when more is due than was claimed.
    """
    lanes.answer(lane)
    end = time.monotonic() + _TURN_S
    while time.monotonic() < end:
        claimed = lanes.claim(lane, batch)
        if claimed.more:
            lanes.ring(lane)
        for position, claim in enumerate(claimed.claims):
            try:
                settle(lanes, work, claim)
            except StoreUnavailable:
                abandon(lanes, claimed.claims[position:])
                raise
        if not claimed.claims:
            return
    lanes.ring(lane)


@dataclass(frozen=True)
class TimeLane:
    """Reminders, escalation, the end of a watch, expiry, and the end of retention."""

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

    def __call__(self, claim: Claim) -> None:
        loaded = self.store.load(claim.request_id)
        request: Request | None = loaded.request
        end = time.monotonic() + _STEPS_S
        while request is not None and time.monotonic() < end:
            step = ready(request, loaded.now)
            done = None if step is None else self._tried(step, request, claim)
            if done is None:
                return
            request = change(self.store, claim.request_id, done)

    def _tried(self, step: SlackStep, request: Request, claim: Claim) -> Command | None:
        """What came of a step, None when it is not its turn yet."""
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

    def _take(self, step: SlackStep, request: Request, claim: Claim) -> Command | None:
        posting = Posting(self.store, self.lanes, self.cards)
        match step:
            case FindTargets(refs=refs):
                targets, lost = self.directory.conversations(refs)
                return TargetsFound(refs=refs, targets=tuple(targets), lost=tuple(lost))
            case PostCard(target=target):
                return posting.post(target, claim)
            case RedrawCard(copy_of=copy) if copy.items:
                return posting.redraw(copy, request.id)
            case RedrawCard(copy_of=copy):
                self.cards.redraw(copy.place, request)
                face = request.state.cards.face
                return CardDrawn(target=copy.target, place=copy.place, face=face)
            case SayNotice(kind=kind, at_ms=at_ms, place=place):
                to = self.directory.ids(request.awaited)
                self.cards.say(place, kind, request, to)
                return NoticeSaid(at_ms=at_ms, place=place)
            case TellRequester(person=person):
                self.cards.tell_requester(person, request)
                return RequesterTold()


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
        case SayNotice(at_ms=at_ms, place=place):
            return NoticeSaid(at_ms=at_ms, place=place, problem=problem)
        case TellRequester():
            return RequesterTold(problem=problem)
