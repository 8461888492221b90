"""`countersign policy explain`: what would come of a request, and every reason for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from policies.atoms import is_group
from policies.evaluate import Facts, check_payload
from policies.examples import NoExampleError
from policies.examples import example as example_of
from policies.explain import ExplainedRule, Explanation, Part, People
from policies.explain import explain as explained
from policies.loader import LoadedPolicy
from policies.plan import Flag, Route
from policies.wording import listing

from .printing import counted, head, say
from .reading import Unusable, draft, instant, json_object, named_policy, where
from .timetable import show_timeline

_OUTCOMES = {
    Route.APPROVE: "approved by the policy alone",
    Route.REJECT: "rejected by the policy alone",
    Route.WATCH: "goes ahead unless somebody stops it",
    Route.REVIEW: "people are asked",
}
_COLOURS = {"yes": "green", "RAISED": "yellow", "error": "red", "unsure": "yellow"}
_ANSWER = 8
"""Columns of yes, no and so on."""


@click.command()
@click.argument("policy", required=False)
@where
@click.option("--file", type=click.Path(path_type=Path), help="A draft in place of POLICY.")
@click.option("--payload", help="JSON, @file, or - for standard input; else an example is made.")
@click.option("--signals", help="The same for the signals of the request.")
@click.option("--at", help="When it is opened, such as 2026-12-24T16:00; else now.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def explain(
    policy: str | None,
    folder: Path | None,
    file: Path | None,
    payload: str | None,
    signals: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Show what POLICY would do with a request: each rule, each condition, the people, the times.

    Nothing is opened, and nothing is counted: a limit is taken to have room. A time without a zone
    is one on the clocks of the policy's working hours, and in UTC where it has none.
    """
    if (policy is None) == (file is None):
        raise click.UsageError("Name a policy, or a draft with --file.")
    if payload == "-" and signals == "-":
        raise click.UsageError("Standard input can be the payload or the signals, not both.")
    loaded = draft(file) if file is not None else named_policy(str(policy), folder)
    facts = _facts(loaded, payload, signals)
    found = explained(loaded, facts, _now() if at is None else instant("--at", at))
    if as_json:
        named = {"policy": loaded.policy.policy, "policy_hash": loaded.hash}
        click.echo(json.dumps(named | found.model_dump(mode="json"), indent=2))
        return
    _show(loaded, facts, found, dated=at is not None)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _facts(loaded: LoadedPolicy, payload: str | None, signals: str | None) -> Facts:
    given: dict[str, Any] = {} if signals is None else json_object("--signals", signals)
    if payload is not None:
        facts = Facts(json_object("--payload", payload), given)
    else:
        try:
            one = example_of(loaded)
        except NoExampleError as error:
            raise Unusable("There is no example for this policy; give a --payload.") from error
        facts = Facts(one.payload, one.signals if signals is None else given)
    if unfit := check_payload(loaded, facts.payload, facts.signals):
        problems = "\n".join(f"  {one.field} {one.message}" for one in unfit)
        advice = f"countersign policy example {loaded.policy.policy}"
        raise Unusable(f"This does not fit {loaded.policy.policy}:\n{problems}\nSee: {advice}")
    return facts


def _show(loaded: LoadedPolicy, facts: Facts, found: Explanation, *, dated: bool) -> None:
    say(loaded.source, label="policy", width=10)
    _request(loaded, facts)
    decided = f" (rule {found.rule})" if found.rule else ""
    head(f"{found.route.value.upper()}: {_OUTCOMES[found.route]}{decided}")
    say(found.summary.why, indent=2)
    if found.error:
        say(found.error, indent=2, label="error", width=_ANSWER)
    if found.rules:
        head("Rules, from the top")
        for rule in found.rules:
            _rule(rule)
    if found.flags:
        _flags(found.flags)
    if found.people is not None:
        _people(found.people)
    if found.valid is not None:
        head(f"An approval can be used for {found.valid} after the decision")
    show_timeline(found, dated=dated)


def _request(loaded: LoadedPolicy, facts: Facts) -> None:
    secret = {name for name, one in (loaded.policy.inputs or {}).items() if one.secret}
    shown = {name: "…" if name in secret else value for name, value in facts.payload.items()}
    say(_short(shown), label="payload", width=10)
    say(_short(dict(facts.signals)), label="signals", width=10)


def _short(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 600 else f"{text[:600]}…"


def _rule(rule: ExplainedRule) -> None:
    answer = "yes" if rule.matched else "no" if rule.reached else "-"
    _answer(answer, f"{rule.rule}, then {rule.then.value}: {rule.because}", indent=2)
    if not rule.reached:
        say("not reached", indent=2 + _ANSWER)
        return
    if rule.parts:
        joined = "all of these" if rule.joined_by == "&&" else "one of these"
        say(f"needs {joined}:", indent=2 + _ANSWER)
        for part in rule.parts:
            _part(part)
    else:
        say(rule.phrase, indent=2 + _ANSWER)
    if rule.limit is not None:
        say(f"limit: {rule.limit}", indent=2 + _ANSWER)


def _part(part: Part) -> None:
    """The answer stands in its own column, so the phrase gives what was seen alone."""
    answer = {True: "yes", False: "no", None: "error"}[part.holds]
    seen = part.phrase.removeprefix(f"{part.text}: ").removeprefix(answer).removeprefix(", ")
    _answer(answer, f"{part.text}  ({seen})" if seen else part.text, indent=2 + _ANSWER)


def _flags(flags: tuple[Flag, ...]) -> None:
    raised = sum(flag.raised is True for flag in flags)
    head(f"Risk: {raised} of {counted(len(flags), 'flag')} raised")
    for flag in flags:
        answer = {True: "RAISED", False: "no", None: "unsure"}[flag.raised]
        _answer(answer, f"{flag.question}: {flag.because}", indent=2)
        say(flag.phrase, indent=2 + _ANSWER)


def _people(people: People) -> None:
    head("People")
    if people.channel is not None:
        say(people.channel, indent=2, label="channel", width=12)
    for number, stage in enumerate(people.stages, start=1):
        several = len(people.stages) > 1
        label = (stage.name or f"stage {number}") if several else "asked"
        need = "one of them" if stage.quorum == 1 else f"{stage.quorum} of them"
        if len(stage.reviewers) == 1 and stage.quorum == 1:
            need = "one person" if is_group(stage.reviewers[0]) else "this person"
        fewest = "" if stage.assign == "everyone" else "; those with the fewest open are asked"
        say(f"{listing(stage.reviewers)}; {need} must approve{fewest}", 2, label[:28], 12)
    for position, button in enumerate(people.buttons):
        text = f"{button.label} ({button.outcome.value}): {button.effect}"
        say(text, indent=2, label="" if position else "buttons", width=12)
    for position, line in enumerate(people.checklist):
        say(line, indent=2, label="" if position else "checklist", width=12)
    if people.editable:
        words = f"{listing(people.editable)}, while approving, and the policy is asked again"
        say(words, indent=2, label="may change", width=12)
    if people.secret:
        say(f"{listing(people.secret)}, to anybody", indent=2, label="not shown", width=12)
    if people.reserved:
        words = f"{listing(people.reserved)}, and not to a channel"
        say(words, indent=2, label="to reviewers", width=12)
    if people.confirm is not None:
        say(f"{people.confirm} has to be typed to approve", indent=2, label="confirm", width=12)
    if people.undo is not None:
        say(f"{people.undo}, for whoever decided", indent=2, label="undo", width=12)
    if people.reject_quorum > 1:
        say(f"{people.reject_quorum} people have to reject", indent=2, label="rejected", width=12)
    if people.viewers:
        say(listing(people.viewers), indent=2, label="may look", width=12)


def _answer(answer: str, text: str, indent: int) -> None:
    """The answer in its column, and the text beside it."""
    say(text, indent, answer, _ANSWER, _COLOURS.get(answer, ""))
