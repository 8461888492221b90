"""What a worker does with what time has come for, and with callbacks."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

from .changes import change, changed, wake_many
from .claims import singly
from .domain.commands import CallbackTried, Hold, Wake
from .domain.errors import StoreUnavailable
from .faults import described
from .ports import Callbacks, Claim, Clients, HostBusy, Lanes, Paused, RequestStore

_log = logging.getLogger("countersign.lanes")

_HELD_MS = 300_000
"""How often what waits for the end of a pause is looked at all the same."""


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

    def __call__(self, claim: Claim) -> bool:
        loaded = self.store.claimed(claim)
        callback, url = loaded.request.state.callback, loaded.request.body.callback_url
        if callback is None or url is None or callback.due_ms is None:
            return False
        if callback.due_ms > loaded.now:
            return False
        client = self.clients.get(loaded.request.body.client)
        if client is None:
            raise LookupError(f"no client {loaded.request.body.client}")
        message = self.store.message(claim.request_id)
        if message is None:
            return False
        try:
            answer = self.callbacks.send(url, callback.id, message, client, loaded.now)
        except HostBusy as busy:
            self.lanes.postpone(claim, busy.wait_ms)
            return True
        tried = CallbackTried(
            status=answer.status,
            error=answer.error,
            retry_after_s=answer.retry_after_s,
            took_ms=answer.took_ms,
            jitter=random.random(),  # noqa: S311 (it spreads load, it guards nothing)
            failure=answer.failure,
        )
        seen = self.store.later(loaded, loaded.request)
        return changed(self.store, claim.request_id, tried, seen, claim).let_go
