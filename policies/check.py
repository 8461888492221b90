"""What a policy that loads may still get wrong: cautions for its author, each saying what to write.

Pure. Nothing here keeps a policy from being used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from policies.compiled import LoadedPolicy, Path
from policies.conditions import Budget
from policies.loose_ends import loose_ends
from policies.plan import Route
from policies.quorums import unmet
from policies.schema import Input, Policy, Rule
from policies.wording import listing

_REVERSIBLE = ("signals", "reversible")


class Caution(NamedTuple):
    """Something worth a second look, at a place of the file."""

    path: Path
    message: str


def cautions(loaded: LoadedPolicy) -> tuple[Caution, ...]:
    """Everything that its author should look at again, in the order of the file's parts."""
    return (
        *_unreached(loaded),
        *_no_fallback(loaded),
        *_own_word(loaded),
        *_unseen(loaded),
        *_unlimited(loaded),
        *_unwatchable(loaded),
        *(Caution(path, message) for path, message in unmet(loaded)),
        *(Caution(path, message) for path, message in loose_ends(loaded.policy)),
        *_untested(loaded.policy),
    )


def _always(loaded: LoadedPolicy, rule: Rule) -> bool:
    """Whether no request gets past a rule: its condition looks at nothing, and holds.

    One with a limit is passed over once that is reached.
    """
    if rule.limit is not None:
        return False
    if rule.when is None:
        return True
    condition = loaded.conditions[rule.id]
    return not condition.sources and condition.test({"payload": {}, "signals": {}}, Budget()).holds


def _unreached(loaded: LoadedPolicy) -> Iterator[Caution]:
    before: str | None = None
    for position, rule in enumerate(loaded.policy.rules):
        if before is not None:
            message = f"no request gets as far as {rule.id}: {before} decides every one before it"
            yield Caution(("rules", position), f"{message}; move {rule.id} up, or take it out")
        elif _always(loaded, rule):
            before = rule.id


def _no_fallback(loaded: LoadedPolicy) -> Iterator[Caution]:
    rules = loaded.policy.rules
    if rules and not any(_always(loaded, rule) for rule in rules):
        message = "what no rule decides is asked of a person; say so, and why, in a last rule"
        advice = "{id: otherwise, then: review, because: …}"
        yield Caution(("rules", len(rules) - 1), f"{message}: {advice}")


def _own_word(loaded: LoadedPolicy) -> Iterator[Caution]:
    """What goes ahead on nothing but signals: they come with the request, from its own client."""
    advice = f"add a condition on what is asked for, such as {_example(loaded.policy)}"
    for position, rule in enumerate(loaded.policy.rules):
        if rule.then in (Route.APPROVE, Route.WATCH) and _looks_at(loaded, rule) == {"signals"}:
            message = f"{rule.id} takes the requester's word for it: it looks at signals alone"
            yield Caution(("rules", position, "when"), f"{message}; {advice}")
    if loaded.policy.auto and _asked(loaded) == {"signals"}:
        message = "`auto` takes the requester's word for it: all of `risk` looks at signals alone"
        yield Caution(("auto",), f"{message}; {advice}")


def _looks_at(loaded: LoadedPolicy, rule: Rule) -> set[str]:
    """`payload` or `signals`, or both; through the risk flags too."""
    if rule.when is None:
        return set()
    sources = set(loaded.conditions[rule.id].sources)
    if "risk" not in sources:
        return sources
    return (sources - {"risk"}) | _asked(loaded)


def _asked(loaded: LoadedPolicy) -> set[str]:
    return {source for one in loaded.questions.values() for source in one.sources}


def _example(policy: Policy) -> str:
    inputs = policy.inputs or {}
    if name := next((name for name, one in inputs.items() if _is_number(one)), None):
        return f"payload.{name} < 50"
    if name := next((name for name, one in inputs.items() if one.type == "string"), None):
        return f"payload.{name} in ['…', '…']"
    return "payload.amount < 50, with the field under `inputs`"


def _is_number(declared: Input) -> bool:
    return declared.type in ("number", "integer")


def _unseen(loaded: LoadedPolicy) -> Iterator[Caution]:
    """What can't be undone and is approved without anybody seeing it.

    Where the policy leaves open whether it can be undone, only one that asks for
    signals.reversible somewhere is told about an approving rule that does without: neither its own
    condition, nor an earlier review or rejection, nor risk flags that either counts, asks for it.
    """
    policy = loaded.policy
    if policy.reversible is False:
        yield from _irreversible(policy)
        return
    if policy.reversible is True or not _matters(loaded):
        return
    guarded = False
    for position, rule in enumerate(policy.rules):
        guarded = guarded or (rule.then is not Route.APPROVE and _asks_reversible(loaded, rule))
        if rule.then is Route.APPROVE and not guarded and not _asks_reversible(loaded, rule):
            message = f"{rule.id} also approves what is said to be irreversible, unseen"
            advice = "add && !(has(signals.reversible) && !signals.reversible)"
            yield Caution(("rules", position), f"{message}; {advice}")


def _irreversible(policy: Policy) -> Iterator[Caution]:
    for position, rule in enumerate(policy.rules):
        if rule.then is Route.APPROVE:
            message = f"{rule.id} approves what can't be undone, and no person sees it"
            yield Caution(("rules", position, "then"), f"{message}; write then: review")
    if policy.auto:
        message = "`auto` approves what can't be undone, and no person sees it; take it out"
        yield Caution(("auto",), message)


def _matters(loaded: LoadedPolicy) -> bool:
    conditions = (*loaded.conditions.values(), *loaded.questions.values())
    return any(_REVERSIBLE in one.reads for one in conditions)


def _asks_reversible(loaded: LoadedPolicy, rule: Rule) -> bool:
    if rule.when is None:
        return False
    condition = loaded.conditions[rule.id]
    counted = loaded.questions.values() if "risk" in condition.sources else ()
    return any(_REVERSIBLE in one.reads for one in (condition, *counted))


def _unlimited(loaded: LoadedPolicy) -> Iterator[Caution]:
    """Small approvals add up: a thousand of 49 are none of 49,000."""
    limit = _limit(loaded.policy)
    for position, rule in enumerate(loaded.policy.rules):
        if rule.then is Route.APPROVE and rule.limit is None:
            message = f"{rule.id} approves any number of requests without a person"
            yield Caution(("rules", position), f"{message}; add limit: {limit}")
    if loaded.policy.auto:
        message = "`auto` approves any number of requests without a person"
        advice = "write rules instead: {id: routine, when: risk.flags == 0, then: approve, "
        yield Caution(("auto",), f"{message}; {advice}limit: {limit}, because: …}}")


def _limit(policy: Policy) -> str:
    for name, one in (policy.inputs or {}).items():
        if (
            _is_number(one)
            and one.required
            and one.format == "money"
            and one.minimum is not None
            and one.minimum >= 0
        ):
            return f"{{count: 20, sum: payload.{name}, most: 1000, window: 1d}}"
    return "{count: 20, window: 1d}"


def _unwatchable(loaded: LoadedPolicy) -> Iterator[Caution]:
    if loaded.policy.reversible is not None:
        return
    for position, rule in enumerate(loaded.policy.rules):
        if rule.then is not Route.WATCH:
            continue
        if rule.when is None or _REVERSIBLE not in loaded.conditions[rule.id].reads:
            message = f"{rule.id} asks people unless a request says that it can be undone"
            advice = "write reversible: true for the policy, or && signals.reversible here"
            yield Caution(("rules", position), f"{message}; {advice}")


def _untested(policy: Policy) -> Iterator[Caution]:
    """A policy that asks a person whatever comes has nothing to test."""
    if policy.tests or not (policy.rules or policy.risk):
        return
    ids = [rule.id for rule in policy.rules] or ["approve", "review"]
    example = f"- {{payload: {{…}}, expect: {ids[0]}}}"
    message = f"nothing holds this policy to what it should do; add tests: with {example}"
    yield Caution(("policy",), f"{message}, one for each of {listing(ids)}")
