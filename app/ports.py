"""What the service needs from outside. Adapters fit these; nothing here imports an adapter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event as Flag
from typing import Literal, Protocol

from pydantic import JsonValue

from policies.explain import Explanation
from policies.plan import Allowance, Evaluation, Frozen

from .domain.commands import Person
from .domain.due import Lane
from .domain.events import Event
from .domain.request import Place, Request, Status
from .domain.transition import Transition


class Conflict(Exception):
    """The request changed since it was loaded: load it again and apply the command again."""


class TooLate(Exception):
    """The commit came past its `not_after`: load the request again and apply the command again."""


class LimitReached(Exception):
    """An approval by policy alone finds no room in the limit of its rule; nothing is written."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True)
class Loaded:
    """A request, and the store's clock (ms) in the same breath."""

    request: Request
    now: int


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
    """

    lane: Lane
    request_id: str
    token: str
    unfinished: bool


@dataclass(frozen=True)
class Batch:
    """What was claimed at once, and whether more is due."""

    claims: list[Claim]
    more: bool


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

    def load_many(self, request_ids: Sequence[str]) -> list[Request]:
        """Those that exist and can be read, in the order asked for."""

    def message(self, request_id: str) -> str:
        """The frozen body of the callback. Raises `RequestNotFound` when there is none."""

    def commit(
        self,
        transition: Transition,
        operation: str,
        *,
        idempotency: Idempotency | None = None,
    ) -> Replay | None:
        """Write it whole or not at all.

        `operation` names this attempt at a change: a repeat after a lost reply finds itself done.
        Gives a `Replay`, and writes nothing, when the idempotency key is taken. An opening whose
        evaluation has an `allowance` counts it in the same step. Raises `Conflict`, `TooLate`,
        `LimitReached`.
        """

    def has_room(self, allowance: Allowance) -> bool:
        """Whether a limit has room for this now. Counts nothing, so it may be gone a moment on."""

    def events(self, request_id: str) -> list[Event]:
        """The trail of one request, oldest first."""

    def page(self, query: Query) -> Page:
        """One client's requests."""


class Lanes(Protocol):
    """The due sets: what is due is claimed under a lease, done, and let go."""

    def claim(self, lane: Lane, limit: int) -> Batch:
        """Up to `limit` requests that are due and that nobody holds, earliest first."""

    def release(self, claim: Claim) -> None:
        """Let go; the request is due again when its state says so. Once let go, does nothing."""

    def postpone(self, claim: Claim, wait_ms: int) -> None:
        """Let go, and leave the request alone in this lane for `wait_ms`."""

    def set_aside(self, claim: Claim, problem: str) -> None:
        """Let go of what failed to load or run, for a time that grows with each failure."""

    def ring(self, lane: Lane) -> None:
        """Have a worker look at this lane now, unless one has just been asked to."""

    def answer(self, lane: Lane) -> None:
        """A worker is looking now: what is committed from here on has to ring again."""


class Pace(Protocol):
    """A gap between two sends to one place, whichever process sends."""

    def reserve(self, place: str, gap_ms: int) -> int:
        """0 when it may be sent now (and the place is taken for `gap_ms`), else the wait in ms.

        Those who have to wait are told different waits, so that they don't all come back at once.
        """

    def held(self, place: str) -> int:
        """How long (ms) the place wants to be left alone; 0 when it does not."""

    def hold(self, place: str, wait_ms: int) -> None:
        """Nothing to this place for so long: it said so itself."""


class Cache(Protocol):
    """What was looked up lately, shared by all processes and forgotten by itself."""

    def get(self, key: str) -> str | None:
        """What was put there, while it is fresh."""

    def put(self, key: str, value: str, fresh_s: int) -> None:
        """Keep it for `fresh_s`."""


class Decisions(Protocol):
    """News of decisions, for those who wait for one. News can be lost: waiters look again."""

    def listen(self, heard: Callable[[str], None], stop: Flag) -> None:
        """Call `heard` with the id of each request that is decided, until `stop` is set."""


class Health(Protocol):
    """Whether this deployment can do its work."""

    def report(self) -> dict[str, JsonValue]:
        """What an operator wants to see: durability, lanes, requests set aside.

        Raises `StoreUnavailable`, `ServerUnfit`.
        """


class Client(Frozen):
    """A workflow or agent. `policies` are those it may use, the first its default; none means any.

    A `monitor` watches over others: it may report signals on any request of those policies, and
    its signals count as not the requester's own. `secret_generation` counts the rotations of its
    callback secret.
    """

    id: str
    policies: tuple[str, ...] = ()
    monitor: bool = False
    secret_generation: int = 1


class Clients(Protocol):
    """Who may ask, by key."""

    def by_key(self, key: str) -> Client | None:
        """The client whose live key this is."""

    def get(self, client_id: str) -> Client | None:
        """A client by its name."""


@dataclass(frozen=True)
class Judgement:
    """What the policy said, and which file said it."""

    policy: str
    policy_hash: str
    evaluation: Evaluation


@dataclass(frozen=True)
class Explained:
    """What the policy, or a draft of it, would do with a request, with all its reasons."""

    policy: str
    policy_hash: str
    explanation: Explanation


class Judge(Protocol):
    """The policies in force."""

    def judge(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
    ) -> Judgement:
        """What a policy says; the rules in `spent` have no room left in their limit.

        Raises `PolicyNotFound`, or `InputsRefused` with every problem of the payload.
        """

    def explain(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
        draft: str | None = None,
    ) -> Explained:
        """The same with all its reasons, by the policy in force or by the text of a draft of it.

        Raises `PolicyNotFound`, `InputsRefused`, `DraftRefused`.
        """

    def check_signals(self, policy: str, signals: dict[str, object]) -> None:
        """Raises `InputsRefused` for signals that this policy can't use.

        Of a policy that is gone only the signals that every request can bring are known.
        """


class Directory(Protocol):
    """People and groups in Slack, never older than a minute."""

    def person(self, user_id: str, refs: Sequence[str], requester: str | None) -> Person:
        """Somebody, with those of `refs` that are groups they belong to.

        `requester` is who it was asked for, by user id or e-mail; the person knows if it is them.

        Never raises for a person: one that can't be looked up has the standing `unverified`.
        """

    def conversations(self, refs: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Conversations to post into for these names, and the names that lead nowhere, with why.

        Raises `SlackAgain`.
        """

    def ids(self, refs: Sequence[str]) -> list[str]:
        """Slack's own ids of these people and groups, without those that it does not know.

        Raises `SlackAgain`.
        """


class SlackAgain(Exception):
    """Slack could not do it now; `wait_s` is its own word, or our pace's, on when it can."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.wait_s = wait_s


class SlackNever(Exception):
    """Slack will never do this: the channel is gone, the bot was removed, the text is refused."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Cards(Protocol):
    """Cards in Slack. Each call raises `SlackAgain` or `SlackNever`."""

    def post(self, target: str, request: Request) -> Place:
        """A new card."""

    def redraw(self, place: Place, request: Request) -> None:
        """A posted card as the request stands now."""

    def find(self, target: str, request: Request) -> list[Place]:
        """Cards of this request that are there already, though nobody recorded them."""

    def say(
        self,
        place: Place,
        kind: Literal["reminder", "escalation"],
        request: Request,
        to: Sequence[str],
    ) -> None:
        """A word in the thread of a card, with a mention of these people and groups."""

    def tell_requester(self, person: str, request: Request) -> None:
        """A direct message with the outcome."""


@dataclass(frozen=True)
class Answer:
    """What came of one send: an HTTP status, or what kept it from getting one."""

    status: int | None
    error: str | None
    retry_after_s: float | None
    took_ms: int


class HostBusy(Exception):
    """Enough is on its way to this host; try again in `wait_ms`, the others go on."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(wait_ms)
        self.wait_ms = wait_ms


class Callbacks(Protocol):
    """The way out to a client's receiver."""

    def check(self, url: str) -> None:
        """Raises `CallbackUrlRefused` for an address that `send` would refuse."""

    def send(self, url: str, message_id: str, body: str, client: Client, now: int) -> Answer:
        """One signed POST, over in 20 seconds whatever the receiver does; never raises for it.

        Raises `HostBusy` when this host has as many sends in flight as it may.
        """
