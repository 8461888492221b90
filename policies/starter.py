"""A first policy file out of a few answers: commented, with tests of its own, valid as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from policies.plan import Frozen
from policies.schema import MAX_SUM
from policies.wording import listing, shown

Kind = Literal["text", "number", "integer", "money", "date", "url", "boolean", "list", "object"]
KINDS: tuple[Kind, ...] = (
    *("text", "number", "integer", "money", "date", "url", "boolean", "list", "object"),
)
NUMBERS: tuple[Kind, ...] = ("money", "number", "integer")
"""Kinds that a threshold can be set for."""

_FORMS: dict[Kind, str] = {
    "text": "type: string, max_length: 500",
    "number": "type: number",
    "integer": "type: integer",
    "money": "type: number, minimum: 0, format: money",
    "date": "type: string, format: date",
    "url": "type: string, format: url",
    "boolean": "type: boolean",
    "list": "type: list, max_length: 50",
    "object": "type: object",
}
_VALUES: dict[Kind, Any] = {
    "text": "Example",
    "number": 1,
    "integer": 1,
    "money": 1,
    "date": "2026-03-31",
    "url": "https://example.com/4711",
    "boolean": True,
    "list": ["Example"],
    "object": {"example": "Example"},
}
_SMALL_ONES = 20
"""How many of the largest routine amount fit into the limit of a day."""


class StarterField(Frozen):
    """One field of the payload; `currency` goes with money."""

    name: str
    kind: Kind = "text"
    currency: str | None = None


class Answers(Frozen):
    """What the author was asked.

    `amount` names the field of a number that the thresholds are about. Below `approve_below` it
    goes through without a person, from `two_from` on two people have to approve; None for neither.
    `expire` is written as in a policy file: `1d`.
    """

    name: str
    description: str
    fields: tuple[StarterField, ...]
    reviewers: tuple[str, ...]
    channel: str | None = None
    amount: str | None = None
    approve_below: float | None = None
    two_from: float | None = None
    expire: str = "1d"


def starter(answers: Answers) -> str:
    """The text of the policy file. ValueError for answers that contradict each other."""
    _agreeing(answers)
    parts = (_head(answers), _inputs(answers), _review(answers), _rules(answers), _tests(answers))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _agreeing(answers: Answers) -> None:
    below, from_ = answers.approve_below, answers.two_from
    numbers = [field.name for field in answers.fields if field.kind in NUMBERS]
    if (below is not None or from_ is not None) and answers.amount not in numbers:
        raise ValueError(f"a threshold needs a field that is {listing(NUMBERS, 'or')}")
    if below is not None and not 0 < below <= MAX_SUM:
        raise ValueError(f"write an amount above 0 and up to {MAX_SUM:,} that needs nobody")
    if from_ is not None and from_ <= 0:
        raise ValueError("write an amount above 0 from which two people are asked")
    if below is not None and from_ is not None and below > from_:
        raise ValueError("what needs nobody has to end where two people begin, or before")


def _head(answers: Answers) -> Iterator[str]:
    yield "# `countersign policy check` says what is wrong in this file, and what to write instead;"
    yield "# `countersign policy explain` shows what would come of a request, and why."
    yield ""
    yield f"policy: {answers.name}"
    yield f"description: {_quoted(answers.description)}"


def _inputs(answers: Answers) -> Iterator[str]:
    yield "# What the payload of a request holds: exactly these fields, in the order of the card."
    yield "# Each can have more: label, enum, minimum, maximum, max_length, required: false,"
    yield "# secret, editable, visible: reviewers."
    if not answers.fields:
        yield "inputs: {}"
        return
    yield "inputs:"
    width = max(len(field.name) for field in answers.fields) + 1
    for field in answers.fields:
        yield f"  {field.name + ':':<{width}} {{{_form(answers, field)}}}"


def _form(answers: Answers, field: StarterField) -> str:
    form = _FORMS[field.kind]
    if field.name == answers.amount and "minimum" not in form:
        form += ", minimum: 0"
    return form if field.currency is None else f"{form}, currency: {field.currency}"


def _review(answers: Answers) -> Iterator[str]:
    yield "# Who is asked, where, and how long they have. Groups and channels need quotes: @ and #"
    yield "# mean something else in YAML."
    yield "review:"
    if answers.channel is not None:
        yield f"  channel: {_quoted(answers.channel)}"
    yield f"  reviewers: [{', '.join(map(_quoted, answers.reviewers))}]"
    yield "  outcomes: [approve, revise, reject]  # one button each"
    yield "  # After `expire` the request ends, without an approval. `sla` can also remind, ask"
    yield "  # backups and count working hours alone; docs/policies.md says how."
    yield f"  sla: {{expire: {answers.expire}}}"


def _rules(answers: Answers) -> Iterator[str]:
    yield "# Read from the top; the first rule that holds decides. `because` is shown to people."
    yield "# Conditions see payload.<field> and signals.<name>;"
    yield "# one that needs what was not given asks a person: an error never approves."
    yield "rules:"
    if answers.approve_below is not None:
        yield from _routine(answers, answers.approve_below)
    if answers.two_from is not None:
        yield "  - id: large"
        yield f"    when: payload.{answers.amount} >= {shown(answers.two_from)}"
        yield "    then: review"
        yield "    review: {quorum: 2}"
        because = f"From {_of(answers, answers.two_from)} on two people look."
        yield f"    because: {_quoted(because)}"
        yield ""
    yield "  - id: otherwise"
    yield "    then: review"
    yield "    because: Everything else gets one look."


def _routine(answers: Answers, below: float) -> Iterator[str]:
    most = min(below * _SMALL_ONES, MAX_SUM)
    limit = f"{{count: 100, sum: payload.{answers.amount}, most: {shown(most)}, window: 1d}}"
    yield "  # The limit keeps many small ones from adding up; past it the next rule decides."
    yield "  - id: routine"
    yield "    when: |-"
    yield f"      payload.{answers.amount} < {shown(below)}"
    yield "      && !(has(signals.anomaly) && signals.anomaly)"
    yield "    then: approve"
    yield f"    limit: {limit}"
    yield f"    because: {_quoted(f'Below {_of(answers, below)} nobody needs to look.')}"
    yield ""


def _tests(answers: Answers) -> Iterator[str]:
    yield "# What has to come of these requests; `countersign policy test` tries them."
    yield "tests:"
    below, from_ = answers.approve_below, answers.two_from
    if below is not None:
        small = {answers.amount: _below(answers, below)}
        yield from _test(answers, "a small one", small, "routine")
        unusual = ["signals: {anomaly: true}"]
        if from_ is None or small[answers.amount] < from_:
            yield from _test(answers, "a small one that is unusual", small, "otherwise", unusual)
    else:
        amount = {} if from_ is None else {answers.amount: _below(answers, from_)}
        yield from _test(answers, "any other", amount, "otherwise")
    if from_ is not None:
        large = {answers.amount: _whole(answers, from_)}
        yield from _test(answers, "a large one", large, "large", ["quorum: 2"])


def _test(
    answers: Answers,
    name: str,
    values: dict[Any, Any],
    expect: str,
    more: list[str] | None = None,
) -> Iterator[str]:
    payload = {field.name: _VALUES[field.kind] for field in answers.fields} | values
    yield f"  - name: {name}"
    yield f"    payload: {json.dumps(payload, ensure_ascii=False)}"
    yield from (f"    {line}" for line in more or ())
    yield f"    expect: {expect}"


def _below(answers: Answers, amount: float) -> float:
    """An amount below this one: a half, and of whole numbers the one under it."""
    half = amount / 2
    return _tidy(float(int(half)) if _is_whole(answers) else half)


def _whole(answers: Answers, amount: float) -> float:
    """This amount, or the next whole number from it on."""
    return _tidy(float(-int(-amount // 1)) if _is_whole(answers) else amount)


def _is_whole(answers: Answers) -> bool:
    return any(one.name == answers.amount and one.kind == "integer" for one in answers.fields)


def _tidy(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _of(answers: Answers, amount: float) -> str:
    """`50 USD`, or `an amount of 50`."""
    currency = next((one.currency for one in answers.fields if one.name == answers.amount), None)
    return f"{shown(amount)} {currency}" if currency else f"an amount of {shown(amount)}"


def _quoted(text: str) -> str:
    """Any text as a YAML scalar: a JSON string, with YAML's escapes for what can't be seen."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
