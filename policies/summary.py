"""The policy in plain English, for the person who is asked and for the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.calendar import hours_in_words, in_words
from policies.plan import Choice, Outcome, ReviewPlan, Route, Summary
from policies.wording import listing, sentence

EFFECTS = {
    Outcome.APPROVE: "the workflow goes on with exactly what is shown.",
    Outcome.REVISE: "nothing is done; the workflow gets your comment and can ask again.",
    Outcome.REJECT: "nothing is done, and the workflow is told that the answer is no.",
}
"""What each answer does, where a policy has no choices of its own."""

_LEAST_LOADED = "Asked are those with the fewest open requests; all who are named may decide."
_OPENINGS = {
    Route.APPROVE: "Approved by the policy alone: ",
    Route.REJECT: "Rejected by the policy alone: ",
    Route.WATCH: "",
    Route.REVIEW: "",
}
_STOPPED = {
    Route.REVIEW: "Stop: it does not go ahead, and people are asked instead.",
    Route.REJECT: "Stop: it is rejected, and the workflow is told that the answer is no.",
}


def summarise(
    policy: str,
    route: Route,
    rule: str | None,
    reasons: Iterable[str],
    plan: ReviewPlan | None,
    risk: str = "",
    valid_s: int | None = None,
) -> Summary:
    """Why, what each button does, and what silence does; without a plan nobody is asked.

    `risk` are the raised flags, in words; `valid_s` is how long an approval can be used.
    """
    source = f"Policy {policy}, rule {rule}." if rule else f"Policy {policy}."
    said = f"{_OPENINGS[route]}{' '.join(map(sentence, reasons))}"
    why = " ".join(filter(None, (said, risk, f"({source})")))
    valid = "" if valid_s is None or route is Route.REJECT else f" {_valid(valid_s)}"
    if plan is None:
        silence = f"Nobody is asked, so no answer is awaited.{valid}"
        return Summary(why=why, reasons=said, buttons=(), silence=silence)
    return Summary(
        why=why,
        reasons=said,
        buttons=_buttons(plan),
        silence=f"{_silence(plan)}{valid}",
        watching=_watching(plan),
    )


def _valid(valid_s: int) -> str:
    return f"The workflow has to act within {in_words(valid_s)} of an approval."


def _buttons(plan: ReviewPlan) -> tuple[tuple[Outcome, str], ...]:
    if plan.choices:
        return tuple((one.outcome, _choice(plan, one)) for one in plan.choices)
    return tuple(
        (outcome, f"{outcome.value.capitalize()}: {_how(plan, outcome)}{EFFECTS[outcome]}")
        for outcome in plan.outcomes
    )


def _choice(plan: ReviewPlan, choice: Choice) -> str:
    typed = plan.confirm if choice.outcome is Outcome.APPROVE else None
    takes = f" It takes the {typed}, typed." if typed else ""
    return f"{choice.label}: {sentence(choice.effect)}{_agreed(plan, choice)}{takes}"


def _agreed(plan: ReviewPlan, choice: Choice) -> str:
    if choice.outcome is Outcome.REJECT and plan.reject_quorum > 1:
        return f" {plan.reject_quorum} people have to reject."
    if choice.outcome is not Outcome.APPROVE or plan.people == 1:
        return ""
    return f" {plan.people} people have to choose the same."


def _how(plan: ReviewPlan, outcome: Outcome) -> str:
    """What an answer takes, before what it does."""
    typed = plan.confirm if outcome is Outcome.APPROVE else None
    return f"{f'type the {typed}; ' if typed else ''}{_counted(plan, outcome)}"


def _counted(plan: ReviewPlan, outcome: Outcome) -> str:
    if outcome is Outcome.REJECT and plan.reject_quorum > 1:
        return f"one of {plan.reject_quorum} rejections; with the last of them "
    if outcome is not Outcome.APPROVE or plan.people == 1:
        return ""
    return f"one of {plan.people} approvals; with the last of them "


def _silence(plan: ReviewPlan) -> str:
    worded = in_words if plan.hours is None else hours_in_words
    parts = [_LEAST_LOADED] if any(one.assign == "least_loaded" for one in plan.stages) else []
    if plan.remind_s:
        parts.append(f"Reminders come after {listing(map(worded, plan.remind_s))}.")
    if plan.escalations:
        parts.append(_escalation([worded(step.after_s) for step in plan.escalations]))
    if plan.hours is not None:
        parts.append("Only working hours count.")
    if plan.undo_s is not None:
        parts.append(f"Whoever decides can take it back for {in_words(plan.undo_s)}.")
    parts.append(
        f"If it is not decided within {worded(plan.expire_s)} the request expires: "
        "it is not approved, and the workflow is told."
    )
    return " ".join(parts)


def _escalation(times: Sequence[str]) -> str:
    first, *others = times
    further = f", and further people after {listing(others)}" if others else ""
    return f"After {first} backups are asked too{further}."


def _watching(plan: ReviewPlan) -> str | None:
    if plan.watch is None:
        return None
    return (
        f"It goes ahead by itself {in_words(plan.watch.for_s)} after it is shown here, "
        f"unless somebody stops it. {_STOPPED[plan.watch.stop]}"
    )
