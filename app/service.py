"""What clients do: open, use, report, cancel, explain, look up. What `http` calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .ask import Ask
from .changes import change, changed
from .domain import revising
from .domain.commands import Cancel, Command, Consume, Redeliver, ReportResult, Signal
from .domain.errors import (
    EverythingPaused,
    IdempotencyKeyReused,
    NotAMonitor,
    NotRevisable,
    RequestNotFound,
    RequestUnreadable,
)
from .domain.events import Event
from .domain.request import Actor, Request
from .opening import Answered, Clock, Opening, check_use, may_use
from .ports import (
    Client,
    Explained,
    Judge,
    Loaded,
    Page,
    Paused,
    Query,
    RequestStore,
)


@dataclass(frozen=True)
class Service:
    """Everything that clients can do."""

    store: RequestStore
    judge: Judge
    opening: Opening

    def open(self, client: Client, ask: Ask, now: Clock | None = None) -> Answered:
        """Open a request, or find the one that this idempotency key opened before.

        It may be held. `now` tells the store's clock without asking it. Raises `PolicyNotFound`,
        `PolicyNotAllowed`, `InputsRefused`, `CallbackUrlRefused`, `IdempotencyKeyReused`.
        """
        return self.opening.open(client, ask, now or self.store.now)

    def revise(self, client: Client, request_id: str, ask: Ask) -> Answered:
        """Ask again, once, for a request of which a reviewer wanted changes.

        Under its policy and for its requester, whatever `ask` says of these. People look at it in
        any case. Raises what `open` does, `RequestNotFound`, `NotRevisable`, `RevisionUnchanged`.
        """
        request = self.get(client, request_id)
        revising.check(request)
        revising.refuse_unchanged(request, ask.title, ask.payload, ask.context)
        try:
            return self.opening.open(client, ask.again(request), self.store.now, request)
        except IdempotencyKeyReused:
            again = self.store.replay(client.id, revising.key_of(request))
            known = "" if again is None else f", as {again.request_id}"
            raise NotRevisable(
                f"This was asked again already, and otherwise{known}.", "Go on from that one."
            ) from None

    def signal(self, client: Client, request_id: str, signals: dict[str, Any]) -> Request:
        """A monitor's word on a request of any client, within the policies that it may use.

        Raises `NotAMonitor`, `RequestNotFound`, `InputsRefused`, `AlreadyDecided`,
        `RequestExpired`.
        """
        if not client.monitor:
            raise NotAMonitor(
                f"The client {client.id} is no monitor.",
                "An operator makes one with: countersign clients create NAME --monitor",
            )
        loaded = self.store.load(request_id)
        policy = loaded.request.body.policy.name
        if not may_use(client, policy):
            raise _not_found()
        self.judge.check_signals(policy, signals)
        report = Signal(by=_actor(client), signals=signals)
        return _kept(change(self.store, request_id, report, loaded))

    def cancel(self, client: Client, request_id: str, reason: str | None = None) -> Request:
        """The client withdraws its request. Raises `RequestNotFound`, `AlreadyDecided`."""
        return self._changed(client, request_id, Cancel(by=_actor(client), reason=reason))

    def consume(
        self, client: Client, request_id: str, digest: str, key: str | None = None
    ) -> Answered:
        """The client is about to act on an approval; the same `key` again gives the first answer.

        Raises `RequestNotFound`, `EverythingPaused`, and what the domain does in `consuming`.
        """
        loaded = self._loaded(client, request_id)
        command = Consume(by=_actor(client), digest=digest, key=key)
        try:
            used = changed(self.store, request_id, command, loaded)
        except Paused:
            used = None
        if used is None or (used.paused and not used.anew):
            raise EverythingPaused(
                "Everything is paused, so nothing may start now.",
                "Try again once it is resumed, with the same Idempotency-Key.",
            )
        return Answered(_kept(used.request), replayed=not used.anew)

    def result(
        self, client: Client, request_id: str, *, ok: bool, text: str, link: str | None = None
    ) -> Request:
        """What came of an approval. Raises `RequestNotFound`, `NothingToReport`."""
        told = ReportResult(by=_actor(client), ok=ok, text=text, link=link)
        return self._changed(client, request_id, told)

    def redeliver(self, client: Client, request_id: str) -> Request:
        """Send the callback again, under its old id. Raises `NothingToRedeliver`."""
        return self._changed(client, request_id, Redeliver(by=_actor(client)))

    def get(self, client: Client, request_id: str) -> Request:
        """One request of this client; another client's is as good as none: `RequestNotFound`."""
        return self._loaded(client, request_id).request

    def explain(
        self,
        client: Client,
        policy: str,
        payload: dict[str, Any],
        signals: dict[str, Any],
        draft: str | None = None,
    ) -> Explained:
        """What would come of a request, and why; nothing is opened, and nothing counted.

        By the policy in force, or by the text of a `draft`, for which every limit has room. Raises
        `PolicyNotFound`, `PolicyNotAllowed`, `InputsRefused`, `DraftRefused`.
        """
        if draft is not None:
            return self.judge.explain(policy, payload, signals, draft=draft)
        check_use(client, policy)
        spent: frozenset[str] = frozenset()
        while True:
            allowance = self.judge.judge(policy, payload, signals, spent).evaluation.allowance
            if allowance is None or self.store.has_room(allowance):
                return self.judge.explain(policy, payload, signals, spent)
            spent |= {allowance.rule}

    def page(self, query: Query) -> Page:
        """A client's requests, newest first."""
        return self.store.page(query)

    def events(self, client: Client, request_id: str, start: int, most: int) -> list[Event]:
        """The audit trail of one request, oldest first: `most` entries from the one at `start`.

        Raises `RequestNotFound`.
        """
        self.get(client, request_id)
        return self.store.events(request_id, start, most)

    def _changed(self, client: Client, request_id: str, command: Command) -> Request:
        loaded = self._loaded(client, request_id)
        return _kept(change(self.store, request_id, command, loaded))

    def _loaded(self, client: Client, request_id: str) -> Loaded:
        try:
            loaded = self.store.load(request_id)
        except RequestUnreadable:
            if not self.store.is_of(client.id, request_id):
                raise _not_found() from None
            raise
        if loaded.request.body.client != client.id:
            raise _not_found()
        return loaded


def _kept(request: Request | None) -> Request:
    """Raises `RequestNotFound` for what is erased."""
    if request is None:
        raise _not_found()
    return request


def _actor(client: Client) -> Actor:
    return Actor(kind="client", id=client.id, name=client.id)


def _not_found() -> RequestNotFound:
    return RequestNotFound(
        "There is no such request.", "Check the id, and the key it was made with."
    )
