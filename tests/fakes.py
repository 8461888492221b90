"""Stand-ins for everything behind the ports, in memory, that keep the ports' promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, Queue

from pydantic import JsonValue

from app.domain.absence import Absence
from app.domain.commands import Person, Standing
from app.domain.errors import (
    CallbackUrlRefused,
    DraftRefused,
    InputsRefused,
    PolicyNotFound,
    RequestNotFound,
    StoreUnavailable,
)
from app.domain.events import Event
from app.domain.request import Request
from app.domain.transition import Transition
from app.ports import (
    Answer,
    Claim,
    Client,
    Conflict,
    Explained,
    Full,
    Idempotency,
    Judgement,
    LimitReached,
    Loaded,
    Page,
    Query,
    Replay,
    SlackAgain,
    TooLate,
)
from app.reviewing import Reviewing
from app.service import Service
from policies.evaluate import Facts, check_payload
from policies.explain import explain
from policies.inputs import SIGNALS, signal_problems
from policies.loader import PolicyErrors, load_text
from policies.plan import Allowance, Evaluation, Route
from tests.builders import HASH, NOW, evaluation


@dataclass
class FakeDecisions:
    """`Decisions` that can be told, and can lose what they were told."""

    deaf: bool = False
    _heard: Queue[str] = field(default_factory=Queue)

    def tell(self, request_id: str) -> None:
        if not self.deaf:
            self._heard.put(request_id)

    def listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                request_id = self._heard.get(timeout=0.02)
            except Empty:
                continue
            heard(request_id)
            self._heard.task_done()

    def wait_until_heard(self) -> None:
        """Returns once whoever listens has heard everything that was told."""
        self._heard.join()


@dataclass
class FakeStore:
    """`RequestStore`: requests are kept as text, so that only what can be stored comes back.

    `clock` is its TIME in ms. While `down` it raises `StoreUnavailable` and changes nothing.
    """

    clock: int = NOW
    down: bool = False
    decisions: FakeDecisions = field(default_factory=FakeDecisions)
    loads: int = 0
    _texts: dict[str, str] = field(default_factory=dict)
    _messages: dict[str, str] = field(default_factory=dict)
    _trails: dict[str, list[Event]] = field(default_factory=dict)
    _replays: dict[tuple[str, str], Replay] = field(default_factory=dict)
    _operations: dict[str, Replay | None] = field(default_factory=dict)
    _used: dict[str, list[int]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __len__(self) -> int:
        return len(self._texts)

    def now(self) -> int:
        self._up()
        return self.clock

    def replay(self, client: str, key: str) -> Replay | None:
        self._up()
        return self._replays.get((client, key))

    def load(self, request_id: str) -> Loaded:
        self._up()
        with self._lock:
            self.loads += 1
            text = self._texts.get(request_id)
        if text is None:
            raise RequestNotFound(f"The fake store has no {request_id}.")
        return Loaded(Request.model_validate_json(text), self.clock)

    def load_many(self, request_ids: Sequence[str]) -> list[Request]:
        return [self.load(each).request for each in request_ids if each in self._texts]

    def message(self, request_id: str) -> str:
        self._up()
        if request_id not in self._messages:
            raise RequestNotFound(f"The fake store has no message of {request_id}.")
        return self._messages[request_id]

    def commit(
        self,
        transition: Transition,
        operation: str,
        *,
        idempotency: Idempotency | None = None,
        claim: Claim | None = None,
    ) -> Replay | None:
        self._up()
        with self._lock:
            if operation in self._operations:
                return self._operations[operation]
            taken = None
            if idempotency is not None:
                taken = self._replays.get((idempotency.client, idempotency.key))
            if taken is None:
                self._check(transition)
                self._count(transition)
                self._write(transition, idempotency)
            self._operations[operation] = taken
        if taken is None and _decides(transition):
            self.decisions.tell(transition.request.id)
        return taken

    def workload(self, people: Sequence[str]) -> list[int]:
        waiting = [one.state for one in self.load_many(list(self._texts)) if one.pending]
        at_it = [[*one.assigned, *([one.claim.by.id] if one.claim else [])] for one in waiting]
        return [sum(person in names for names in at_it) for person in people]

    def waiting(self, cursor: str | None, limit: int) -> list[str]:
        below = sorted((i for i in self._texts if not cursor or i < cursor), reverse=True)
        return [one.id for one in self.load_many(below) if one.pending][:limit]

    def events(self, request_id: str) -> list[Event]:
        self._up()
        return list(self._trails.get(request_id, ()))

    def page(self, query: Query) -> Page:
        self._up()
        below = sorted(i for i in self._texts if not query.cursor or i < query.cursor)
        fitting = [one for one in self.load_many(below[::-1]) if _fits(one, query)]
        shown = tuple(fitting[: query.limit])
        return Page(shown, shown[-1].id if len(fitting) > query.limit else None)

    def _up(self) -> None:
        if self.down:
            raise StoreUnavailable("Redis can't be reached.", "Try again in a moment.")

    def _check(self, transition: Transition) -> None:
        stored = self._texts.get(transition.request.id)
        known = None if stored is None else Request.model_validate_json(stored).state.version
        expected = None if transition.before is None else transition.before.state.version
        if known != expected:
            raise Conflict
        for person, cap in transition.capped:
            if self.workload([person])[0] >= cap:
                raise Full
        if transition.not_after is not None and self.clock > transition.not_after:
            raise TooLate

    def has_room(self, allowance: Allowance) -> bool:
        """As if every window were endless."""
        used = self._used.get(allowance.key, [])
        if allowance.count is not None and len(used) >= allowance.count:
            return False
        return allowance.most is None or sum(used) + allowance.cost <= allowance.most

    def _count(self, transition: Transition) -> None:
        allowance = transition.allowance
        if allowance is None:
            return
        if not self.has_room(allowance):
            raise LimitReached(allowance.rule)
        self._used.setdefault(allowance.key, []).append(allowance.cost)

    def _write(self, transition: Transition, idempotency: Idempotency | None) -> None:
        request_id = transition.request.id
        if transition.after is None:
            self._texts.pop(request_id)
            self._messages.pop(request_id, None)
        else:
            self._texts[request_id] = transition.after.model_dump_json()
        if transition.message is not None:
            self._messages[request_id] = transition.message
        self._trails.setdefault(request_id, []).extend(transition.events)
        if idempotency is not None:
            replay = Replay(request_id, idempotency.fingerprint)
            self._replays[idempotency.client, idempotency.key] = replay


def _decides(transition: Transition) -> bool:
    before, after = transition.before, transition.after
    return after is not None and not after.pending and (before is None or before.pending)


def _fits(request: Request, query: Query) -> bool:
    return (
        request.body.client == query.client
        and query.status in (None, request.state.status)
        and query.policy in (None, request.body.policy.name)
    )


REFUND = b"""
policy: refund
inputs: {amount: {type: number, minimum: 0}}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
rules:
  - {id: routine, when: payload.amount < 50, then: approve, because: Refunds under 50 are routine.}
"""


@dataclass
class FakeJudge:
    """`Judge` of two policies: `default` asks, `refund` approves under 50 and wants a number.

    Approvals of `refund` count in a limit of `most` requests, where there is one.
    """

    most: int | None = None

    def judge(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
    ) -> Judgement:
        _known(policy)
        if policy == "default":
            return Judgement(policy, HASH, evaluation())
        judged = _refund(payload.get("amount"), spent)
        if self.most is not None and judged.route is Route.APPROVE:
            limit = Allowance(rule="routine", key="refund:routine", window_s=60, count=self.most)
            judged = judged.model_copy(update={"allowance": limit})
        return Judgement(policy, HASH, judged)

    def explain(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
        draft: str | None = None,
    ) -> Explained:
        if draft is None:
            _known(policy)
        try:
            loaded = load_text(REFUND if draft is None else draft.encode(), "draft")
        except PolicyErrors as error:
            found = tuple((f"line {one.line}", one.message) for one in error.problems)
            raise DraftRefused(found) from error
        if problems := check_payload(loaded, payload, signals):
            raise InputsRefused(tuple((one.field, one.message) for one in problems))
        return Explained(
            loaded.policy.policy, loaded.hash, explain(loaded, Facts(payload, signals, spent))
        )

    def check_signals(self, policy: str, signals: dict[str, object]) -> None:
        if problems := signal_problems(SIGNALS, signals):
            raise InputsRefused(tuple((one.field, one.message) for one in problems))


def _known(policy: str) -> None:
    if policy not in ("default", "refund"):
        raise PolicyNotFound(f"There is no policy {policy!r}.", "These are loaded: refund.")


def _refund(amount: object, spent: frozenset[str]) -> Evaluation:
    if not isinstance(amount, int | float):
        raise InputsRefused((("payload.amount", "has to be a number"),))
    if amount >= 50 or "routine" in spent:
        return evaluation()
    return evaluation(Route.APPROVE, rule="routine", because="Refunds under 50 are routine.")


@dataclass
class FakeDirectory:
    """`Directory` in which everybody is in every group, whose `people` are known.

    They are trusted unless `standings` says otherwise. While Slack is `away` nobody is looked up.
    """

    people: dict[str, list[str]] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    away: bool = False

    def person(self, user_id: str, refs: Sequence[str], requester: str | None) -> Person:
        groups = frozenset(ref for ref in refs if ref.startswith("@"))
        standing = "unverified" if self.away else self.standings.get(user_id, "trusted")
        return Person(
            id=user_id,
            name=user_id.title(),
            standing=standing,
            groups=groups,
            is_requester=requester == user_id,
        )

    def persons(
        self, user_ids: Sequence[str], refs: Sequence[str], requester: str | None
    ) -> list[Person]:
        return [self.person(user_id, refs, requester) for user_id in user_ids]

    def ids(self, refs: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        return [ref for ref in refs if ref.isupper() and ref not in without]

    def members(self, refs: Sequence[str]) -> dict[str, list[str]]:
        if self.away:
            raise SlackAgain("Slack is away")
        return {ref: self.people.get(ref, [ref] if ref.isupper() else []) for ref in refs}

    def conversations(self, refs: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        return list(refs), []


@dataclass
class FakeCallbacks:
    """`Callbacks` that refuse loopback addresses and deliver everything else."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def check(self, url: str) -> None:
        if "//127." in url or "://" not in url:
            raise CallbackUrlRefused(
                "Callbacks may not be sent there.", "COUNTERSIGN_CALLBACK_ALLOW would allow it."
            )

    def send(self, url: str, message_id: str, body: str, client: Client, now: int) -> Answer:
        self.sent.append((url, message_id, body))
        return Answer(status=204, error=None, retry_after_s=None, took_ms=1)


@dataclass
class FakeClients:
    """`Clients` by key."""

    keys: dict[str, Client] = field(default_factory=dict)

    def by_key(self, key: str) -> Client | None:
        return self.keys.get(key)

    def get(self, client_id: str) -> Client | None:
        return next((one for one in self.keys.values() if one.id == client_id), None)


@dataclass
class FakeHealth:
    """`Health` of a store."""

    store: FakeStore

    def report(self) -> dict[str, JsonValue]:
        self.store.now()
        return {"durability": "appendfsync always"}


@dataclass
class FakeAbsences:
    """`Absences` in memory; `turns` are when the people lane would look, None for at once."""

    held: dict[str, Absence] = field(default_factory=dict)
    turns: dict[str, int | None] = field(default_factory=dict)

    def all(self) -> tuple[Absence, ...]:
        return tuple(self.held.values())

    def get(self, person: str) -> Absence | None:
        return self.held.get(person)

    def put(self, absence: Absence, by: str) -> None:
        self.held[absence.person] = absence
        self.turns[absence.person] = None

    def end(self, person: str, by: str) -> Absence | None:
        self.turns[person] = None
        return self.held.pop(person, None)

    def seen(self, person: str, absence: Absence | None, next_ms: int | None) -> None:
        if self.held.get(person) != absence:
            return
        self.turns.pop(person, None)
        if next_ms is None:
            self.held.pop(person, None)
        else:
            self.turns[person] = next_ms


def reviewing(store: FakeStore) -> Reviewing:
    """The real use cases of people over the fakes."""
    return Reviewing(store, FakeDirectory(), FakeAbsences())


def service(store: FakeStore, judge: FakeJudge | None = None) -> Service:
    """The real service over the fakes."""
    return Service(
        store=store,
        judge=judge or FakeJudge(),
        callbacks=FakeCallbacks(),
        public_url="https://countersign.example",
        retention_s=90 * 86_400,
    )
