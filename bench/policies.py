"""What policies cost: loading a folder of 1,000 rules, and a decision past 50 rules.

Beside each figure its floor, from the same run: reading the same files with the YAML library alone,
and evaluating the same conditions with the CEL library alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from cel_expr_python import cel
from ruamel.yaml import YAML

from policies.evaluate import Facts, LoadedPolicy, evaluate
from policies.loader import load_folder

FILES, RULES_EACH, RULES_DEEP = 100, 10, 50
ROUNDS, DECISIONS = 5, 2_000

FACTS = Facts({"amount": 12.5, "customer": "Acme", "tier": "standard"}, {"confidence": 0.7})


def measure() -> None:
    """Prints one line for each figure."""
    sys.stdout.write(f"\n{'ms':<40}{'median':>9}{'min':>9}{'max':>9}   times its floor\n")
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        many, deep = Path(folder) / "many", Path(folder) / "deep"
        many.mkdir()
        deep.mkdir()
        for number in range(FILES):
            (many / f"p{number}.yaml").write_text(_policy(f"p{number}", RULES_EACH))
        (deep / "deep.yaml").write_text(_policy("deep", RULES_DEEP))
        _row(
            f"load {FILES * RULES_EACH:,} rules in {FILES} files",
            lambda: load_folder(many),
            f"parse the same {FILES} files as YAML",
            lambda: [YAML(typ="safe", pure=True).load(file) for file in many.iterdir()],
            1,
        )
        loaded = load_folder(deep)["deep"]
    _row(
        f"a decision past {RULES_DEEP} rules",
        lambda: _decides(loaded),
        f"{RULES_DEEP} bare evaluations of CEL",
        _bare_evaluations(),
        DECISIONS,
    )


def _policy(name: str, rules: int) -> str:
    """None of its rules holds for FACTS but the last, so that each of them is evaluated."""
    lines = [
        f"policy: {name}",
        "inputs:",
        "  amount:   {type: number, minimum: 0, format: money, currency: USD}",
        "  customer: {type: string}",
        "  tier:     {type: string, enum: [standard, enterprise]}",
        'review: {channel: "#approvals", reviewers: ["@finance-approvers"]}',
        "rules:",
    ]
    for number in range(rules - 1):
        condition = f"payload.amount > {1000 + number} && signals.confidence >= 0.5"
        lines.append(f"  - {{id: r{number}, when: {condition}, then: reject, because: Too much.}}")
    lines.append("  - {id: otherwise, then: review, because: Anything else gets one look.}")
    return "\n".join(lines)


def _decides(loaded: LoadedPolicy) -> None:
    if evaluate(loaded, FACTS).rule != "otherwise":
        raise AssertionError("the policy of this measurement decides otherwise")


def _bare_evaluations() -> Callable[[], object]:
    types = {"amount": cel.Type.DOUBLE, "confidence": cel.Type.DOUBLE}
    environment = cel.NewEnv(variables=types)
    expressions = [
        environment.compile(f"amount > {1000 + number}.0 && confidence >= 0.5")
        for number in range(RULES_DEEP)
    ]
    data = {"amount": 12.5, "confidence": 0.7}
    return lambda: [expression.eval(data=data) for expression in expressions]


def _row(
    name: str, work: Callable[[], object], floor_name: str, floor: Callable[[], object], times: int
) -> None:
    costs = [_ms(work, times) for _ in range(ROUNDS)]
    floors = [_ms(floor, times) for _ in range(ROUNDS)]
    ratio = median(costs) / median(floors)
    sys.stdout.write(f"{floor_name:<40}{_spread(floors)}\n")
    sys.stdout.write(f"{name:<40}{_spread(costs)}{ratio:>12.1f}\n")


def _ms(work: Callable[[], object], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) * 1000 / times


def _spread(costs: list[float]) -> str:
    return f"{median(costs):>9.3f}{min(costs):>9.3f}{max(costs):>9.3f}"
