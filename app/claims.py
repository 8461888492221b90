"""How what is due is worked off: claimed, done, and let go, set aside or handed back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from .domain.due import Lane
from .domain.errors import RequestNotFound, StoreUnavailable
from .faults import described
from .logs import about
from .ports import Claim, Lanes

_log = logging.getLogger("countersign.lanes")

_TURN_S = 1.0
"""How long a worker does one thing after the other before it looks whether it should stop."""

_LISTEN_S = 2.0
"""The same for one that waits for a bell."""

NEAR_S = _LISTEN_S + 0.2
"""How long who found nothing counts as near the bell: a little longer than it waits there, so that
there is no gap until it has looked again."""

_GIVE_WAY_S = 1.0
"""How long another lane gives way to timers before it does one thing all the same."""

Work = Callable[[Claim], bool | None]
"""What is done with one claim; it says so where that has let go of it."""

BatchWork = Callable[[Sequence[Claim]], None]
"""What is done with all that was claimed at once; it ends each of these claims."""


def serve(lanes: Lanes, lane: Lane, look: Callable[[], None], on_duty: Callable[[], bool]) -> None:
    """One shift in a lane: `look` at what is due, wait for the bell, look again, while `on_duty`.

    Whoever leaves has somebody else take the place.
    """
    lanes.answer(lane)
    try:
        while on_duty():
            look()
            lanes.listen(lane, _LISTEN_S)
    finally:
        with suppress(StoreUnavailable):
            lanes.leave(lane)


def drain(
    lanes: Lanes,
    lane: Lane,
    work: BatchWork,
    batch: int,
    give_way: Callable[[], None] = lambda: None,
) -> None:
    """Do what is due in a lane until nothing is, or for one turn; from then on be near its bell.

    `batch` requests are claimed at a time, so it is 1 where a single one can take long; before that
    it may `give_way` to what is more pressing.
    """
    end = time.monotonic() + _TURN_S
    while time.monotonic() < end:
        give_way()
        claims = lanes.claim(lane, batch, NEAR_S)
        if not claims:
            return
        try:
            work(claims)
        except StoreUnavailable:
            abandon(lanes, claims)
            raise
    lanes.ring(lane)


def singly(lanes: Lanes, work: Work) -> BatchWork:
    """One claim after the other."""

    def do(claims: Sequence[Claim]) -> None:
        for claim in claims:
            settle(lanes, work, claim)

    return do


def settle(lanes: Lanes, work: Work, claim: Claim) -> None:
    """One request must never hold up another, so whatever goes wrong sets this one aside."""
    with about(request=claim.request_id):
        _settle(lanes, work, claim)


def _settle(lanes: Lanes, work: Work, claim: Claim) -> None:
    try:
        let_go = work(claim)
    except StoreUnavailable:
        raise
    except RequestNotFound:
        lanes.release(claim)
    except Exception as error:
        where = (claim.request_id, claim.lane.value)
        _log.error("%s is set aside in lane %s: %s", *where, described(error))
        lanes.set_aside(claim, type(error).__name__)
    else:
        if not let_go:
            lanes.release(claim)


def abandon(lanes: Lanes, claims: Sequence[Claim]) -> None:
    """Let go of what may be half done, so that it need not wait for its lease once the store is
    back; as long as that is away its lease is what is left."""
    with suppress(StoreUnavailable):
        for claim in claims:
            lanes.postpone(replace(claim, unfinished=True), 0)


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
