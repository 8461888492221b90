"""Who may decide, asked again at the moment of deciding."""

from __future__ import annotations

from .commands import Person, Press
from .errors import (
    DecisionRefused,
    NotAReviewer,
    PersonNotTrusted,
    RequesterCannotDecide,
    RequesterUnknown,
)
from .request import Actor, Request

_STANDING = {
    "deactivated": "Your Slack account is deactivated.",
    "bot": "Bots can't {do}.",
    "guest": "Guests of this workspace can't {do}.",
    "stranger": "You belong to another workspace.",
    "unverified": "Slack could not confirm who you are just now. Try again in a moment.",
}


def distrust(person: Person, do: str) -> PersonNotTrusted | None:
    """Why somebody may not `do` anything here, whatever else they are; None for who is trusted."""
    if person.standing == "trusted":
        return None
    return PersonNotTrusted(_STANDING[person.standing].format(do=do))


def acting(
    request: Request, press: Press, asked: tuple[str, ...], requester: str | None, now: int
) -> Actor | DecisionRefused:
    """As whom this person may act where these are `asked`: for themselves, or for somebody absent.

    Whoever may decide in their own right does that. `requester` is somebody who may not, None where
    it makes no difference who asked.
    """
    refused = refusal(asked, requester, press.person)
    if refused is None:
        return press.person.as_actor()
    if isinstance(refused, NotAReviewer):
        return _for_somebody(request, press, asked, requester, now) or refused
    return refused


def _for_somebody(
    request: Request, press: Press, asked: tuple[str, ...], requester: str | None, now: int
) -> Actor | DecisionRefused | None:
    """The same for a stand-in; None for somebody who stands in for nobody here."""
    absent = [one for one in press.absent if _stands_in(request, press.person, one, now)]
    for one in absent:
        if refusal(asked, requester, one) is None:
            return press.person.as_actor(in_place_of=one.id)
    if any(one.standing == "unverified" for one in absent):
        return PersonNotTrusted(
            "Slack could not confirm just now for whom you stand in. Try again in a moment."
        )
    return None


def refusal(
    asked: tuple[str, ...], on_behalf_of: str | None, person: Person
) -> DecisionRefused | None:
    """Why this person may not decide where these are `asked`, or None when they may."""
    if (distrusted := distrust(person, "decide")) is not None:
        return distrusted
    if on_behalf_of is not None and (person.is_requester or person.goes_by(on_behalf_of)):
        return RequesterCannotDecide(
            "This was asked on your behalf, so somebody else has to decide it."
        )
    if on_behalf_of is not None and person.is_requester is None:
        return RequesterUnknown(
            f"This was asked on behalf of {on_behalf_of}, and Slack could not say who that is. "
            "It might be you, so you can't decide it.",
            "Whoever asked can withdraw it and ask again with the right address.",
        )
    if not any(_names(ref, person) for ref in asked):
        return NotAReviewer(
            "You are not among the people who are asked now.",
            f"Asked are {', '.join(asked)}.",
        )
    return None


def _stands_in(request: Request, person: Person, absent: Person, now: int) -> bool:
    """Whether `person` is the delegate of `absent`, for whom nobody else has answered yet."""
    named = any(
        (one.person, one.delegate) == (absent.id, person.id) and now < one.until_ms
        for one in request.state.away
    )
    answers = (*request.state.votes, *request.state.rejections)
    others = (one.by for one in answers if one.by.id != person.id)
    return named and not any(absent.id in (by.id, by.in_place_of) for by in others)


def _names(ref: str, person: Person) -> bool:
    return ref in person.groups or person.goes_by(ref)
