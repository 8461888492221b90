"""What the service and the lanes need of the store: requests, and what of them is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from policies.plan import Allowance

from ..domain.due import Lane
from ..domain.events import Event
from ..domain.request import Request, Status
from ..domain.transition import Transition


class Conflict(Exception):
    """The request changed since it was loaded: load it again and apply the command again."""


class TooLate(Exception):
    """The commit came past its `not_after`: load the request again and apply the command again."""


class Paused(Exception):
    """An approval without a person, or the use of one, during a pause; nothing is written."""


class LimitReached(Exception):
    """An approval by policy alone finds no room in the limit of its rule; nothing is written."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Full(Exception):
    """Somebody who was chosen has as many open requests as they should: choose again."""


@dataclass(frozen=True)
class Loaded:
    """A request, the store's clock (ms), whether everything is paused and whether anybody's
    absence is on record, in the same breath.

    `at_s` is the instant of it on this machine's own clock (`time.monotonic`).
    """

    request: Request
    now: int
    paused: bool = False
    absences: bool = True
    at_s: float = 0.0


@dataclass(frozen=True)
class Replay:
    """The request that an idempotency key opened, and the fingerprint of what opened it."""

    request_id: str
    fingerprint: str


@dataclass(frozen=True)
class Idempotency:
    """A client's key for one request, and the fingerprint of the body that came with it."""

    client: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Claim:
    """One request taken for one lane, under a lease that ends by itself.

    `unfinished` says that an earlier claim never came to its end: its work may be half done.
    `brought` is its request as it stood then, for `RequestStore.claimed`.
    """

    lane: Lane
    request_id: str
    token: str
    unfinished: bool
    brought: object = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class InLine:
    """A place in the line for a card in a channel: so many stand `ahead`, of so many `others`."""

    ahead: int
    others: int


@dataclass(frozen=True)
class Query:
    """Which requests to list: newest first, `limit` at most, from below `cursor`."""

    client: str
    status: Status | None = None
    policy: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class Page:
    """Requests newest first; `cursor` leads to the next page, None at the end."""

    requests: tuple[Request, ...]
    cursor: str | None


class RequestStore(Protocol):
    """Requests in Redis: every change is one commit, all of it or nothing.

    Raises `StoreUnavailable` when Redis can't be reached or won't write.
    """

    def now(self) -> int:
        """The one clock: Redis TIME in milliseconds."""

    def replay(self, client: str, key: str) -> Replay | None:
        """What this client's idempotency key opened before."""

    def load(self, request_id: str) -> Loaded:
        """Raises `RequestNotFound`, or `RequestUnreadable` for a stored form of a newer version."""

    def claimed(self, claim: Claim) -> Loaded:
        """The request of a claim that has just been taken. Raises what `load` does."""

    def later(self, loaded: Loaded, request: Request) -> Loaded:
        """The request as it stands by now, for who holds it: no round trip is made.

        The store's clock has gone on as this machine's has, so it may be a little off.
        """

    def is_of(self, client: str, request_id: str) -> bool:
        """Whether this client asked it, which is known of what can't be read as well."""

    def load_many(self, request_ids: Sequence[str]) -> list[Request]:
        """Those that exist and can be read, in the order asked for."""

    def in_line(self, channel: str, request_id: str) -> InLine | None:
        """Where one stands in the line for a card in a channel; None for one that does not."""

    def message(self, request_id: str) -> str | None:
        """The frozen body of the callback, None during a pause: it may not be sent now.

        Raises `RequestNotFound` when there is none.
        """

    def commit(
        self,
        transition: Transition,
        operation: str,
        *,
        idempotency: Idempotency | None = None,
        claim: Claim | None = None,
    ) -> Replay | None:
        """Write it whole or not at all, and let go of `claim` in the same step.

        `operation` names this attempt at a change: a repeat after a lost reply finds itself done.
        Gives a `Replay`, and writes nothing, when the idempotency key is taken. An opening whose
        evaluation has an `allowance` counts it in the same step. Raises `Conflict`, `TooLate`,
        `LimitReached`, `Full`, `Paused`.
        """

    def commit_many(self, changes: Sequence[tuple[Transition, str]]) -> list[bool]:
        """Commit each transition under its own operation, and say of each whether it is written.

        Each stands for itself, and all of them take one round trip. What is not written finds out
        why when it is tried alone.
        """

    def has_room(self, allowance: Allowance) -> bool:
        """Whether a limit has room for this now. Counts nothing, so it may be gone a moment on."""

    def workload(self, people: Sequence[str]) -> list[int]:
        """How many open requests each of these people (user ids) was chosen for, or is on."""

    def events(self, request_id: str, start: int = 0, most: int | None = None) -> list[Event]:
        """The trail of one request, oldest first; of it `most` entries from the one at `start`."""

    def page(self, query: Query) -> Page:
        """One client's requests."""

    def ended(self, outcome: Status, cursor: str | None, limit: int) -> list[str]:
        """Ids of requests that ended so, of whichever client, newest first, from below `cursor`."""

    def waiting(self, cursor: str | None, limit: int) -> list[str]:
        """Ids of open requests, of whichever client, the newest first and from below `cursor`."""


class Lanes(Protocol):
    """The due sets: what is due is claimed under a lease, done, and let go.

    While everything is paused nothing in the lane of callbacks is claimed.
    """

    def claim(self, lane: Lane, limit: int, near_s: float = 0) -> list[Claim]:
        """Up to `limit` requests that are due and that nobody holds, earliest first.

        The bell rings for others where more is due. Who finds nothing is near it for `near_s`.
        """

    def claim_line(self, lane: Lane, channel: str, limit: int) -> list[Claim]:
        """The first of those that wait for a card in a channel and that nobody holds.

        Whenever they are due; what was set aside is left alone.
        """

    def stagger(self, lane: Lane, channel: str, first_ms: int, step_ms: int) -> None:
        """Those who are due now and wait for a card in a channel alone come one after the other.

        Whoever stands first in line comes in `first_ms`, each other `step_ms` after the one before.
        """

    def release(self, claim: Claim) -> None:
        """Let go; the request is due again when its state says so. Once let go, does nothing."""

    def release_all(self, claims: Sequence[Claim]) -> None:
        """Let go of many, in one round trip."""

    def postpone(self, claim: Claim, wait_ms: int) -> None:
        """Let go, and leave the request alone in this lane for `wait_ms`.

        Unless a commit made it due while it was held: then it is due as its state says.
        """

    def hold(self, claim: Claim, wait_ms: int) -> None:
        """Let go of what can't be done during the pause, until it ends or for `wait_ms`.

        For the lane of time. When the pause has ended already it is due as its state says.
        """

    def set_aside(self, claim: Claim, problem: str) -> None:
        """Let go of what failed to load or run, for a time that grows with each failure."""

    def ring(self, lane: Lane) -> None:
        """Have a worker look at this lane now, unless one has just been asked to."""

    def answer(self, lane: Lane) -> None:
        """A worker came: when none is near from now on, one has to be called again."""

    def listen(self, lane: Lane, wait_s: float) -> None:
        """Wait for the bell, for `wait_s` at most."""

    def leave(self, lane: Lane) -> None:
        """Wait for the bell no more, and have somebody else take the place."""

    def waits(self) -> Mapping[Lane, int | None]:
        """How many ms until the earliest entry of each lane is due: 0 when it is now, None when
        there is none."""
