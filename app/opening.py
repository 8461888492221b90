"""Opening a request: judged by its policy, and committed, once for each idempotency key."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from .ask import Ask
from .domain import lifecycle, revising
from .domain.digest import digest
from .domain.errors import IdempotencyKeyReused, PolicyNotAllowed, RequestNotFound
from .domain.request import Body, Held, PolicyRef, Request, Revises
from .identifiers import new_nonce, new_operation, new_request_id
from .logs import about
from .ports import (
    Admission,
    Callbacks,
    Client,
    Idempotency,
    Judge,
    LimitReached,
    Paused,
    Replay,
    RequestStore,
)

_log = logging.getLogger("countersign.policies")

Clock = Callable[[], int]

DEFAULT_POLICY = "default"
"""The policy that always asks a person, and that every client may use."""


@dataclass(frozen=True)
class Answered:
    """A request, and whether what was asked had been done already."""

    request: Request
    replayed: bool


@dataclass(frozen=True)
class Opening:
    """What it takes to open a request.

    `public_url` is where this deployment is reached, for the links that it hands out;
    `retention_s` how long a decided request is kept.
    """

    store: RequestStore
    judge: Judge
    callbacks: Callbacks
    admission: Admission
    public_url: str
    retention_s: int

    def open(self, client: Client, ask: Ask, now: Clock, before: Request | None = None) -> Answered:
        """Open it, as what asks `before` again where there is such a one, or find what its
        idempotency key opened. `now` tells the store's clock.

        It may be held. Raises `PolicyNotFound`, `PolicyNotAllowed`, `InputsRefused`,
        `CallbackUrlRefused`, `IdempotencyKeyReused`.
        """
        idempotency = _idempotency(client, ask)
        if idempotency is not None:
            replay = self.store.replay(client.id, idempotency.key)
            if replay is not None:
                return self._replayed(idempotency, replay)
        body, held = self._judged(client, ask, now, before)
        over_limit, spent = held is not None, frozenset[str]()
        while True:
            transition = lifecycle.begin(body, held)
            try:
                replay = self.store.commit(transition, new_operation(), idempotency=idempotency)
            except LimitReached as limit:
                spent |= {limit.rule}  # judged again without it; a policy has so many rules
                body = self._body(client, ask, now, before, spent, over_limit=over_limit)
                continue
            except Paused:
                held = Held(reason="paused", since_ms=body.opened_ms)
                continue
            if replay is not None and idempotency is not None:
                return self._replayed(idempotency, replay)
            return _opened(transition.request)

    def _revises(self, request: Request, ask: Ask) -> Revises:
        root = request
        if request.body.root_id != request.id:
            with suppress(RequestNotFound):  # erased by now, and so are its cards
                root = self.store.load(request.body.root_id).request
        return revising.revises(request, root, ask.payload)

    def _judged(
        self, client: Client, ask: Ask, now: Clock, before: Request | None
    ) -> tuple[Body, Held | None]:
        """What is asked, judged, and what holds it. What is refused uses up nothing of a limit."""
        body = self._body(client, ask, now, before)
        until_ms = self.admission.admit(client)
        if until_ms is None:
            return body, None
        body = self._body(client, ask, now, before, over_limit=True)
        return body, Held(reason="limit", since_ms=body.opened_ms, until_ms=until_ms)

    def _body(
        self,
        client: Client,
        ask: Ask,
        now: Clock,
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
        at_ms, nonce = now(), new_nonce()
        request_id = new_request_id(at_ms)
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
            opened_ms=at_ms,
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


def _opened(request: Request) -> Answered:
    body = request.body
    if body.evaluation.error is not None:
        where, error = (request.id, body.policy.name), body.evaluation.error
        with about(request=request.id):
            _log.warning("%s: policy %s asks people for an error: %s", *where, error)
    return Answered(request, replayed=False)


def _policy_for(client: Client, ask: Ask) -> str:
    policy = ask.policy or (client.policies[0] if client.policies else DEFAULT_POLICY)
    check_use(client, policy)
    return policy


def check_use(client: Client, policy: str) -> None:
    """Raises `PolicyNotAllowed`."""
    if not may_use(client, policy):
        raise PolicyNotAllowed(
            f"The client {client.id} may not use the policy {policy}.",
            f"It may use {', '.join(client.policies)}.",
        )


def may_use(client: Client, policy: str) -> bool:
    """Whether the client may be judged by this policy."""
    return not client.policies or policy in (*client.policies, DEFAULT_POLICY)


def _idempotency(client: Client, ask: Ask) -> Idempotency | None:
    if ask.idempotency_key is None:
        return None
    return Idempotency(client=client.id, key=ask.idempotency_key, fingerprint=ask.fingerprint())
