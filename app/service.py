"""What clients do: open, use, report, cancel, explain, look up. What `http` calls."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .ask import Ask
from .changes import change, changed
from .domain import lifecycle, revising
from .domain.commands import Cancel, Command, Consume, Redeliver, ReportResult, Signal
from .domain.digest import digest
from .domain.errors import (
    EverythingPaused,
    IdempotencyKeyReused,
    NotAMonitor,
    NotRevisable,
    PolicyNotAllowed,
    RequestNotFound,
    RequestUnreadable,
)
from .domain.events import Event
from .domain.request import Actor, Body, Held, PolicyRef, Request, Revises
from .identifiers import new_nonce, new_operation, new_request_id
from .logs import about
from .ports import (
    Admission,
    Callbacks,
    Client,
    Explained,
    Idempotency,
    Judge,
    LimitReached,
    Page,
    Paused,
    Query,
    Replay,
    RequestStore,
)

_log = logging.getLogger("countersign.policies")

DEFAULT_POLICY = "default"
"""The policy that always asks a person, and that every client may use."""


@dataclass(frozen=True)
class Answered:
    """A request, and whether what was asked had been done already."""

    request: Request
    replayed: bool


@dataclass(frozen=True)
class Service:
    """Everything that clients can do.

    `public_url` is where this deployment is reached, for the links that it hands out;
    `retention_s` how long a decided request is kept.
    """

    store: RequestStore
    judge: Judge
    callbacks: Callbacks
    admission: Admission
    public_url: str
    retention_s: int

    def open(self, client: Client, ask: Ask) -> Answered:
        """Open a request, or find the one that this idempotency key opened before.

        It may be held. Raises `PolicyNotFound`, `PolicyNotAllowed`, `InputsRefused`,
        `CallbackUrlRefused`, `IdempotencyKeyReused`.
        """
        return self._open(client, ask)

    def revise(self, client: Client, request_id: str, ask: Ask) -> Answered:
        """Ask again, once, for a request of which a reviewer wanted changes.

        Under its policy and for its requester, whatever `ask` says of these. People look at it in
        any case. Raises what `open` does, `RequestNotFound`, `NotRevisable`, `RevisionUnchanged`.
        """
        request = self.get(client, request_id)
        revising.check(request)
        revising.refuse_unchanged(request, ask.title, ask.payload, ask.context)
        try:
            return self._open(client, ask.again(request), request)
        except IdempotencyKeyReused:
            again = self.store.replay(client.id, revising.key_of(request))
            known = "" if again is None else f", as {again.request_id}"
            raise NotRevisable(
                f"This was asked again already, and otherwise{known}.", "Go on from that one."
            ) from None

    def _open(self, client: Client, ask: Ask, before: Request | None = None) -> Answered:
        """Open it, as what asks `before` again where there is such a one."""
        idempotency = _idempotency(client, ask)
        if idempotency is not None:
            replay = self.store.replay(client.id, idempotency.key)
            if replay is not None:
                return self._replayed(idempotency, replay)
        body, held = self._judged(client, ask, before)
        over_limit, spent = held is not None, frozenset[str]()
        while True:
            transition = lifecycle.begin(body, held)
            try:
                replay = self.store.commit(transition, new_operation(), idempotency=idempotency)
            except LimitReached as limit:
                spent |= {limit.rule}  # judged again without it; a policy has so many rules
                body = self._body(client, ask, before, spent, over_limit=over_limit)
                continue
            except Paused:
                held = Held(reason="paused", since_ms=body.opened_ms)
                continue
            if replay is not None and idempotency is not None:
                return self._replayed(idempotency, replay)
            return _opened(transition.request)

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
        policy = self.store.load(request_id).request.body.policy.name
        if not _may_use(client, policy):
            raise _not_found()
        self.judge.check_signals(policy, signals)
        return self._changed(request_id, Signal(by=_actor(client), signals=signals))

    def cancel(self, client: Client, request_id: str, reason: str | None = None) -> Request:
        """The client withdraws its request. Raises `RequestNotFound`, `AlreadyDecided`."""
        self.get(client, request_id)
        return self._changed(request_id, Cancel(by=_actor(client), reason=reason))

    def consume(
        self, client: Client, request_id: str, digest: str, key: str | None = None
    ) -> Answered:
        """The client is about to act on an approval; the same `key` again gives the first answer.

        Raises `RequestNotFound`, `EverythingPaused`, and what the domain does in `consuming`.
        """
        self.get(client, request_id)
        command = Consume(by=_actor(client), digest=digest, key=key)
        try:
            used = changed(self.store, request_id, command)
        except Paused:
            used = None
        if used is None or (used.paused and not used.anew):
            raise EverythingPaused(
                "Everything is paused, so nothing may start now.",
                "Try again once it is resumed, with the same Idempotency-Key.",
            )
        if used.request is None:
            raise _not_found()
        return Answered(used.request, replayed=not used.anew)

    def result(
        self, client: Client, request_id: str, *, ok: bool, text: str, link: str | None = None
    ) -> Request:
        """What came of an approval. Raises `RequestNotFound`, `NothingToReport`."""
        self.get(client, request_id)
        told = ReportResult(by=_actor(client), ok=ok, text=text, link=link)
        return self._changed(request_id, told)

    def redeliver(self, client: Client, request_id: str) -> Request:
        """Send the callback again, under its old id. Raises `NothingToRedeliver`."""
        self.get(client, request_id)
        return self._changed(request_id, Redeliver(by=_actor(client)))

    def get(self, client: Client, request_id: str) -> Request:
        """One request of this client; another client's is as good as none: `RequestNotFound`."""
        try:
            request = self.store.load(request_id).request
        except RequestUnreadable:
            if not self.store.is_of(client.id, request_id):
                raise _not_found() from None
            raise
        if request.body.client != client.id:
            raise _not_found()
        return request

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
        _check_use(client, policy)
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

    def _revises(self, request: Request, ask: Ask) -> Revises:
        root = request
        if request.body.root_id != request.id:
            with suppress(RequestNotFound):  # erased by now, and so are its cards
                root = self.store.load(request.body.root_id).request
        return revising.revises(request, root, ask.payload)

    def _judged(self, client: Client, ask: Ask, before: Request | None) -> tuple[Body, Held | None]:
        """What is asked, judged, and what holds it. What is refused uses up nothing of a limit."""
        body = self._body(client, ask, before)
        until_ms = self.admission.admit(client)
        if until_ms is None:
            return body, None
        body = self._body(client, ask, before, over_limit=True)
        return body, Held(reason="limit", since_ms=body.opened_ms, until_ms=until_ms)

    def _body(
        self,
        client: Client,
        ask: Ask,
        before: Request | None,
        spent: frozenset[str] = frozenset(),
        over_limit: bool = False,
    ) -> Body:
        policy = _policy_for(client, ask)
        if ask.callback_url is not None:
            self.callbacks.check(ask.callback_url)
        judged = self.judge.judge(
            policy,
            ask.payload,
            ask.signals,
            spent,
            over_limit=over_limit,
            in_hand=None if before is None else revising.IN_HAND,
        )
        now, nonce = self.store.now(), new_nonce()
        request_id = new_request_id(now)
        return Body(
            id=request_id,
            root_id=request_id if before is None else before.body.root_id,
            revision=1 if before is None else before.body.revision + 1,
            client=client.id,
            title=ask.title,
            payload=ask.payload,
            context=ask.context,
            signals=ask.signals,
            signals_by="monitor" if client.monitor else "requester",
            metadata=ask.metadata,
            on_behalf_of=ask.on_behalf_of,
            callback_url=ask.callback_url,
            callback_on=ask.callback_on,
            idempotency_key=ask.idempotency_key,
            policy=PolicyRef(name=judged.policy, hash=judged.policy_hash),
            evaluation=judged.evaluation,
            nonce=nonce,
            digest=digest(request_id, nonce, judged.policy_hash, ask.payload),
            links={"request": f"{self.public_url}/v1/requests/{request_id}"},
            opened_ms=now,
            retention_s=self.retention_s,
            revises=None if before is None else self._revises(before, ask),
            asked_in=ask.asked_in,
            spent=tuple(sorted(spent)),
            over_limit=over_limit,
        )

    def _replayed(self, idempotency: Idempotency, replay: Replay) -> Answered:
        if replay.fingerprint != idempotency.fingerprint:
            raise IdempotencyKeyReused(
                f"This idempotency key opened {replay.request_id} with another body.",
                "Send the first body again to get that request, or choose a new key.",
            )
        return Answered(self.store.load(replay.request_id).request, replayed=True)

    def _changed(self, request_id: str, command: Command) -> Request:
        request = change(self.store, request_id, command)
        if request is None:
            raise _not_found()
        return request


def _opened(request: Request) -> Answered:
    body = request.body
    if body.evaluation.error is not None:
        where, error = (request.id, body.policy.name), body.evaluation.error
        with about(request=request.id):
            _log.warning("%s: policy %s asks people for an error: %s", *where, error)
    return Answered(request, replayed=False)


def _policy_for(client: Client, ask: Ask) -> str:
    policy = ask.policy or (client.policies[0] if client.policies else DEFAULT_POLICY)
    _check_use(client, policy)
    return policy


def _check_use(client: Client, policy: str) -> None:
    if not _may_use(client, policy):
        raise PolicyNotAllowed(
            f"The client {client.id} may not use the policy {policy}.",
            f"It may use {', '.join(client.policies)}.",
        )


def _may_use(client: Client, policy: str) -> bool:
    return not client.policies or policy in (*client.policies, DEFAULT_POLICY)


def _idempotency(client: Client, ask: Ask) -> Idempotency | None:
    if ask.idempotency_key is None:
        return None
    return Idempotency(client=client.id, key=ask.idempotency_key, fingerprint=ask.fingerprint())


def _actor(client: Client) -> Actor:
    return Actor(kind="client", id=client.id, name=client.id)


def _not_found() -> RequestNotFound:
    return RequestNotFound(
        "There is no such request.", "Check the id, and the key it was made with."
    )
