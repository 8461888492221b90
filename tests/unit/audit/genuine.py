"""A genuine record: requests that are led through lives of every kind, sealed and exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from app.audit.export import Exporter
from app.audit.keys import PublicKey, SealingKey
from app.audit.lines import Marked, read_checkpoint, strict
from app.audit.seal import Sealer
from app.audit.verdict import Verdict
from app.audit.verify import verify
from app.changes import change
from app.domain import lifecycle
from app.domain.commands import Cancel, Command, Decide, Erase, Override, Undo, Wake
from app.domain.request import Actor, Operator, Request
from app.identifiers import new_operation
from policies.plan import Evaluation, Outcome, Route, Stage
from tests.builders import approval, body, evaluation, plan
from tests.memory.ledger import MemoryLedger
from tests.memory.requests import MemoryStore
from tests.unit.domain.cast import ANA, BEN, FINANCE, somebody
from tests.unit.domain.test_editing import edit

KEY = SealingKey(b"k" * 32)
OTHER = SealingKey(b"o" * 32)
ROOT = Operator(account="root", host="host-1")
CLIENT = Actor(kind="client", id="billing", name="billing")
GLASS = Actor(kind="person", id="ana@example.com", name="ana@example.com")

ASK = evaluation()
TWO = evaluation(plan=plan(stages=(Stage(reviewers=(FINANCE, ANA, BEN), quorum=2),)))
UNDO = evaluation(plan=plan(undo_s=60))
ALONE = evaluation(Route.APPROVE)


@dataclass
class Deployment:
    """A store, the stream that its commits write, and a sealer with a key of its own."""

    store: MemoryStore = field(default_factory=MemoryStore)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    key: SealingKey = KEY
    written: int = 0

    def __post_init__(self) -> None:
        self.sealer = Sealer(self.ledger, self.ledger, self.key)

    @property
    def exporter(self) -> Exporter:
        return Exporter(self.ledger, self.store, self.seal, self.key)

    def opened(self, judged: Evaluation = ASK, **more: Any) -> Request:
        made = body(evaluation=judged, opened_ms=self.store.clock, callback_url=None, **more)
        transition = lifecycle.begin(made)
        self.store.commit(transition, new_operation())
        self._append()
        return transition.request

    def do(self, request: Request, command: Command) -> Request:
        """The request as it then stands, as it was where that erased it."""
        after = change(self.store, request.id, command)
        self._append()
        return after or request

    def wait(self, seconds: float) -> None:
        self.store.clock += round(seconds * 1000)
        self.ledger.now = self.store.clock

    def seal(self) -> None:
        self._append()
        while self.sealer.round(sign=True).more:
            pass

    def whole(self) -> list[bytes]:
        return raw(self.exporter.whole())

    def _append(self) -> None:
        """What the commits wrote since, under the ids that the store would give it."""
        for event in self.store.stream[self.written :]:
            last = next(reversed(self.ledger.stream), "0-0").split("-")
            ms, number = int(last[0]), int(last[1])
            now = self.store.clock
            place = f"{now}-0" if now > ms else f"{ms}-{number + 1}"
            self.ledger.stream[place] = event.model_dump_json()
        self.written = len(self.store.stream)


def raw(lines: Iterator[str]) -> list[bytes]:
    return [f"{line}\n".encode() for line in lines]


def approve(deployment: Deployment, request: Request, who: str = ANA) -> Request:
    return deployment.do(request, said(request, who))


def said(request: Request, who: str = ANA, outcome: Outcome = Outcome.APPROVE) -> Decide:
    return approval(request, person=somebody(who), outcome=outcome, comment="Since I say so.")


def glass(request: Request) -> Override:
    return Override(
        by=GLASS,
        operator=ROOT,
        outcome=Outcome.APPROVE,
        digest=request.digest,
        reason="Slack is down and the customer waits.",
    )


def lived(rounds: int = 3) -> Deployment:
    """So many rounds of every way in which a request can end, and one that waits."""
    made = Deployment()
    for _ in range(rounds):
        made.wait(1)
        made.opened(ALONE)
        approve(made, made.opened())
        for outcome in (Outcome.REJECT, Outcome.REVISE):
            request = made.opened()
            made.do(request, said(request, outcome=outcome))
        made.seal()
        _of_two(made)
        _taken_back(made)
        request = made.opened()
        made.do(request, edit(request))
        request = made.opened()
        made.do(request, glass(request))
        request = made.opened()
        made.do(request, Cancel(by=CLIENT, reason="No longer needed."))
        erased = made.opened(ALONE)
        made.do(erased, Erase(operator=ROOT, reason="They asked for it."))
        expiring = made.opened()
        made.wait(86_400)
        made.do(expiring, Wake())
        made.wait(1)
        made.seal()
    made.opened()
    return made


def _of_two(made: Deployment) -> None:
    request = made.opened(TWO)
    approve(made, request, BEN)
    approve(made, request, ANA)


def _taken_back(made: Deployment) -> None:
    """A decision that is taken back, and then taken otherwise."""
    request = made.opened(UNDO)
    approve(made, request)
    made.do(request, Undo(person=somebody(ANA), digest=request.digest))
    made.do(request, said(request, outcome=Outcome.REJECT))
    made.wait(60)
    made.do(request, Wake())


@dataclass(frozen=True)
class Record:
    """A whole export and the checkpoints that were kept elsewhere."""

    lines: list[bytes]
    kept: list[Marked]
    public: PublicKey = KEY.public

    def verified(self, lines: list[bytes] | None = None, kept: bool = True) -> Verdict:
        return verify(
            [("export.jsonl", self.lines if lines is None else lines)],
            [self.public],
            self.kept if kept else (),
        )


def record_of(made: Deployment) -> Record:
    lines = made.whole()
    kept = [read_checkpoint(one, strict(one)) for one in made.ledger.checkpoints(0, 10_000)]
    return Record(lines, kept)


@cache
def genuine() -> Record:
    """Some ninety entries, three of each kind of life."""
    return record_of(lived())
