"""Whatever arrives at a door: text that deceives, bodies that nobody expects."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.case import Case

from tests.corpus.hostile import HOSTILE
from tests.corpus.surfaces import PLACES, surfaces
from tests.corpus.violations import violations
from tests.faults.lanes import ask_in_lane, lanes
from tests.faults.table import Outcome, row
from tests.integration.slack.anything_sent import random_payloads
from tests.world import World


@row(
    "a corpus of hostile text",
    "nothing passes for ours, nothing is unseen and unmarked, no link lies, no button is theirs",
    full=1_000,
    small=4,
)
def hostile(texts: int) -> Outcome:
    drawn = fooled = 0
    chosen = list(islice(HOSTILE.values(), texts))
    for text in chosen:
        for _, what in surfaces(text):
            drawn += 1
            fooled += any(True for _ in violations(what))
    return Outcome(
        f"{len(chosen)} texts in {len(PLACES)} places, {drawn:,} messages, modals and Homes",
        let_in=fooled,
    )


@row(
    "random bodies on every route of the OpenAPI document",
    "each is answered as the document says, and never with a fault of ours",
    full=100,
    small=4,
)
def bodies(cases: int) -> Outcome:
    """So many for each operation, by schemathesis: half of them fit the document, half don't."""
    with lanes() as world:
        document = schemathesis.openapi.from_dict(world.web.get("/openapi.json").json())
        caller = Caller(world, [ask_in_lane(world, n)["id"] for n in range(10)])
        operations = [found.ok() for found in document.get_all_operations()]  # type: ignore[union-attr]
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _tried(caller, operation, mode, (cases + 1) // 2)
        still = ask_in_lane(world, 0)["status"] == "pending"
    wrong = caller.wrong
    return Outcome(
        f"{caller.statuses.total():,} calls of {len(operations)} operations",
        lost=int(not still),
        let_in=len(wrong),
        seen=f"answers: {dict(sorted(caller.statuses.items()))}; {wrong[:3] if wrong else 'fine'}",
    )


@dataclass
class Caller:
    """Makes the calls with a key; `known` are requests of this client, for every second path."""

    world: World
    known: list[str]
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def call(self, case: Case[Any]) -> None:
        made = self.statuses.total()
        if made % 2 and "id" in case.path_parameters:
            case.path_parameters["id"] = self.known[made % len(self.known)]
        for sent, name in (
            (case.query, "wait"),  # or a lucky one waits for a minute
            (case.headers, "Prefer"),
            (case.headers, "Authorization"),  # a key of nobody gets no further
        ):
            if sent:
                sent.pop(name, None)
        key = {"Authorization": self.world.web.headers["authorization"]}
        answer = case.call(base_url=self.world.stack.web_url, headers=key, timeout=30)
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as failed:
            self.wrong.append(f"{case.operation.label}: {failed.exceptions[0]}"[:200])


_CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def _tried(caller: Caller, operation: Any, mode: GenerationMode, cases: int) -> None:
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case[Any]) -> None:
        caller.call(case)

    with suppress(Unsatisfiable):  # what takes nothing can't be given anything wrong
        run()


@row(
    "random payloads from Slack, signed",
    "each is answered, none has an effect and none ends in a fault of ours",
    full=5_000,
    small=60,
)
def payloads(trials: int) -> Outcome:
    """Random ones, and true ones with something else in them; all from a guest."""
    return Outcome(f"{random_payloads(trials):,} payloads")
