"""Who may decide, asked again at the moment of deciding."""

from __future__ import annotations

from policies.plan import ReviewPlan

from .commands import Person
from .errors import DecisionRefused, NotAReviewer, PersonNotTrusted, RequesterCannotDecide

_STANDING = {
    "deactivated": "Your Slack account is deactivated.",
    "bot": "Bots can't decide.",
    "guest": "Guests of this workspace can't decide.",
    "stranger": "You belong to another workspace.",
    "unverified": "Slack could not confirm who you are just now. Try again in a moment.",
}


def refusal(plan: ReviewPlan, on_behalf_of: str | None, person: Person) -> DecisionRefused | None:
    """Why this person may not decide under this plan, or None when they may."""
    if person.standing != "trusted":
        return PersonNotTrusted(_STANDING[person.standing])
    if on_behalf_of is not None and person.goes_by(on_behalf_of):
        return RequesterCannotDecide(
            "This was asked on your behalf, so somebody else has to decide it."
        )
    if on_behalf_of is not None and _may_be(on_behalf_of, person):
        return PersonNotTrusted(
            "Slack does not show your e-mail address, so you might be the one who asked.",
            "The app needs the scope users:read.email.",
        )
    if not any(_names(ref, person) for ref in plan.reviewers):
        return NotAReviewer(
            "You are not among the people this policy asks.",
            f"It asks {', '.join(plan.reviewers)}.",
        )
    return None


def _may_be(requester: str, person: Person) -> bool:
    """Whether the two can't be told apart: one is known by e-mail, the other's is hidden."""
    return "@" in requester and person.email is None


def _names(ref: str, person: Person) -> bool:
    return ref in person.groups or person.goes_by(ref)
