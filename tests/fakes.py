"""Stand-ins for everything behind the ports, in memory, that keep the ports' promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Literal

from pydantic import JsonValue

from app.by_hand import ByHand
from app.domain.absence import Absence
from app.domain.commands import Person, Standing
from app.domain.due import Lane
from app.domain.errors import (
    CallbackUrlRefused,
    DraftRefused,
    InputsRefused,
    PolicyNotFound,
    StoreUnavailable,
)
from app.domain.findings import Kind
from app.domain.gate import GateState, Pause
from app.domain.home import Note, Part
from app.editing import Editing
from app.looking import Looking
from app.opening import Opening
from app.pausing import Pausing
from app.ports import (
    Answer,
    Arrival,
    Caller,
    Chosen,
    Claim,
    Client,
    Directory,
    Explained,
    Figures,
    Judge,
    Judgement,
    LaneFigures,
    Loaded,
    LostChannel,
    Reached,
    RecordFigures,
    RequestStore,
    SlackAgain,
    Stuck,
    Waiting,
)
from app.reviewing import Reviewing
from app.service import Service
from policies.evaluate import Facts, check_payload
from policies.explain import explain
from policies.inputs import SIGNALS, signal_problems
from policies.loader import PolicyErrors, load_text
from policies.plan import Allowance, Evaluation, Route
from policies.schema import Input
from tests.builders import HASH, NOW, evaluation
from tests.memory.queues import MemoryQueues
from tests.memory.requests import MemoryStore


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
class FakeStore(MemoryStore):
    """The store in memory, with news of its decisions, that notes how often it is asked and whom a
    change let go of."""

    decisions: FakeDecisions = field(default_factory=FakeDecisions)
    loads: int = 0
    finished: list[str] = field(default_factory=list)

    def load(self, request_id: str) -> Loaded:
        self.loads += 1
        return super().load(request_id)

    def let_go(self, claim: Claim) -> None:
        self.finished.append(claim.request_id)
        super().let_go(claim)

    def decided(self, request_id: str) -> None:
        self.decisions.tell(request_id)


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

    Approvals of `refund` count in a limit of `most` requests, where there is one. Every approval
    can be used for `valid_s`.
    """

    most: int | None = None
    valid_s: int | None = None

    def names(self) -> dict[str, str | None]:
        return {"default": None, "refund": "Money back to a customer."}

    def judge(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
        *,
        over_limit: bool = False,
        in_hand: str | None = None,
    ) -> Judgement:
        _known(policy)
        if policy == "default":
            return Judgement(policy, HASH, evaluation(valid_s=self.valid_s))
        judged = _refund(payload.get("amount"), spent)
        if in_hand is not None:
            judged = evaluation(because=in_hand)
        if over_limit:
            judged = evaluation(because="The client asked for more than its limit.")
        if self.most is not None and judged.route is Route.APPROVE:
            limit = Allowance(rule="routine", key="refund:routine", window_s=60, count=self.most)
            judged = judged.model_copy(update={"allowance": limit})
        valid = judged.model_copy(update={"valid_s": self.valid_s})
        return Judgement(policy, HASH, valid)

    def inputs(self, policy: str) -> tuple[str, Mapping[str, Input] | None]:
        _known(policy)
        return HASH, None if policy == "default" else load_text(REFUND, "refund").policy.inputs

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
    zone: str = "UTC"
    asked: int = 0

    def person(self, user_id: str, refs: Sequence[str], requester: str | None) -> Person:
        self.asked += 1
        groups = frozenset(ref for ref in refs if ref.startswith("@"))
        standing = "unverified" if self.away else self.standings.get(user_id, "trusted")
        return Person(
            id=user_id,
            name=user_id.title(),
            standing=standing,
            zone=self.zone,
            groups=groups,
            is_requester=requester == user_id,
        )

    def persons(
        self, user_ids: Sequence[str], refs: Sequence[str], requester: str | None
    ) -> list[Person]:
        return [self.person(user_id, refs, requester) for user_id in user_ids]

    def member(self, user_id: str) -> Person:
        refs = [ref for ref, people in self.people.items() if user_id in people]
        return self.person(user_id, refs, None)

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
class FakeAdmission:
    """`Admission` that holds every request until `until_ms`, and none without it.

    While it is `down` it can't count.
    """

    until_ms: int | None = None
    down: bool = False

    def admit(self, client: Client) -> int | None:
        if self.down:
            raise StoreUnavailable("It can't be counted.")
        return self.until_ms


class _Calling(Caller):
    """Somebody for whom no time goes by."""

    def now(self) -> int:
        return self.at_ms


@dataclass
class FakeClients:
    """`Clients` by key; the MAC of a key is what it has in reverse. `busy` call too often."""

    keys: dict[str, Client] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    clock: Callable[[], int] = lambda: NOW

    def call(self, key: str) -> Caller | None:
        client = self.keys.get(key)
        if client is None:
            return None
        return _Calling(client, key[::-1], self.clock(), 1500 if client.id in self.busy else 0)

    def live(self, caller: Caller) -> bool:
        return self.keys.get(caller.mac[::-1]) == caller.client

    def get(self, client_id: str) -> Client | None:
        return next((one for one in self.keys.values() if one.id == client_id), None)


COUNTED = {
    "opened:refund": 30,
    "decided:refund:approved:person": 12,
    "decided:refund:approved:policy": 13,
    "took:refund:60": 2,
    "took:refund:3600": 3,
    "took:refund:inf": 1,
    "took_ms:refund": 90_000,
    "breached:refund:expire": 14,
    "callback:5xx": 15,
    "slack_limited:chat.postMessage": 16,
    "slack_held_back:chat.postMessage": 17,
}


@dataclass
class FakeHealth:
    """`Health` of a store."""

    store: FakeStore

    def report(self) -> dict[str, JsonValue]:
        self.store.now()
        return {"durability": "appendfsync always"}

    def figures(self) -> Figures:
        lane = LaneFigures(
            oldest_ms=1500, overdue=2, overdue_ids=(), set_aside=1, aside_ids=("req_1",)
        )
        return Figures(
            now=self.store.now(),
            open=len(self.store),
            lanes=dict.fromkeys(Lane, lane),
            lasting={Kind.CARD_LAGS: 3},
            alarms=4,
            audited_ms=None,
            paused=True,
            counters={"found:lost_due": 5, "repaired:lost_due": 5, "break_glass": 6, **COUNTED}
            | {"record_broken": 15},
            given_up=Stuck(7, ("req_1",)),
            held={"paused": 8, "limit": 9},
            refused={"token_revoked": Stuck(10)},
            lost=(LostChannel("#gone", "is_archived", 0, Stuck(11)),),
            record=RecordFigures(sealed=12, unsealed=13, unsealed_ms=1400),
            waiting={"refund": Waiting(by_age=(1, 0, 2, 0, 0, 3), oldest_ms=7_200_000)},
            pulse={"clock": 1500, "worker:slack": None},
            standing="refused",
        )


@dataclass
class FakeAbsences:
    """`Absences` in memory; `turns` are when the people lane would look, None for at once."""

    held: dict[str, Absence] = field(default_factory=dict)
    turns: dict[str, int | None] = field(default_factory=dict)
    looked_at: dict[str, Reached | None] = field(default_factory=dict)
    informed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self) -> tuple[Absence, ...]:
        return tuple(self.held.values())

    def get(self, person: str) -> Absence | None:
        return self.held.get(person)

    def put(self, absence: Absence, by: str) -> None:
        self.held[absence.person] = absence
        self._anew(absence.person)

    def end(self, person: str, by: str) -> Absence | None:
        self._anew(person)
        return self.held.pop(person, None)

    def _anew(self, person: str) -> None:
        self.turns[person] = None
        self.looked_at.pop(person, None)
        self.informed.pop(person, None)

    def told(self, person: str) -> tuple[str, ...]:
        return self.informed.get(person, ())

    def note_told(self, absence: Absence, told: tuple[str, ...]) -> None:
        self.informed[absence.person] = told

    def reached(self, person: str) -> Reached | None:
        return self.looked_at.get(person)

    def reach(self, person: str, absence: Absence | None, reached: Reached | None) -> None:
        self.looked_at[person] = reached

    def seen(self, person: str, absence: Absence | None, next_ms: int | None) -> None:
        self.looked_at.pop(person, None)
        if self.held.get(person) != absence:
            return
        self.turns.pop(person, None)
        if next_ms is None:
            self.held.pop(person, None)
        else:
            self.turns[person] = next_ms


@dataclass
class FakeHomes:
    """`Homes` in memory; `due` are those that have to be drawn, in order, each once.

    `stale` is what a change between a look and the note of it comes to, so many times.
    """

    now: int = NOW
    due: list[str] = field(default_factory=list)
    pages: dict[str, dict[Part, tuple[str, ...]]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    shown: dict[str, dict[str, int]] = field(default_factory=dict)
    stale: int = 0

    def opened(self, person: str) -> None:
        self.pages[person] = {}
        self._draw(person)

    def turn(self, person: str, part: Part, trail: Sequence[str]) -> None:
        self.pages.setdefault(person, {})[part] = tuple(trail)
        self._draw(person)

    def say(self, person: str, text: str) -> None:
        self.notes[person] = Note(text, self.now)
        self._draw(person)

    def chosen(self, person: str) -> Chosen | None:
        return (
            None
            if person not in self.pages
            else Chosen(self.now, self.pages.get(person, {}), self.notes.get(person))
        )

    def showing(self, person: str, versions: Mapping[str, int]) -> bool:
        self.shown[person] = dict(versions)
        self.stale -= 1
        return self.stale < 0

    def _draw(self, person: str) -> None:
        if person not in self.due:
            self.due.append(person)


@dataclass
class FakeArrivals:
    """`Arrivals` in memory; while the store is `down` nothing is known of anything."""

    clock: Callable[[], int] = lambda: NOW
    came: dict[str, Literal["begun", "done"]] = field(default_factory=dict)
    down: bool = False

    def begin(self, name: str) -> Arrival:
        self._reach()
        known = self.came.get(name)
        self.came.setdefault(name, "begun")
        return Arrival(name, known or "new", self.clock())

    def done(self, name: str) -> None:
        self._reach()
        self.came[name] = "done"

    def _reach(self) -> None:
        if self.down:
            raise StoreUnavailable("The store is down.")


@dataclass
class FakeGate:
    """`Gate` that only remembers whether it is shut."""

    shut: Pause | None = None

    def pause(self, by: str, reason: str) -> Pause:
        self.shut = self.shut or Pause(by=by, at_ms=NOW, reason=reason)
        return self.shut

    def resume(self, by: str) -> Pause | None:
        ended, self.shut = self.shut, None
        return ended

    def state(self) -> GateState:
        return GateState(pause=self.shut, held=0, limited=0, callbacks=0, under_way=0)


def looking(store: FakeStore) -> Looking:
    """The real looking use cases over the fakes."""
    return Looking(store, MemoryQueues(store), FakeDirectory(), FakeGate())


def people(
    store: FakeStore, directory: Directory | None = None, judge: Judge | None = None
) -> tuple[Reviewing, Looking, Pausing, ByHand, Editing]:
    """All that people do and look at, over the fakes or with a real directory."""
    known, gate = directory or FakeDirectory(), FakeGate()
    seeing = Looking(store, MemoryQueues(store), known, gate, admins=("U0CHLOE001",))
    acting, asked = Reviewing(store, known, FakeAbsences()), judge or FakeJudge()
    return acting, seeing, Pausing(gate), by_hand(store, asked, known), Editing(acting, asked)


def reviewing(store: RequestStore) -> Reviewing:
    """The real use cases of people over the fakes."""
    return Reviewing(store, FakeDirectory(), FakeAbsences())


def by_hand(
    store: FakeStore, judge: Judge | None = None, directory: Directory | None = None
) -> ByHand:
    """The real use cases of people who ask by hand, over the fakes."""
    asked = judge or FakeJudge()
    return ByHand(service(store, asked), asked, directory or FakeDirectory())


def service(
    store: RequestStore, judge: Judge | None = None, admission: FakeAdmission | None = None
) -> Service:
    """The real service over the fakes."""
    judge = judge or FakeJudge()
    opening = Opening(
        store=store,
        judge=judge,
        callbacks=FakeCallbacks(),
        admission=admission or FakeAdmission(),
        public_url="https://countersign.example",
        retention_s=90 * 86_400,
    )
    return Service(store, judge, opening)
