"""What policies cost: loading a folder of 1,000 rules, and a decision past 50 rules.

Their floors are measured beside them: reading the same files with the YAML library alone, and
evaluating the same conditions with the CEL library alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cel_expr_python import cel
from ruamel.yaml import YAML

from bench.results import Results
from policies.evaluate import Facts, evaluate
from policies.loader import load_folder

FILES, RULES_EACH, RULES_DEEP = 100, 10, 50
ROUNDS, DECISIONS = 5, 2_000

FACTS = Facts({"amount": 12.5, "customer": "Acme", "tier": "standard"}, {"confidence": 0.7})


def measure(results: Results) -> None:
    """In this process, without a product."""
    with TemporaryDirectory(prefix="cs") as folder:
        _loading(results, _written(Path(folder) / "many", FILES, RULES_EACH))
        _deciding(results, _written(Path(folder) / "deep", 1, RULES_DEEP))


def _loading(results: Results, folder: Path) -> None:
    parser = YAML(typ="safe", pure=True)
    floor = f"the same {FILES} files, parsed as YAML"
    results.add(floor, "ms", _ms(lambda: [parser.load(file) for file in folder.iterdir()]))
    name = f"policies loaded, {FILES * RULES_EACH:,} rules in {FILES} files"
    results.add(name, "ms", _ms(lambda: load_folder(folder)), floor=floor)


def _deciding(results: Results, folder: Path) -> None:
    policy = load_folder(folder)["p0"]
    if evaluate(policy, FACTS).rule != "otherwise":
        raise AssertionError("the policy of this measurement decides otherwise")
    floor = f"{RULES_DEEP} bare evaluations of CEL"
    results.add(floor, "ms", _ms(_bare_evaluations(), DECISIONS))
    decided = _ms(lambda: evaluate(policy, FACTS), DECISIONS)
    results.add(f"a decision past {RULES_DEEP} rules", "ms", decided, floor=floor)


def _written(folder: Path, files: int, rules: int) -> Path:
    folder.mkdir()
    for number in range(files):
        (folder / f"p{number}.yaml").write_text(_policy(f"p{number}", rules))
    return folder


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


def _bare_evaluations() -> Callable[[], object]:
    types = {"amount": cel.Type.DOUBLE, "confidence": cel.Type.DOUBLE}
    environment = cel.NewEnv(variables=types)
    expressions = [
        environment.compile(f"amount > {1000 + number}.0 && confidence >= 0.5")
        for number in range(RULES_DEEP)
    ]
    data = {"amount": 12.5, "confidence": 0.7}
    return lambda: [expression.eval(data=data) for expression in expressions]


def _ms(work: Callable[[], object], times: int = 1) -> list[float]:
    """What each took, in each round."""
    return [_took_ms(work, times) / times for _ in range(ROUNDS)]


def _took_ms(work: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) * 1000
