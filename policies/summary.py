"""The policy in plain English, for the person who is asked and for the record."""

from __future__ import annotations

from policies.calendar import in_words
from policies.plan import Outcome, ReviewPlan, Route, Summary
from policies.wording import sentence

_EFFECTS = {
    Outcome.APPROVE: "Approve: the workflow goes on with exactly what is shown.",
    Outcome.REVISE: "Revise: nothing is done; the workflow gets your comment and can ask again.",
    Outcome.REJECT: "Reject: nothing is done, and the workflow is told that the answer is no.",
}
_OPENINGS = {
    Route.APPROVE: "Approved by the policy alone: ",
    Route.REJECT: "Rejected by the policy alone: ",
    Route.REVIEW: "",
}


def summarise(
    policy: str, route: Route, rule: str | None, because: str, plan: ReviewPlan | None
) -> Summary:
    """Why, what each button does, and what silence does; without a plan nobody is asked."""
    source = f"Policy {policy}, rule {rule}." if rule else f"Policy {policy}."
    why = f"{_OPENINGS[route]}{sentence(because)} ({source})"
    if plan is None:
        return Summary(why=why, buttons=(), silence="Nobody is asked, so no answer is awaited.")
    buttons = tuple((outcome, _EFFECTS[outcome]) for outcome in plan.outcomes)
    return Summary(why=why, buttons=buttons, silence=_silence(plan))


def _silence(plan: ReviewPlan) -> str:
    return (
        f"If nobody answers within {in_words(plan.expire_s)} the request expires: "
        "it is not approved, and the workflow is told."
    )
