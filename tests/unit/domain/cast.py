"""The people and the plans that requests are led through, whatever the order of things.

Ana and Ben are in the group that is asked, and so are Dev, on whose behalf it is asked, Gus, who
left, and Bot. Chloe is asked by an escalation, Eve by the last one or as overflow. Fay is asked by
nobody; she can only stand in for somebody.
"""

from __future__ import annotations

from app.domain import lifecycle
from app.domain.commands import Person, Standing
from app.domain.request import Held, Operator, Request
from app.domain.transition import Transition
from policies.plan import Choice, Escalation, Outcome, ReviewPlan, Route, Stage, Watch
from tests.builders import NOW, body, evaluation, person, plan

ANA, BEN, CHLOE, DEV = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0DEV00001"
EVE, FAY, GUS, BOT = "U0EVE00001", "U0FAY00001", "U0GUS00001", "U0BOT00001"
EVERYBODY = (ANA, BEN, CHLOE, DEV, EVE, FAY, GUS, BOT)

FINANCE = "@finance-approvers"
BEHIND = {
    FINANCE: {ANA, BEN, DEV, GUS, BOT},
    ANA: {ANA},
    "ben@example.com": {BEN},
    "cfo@example.com": {CHLOE},
    EVE: {EVE},
}
"""Who is behind each name of a plan."""

_EMAILS = {BEN: "ben@example.com", CHLOE: "cfo@example.com", DEV: "dev@example.com"}
_STANDINGS: dict[str, Standing] = {GUS: "deactivated", BOT: "bot"}
TRUSTED = frozenset(EVERYBODY) - _STANDINGS.keys()


def somebody(user_id: str, **changes: object) -> Person:
    """One of the cast, as the directory knows them."""
    known = {
        "id": user_id,
        "name": user_id.title(),
        "email": _EMAILS.get(user_id),
        "standing": _STANDINGS.get(user_id, "trusted"),
        "groups": frozenset({FINANCE}) if user_id in BEHIND[FINANCE] else frozenset(),
        "is_requester": user_id == DEV,
    }
    return person(**(known | changes))


_STAGE = Stage(reviewers=(FINANCE, ANA))
_TWO = Stage(reviewers=(FINANCE, ANA), quorum=2)
_LAST = Stage(reviewers=(FINANCE, EVE))
_CHOICES = tuple(
    Choice(id=name, label=name, outcome=outcome, effect="It is taken.")
    for name, outcome in (
        ("crm", Outcome.APPROVE),
        ("erp", Outcome.APPROVE),
        ("none", Outcome.REJECT),
    )
)
_URGED = {
    "remind_s": (1_800, 7_200, 7_200),
    "escalations": (
        Escalation(after_s=14_400, ask=("ben@example.com", "cfo@example.com")),
        Escalation(after_s=28_800, ask=(EVE,)),
    ),
}
PLANS: dict[str, ReviewPlan] = {
    "one person": plan(),
    "one person who is urged": plan(stages=(Stage(reviewers=(ANA,)),), **_URGED),
    "two people": plan(stages=(_TWO,), **_URGED),
    "two people, or two against it": plan(stages=(_TWO,), reject_quorum=2, channel=None),
    "two of the least loaded": plan(
        stages=(_TWO.model_copy(update={"assign": "least_loaded"}),),
        reject_quorum=2,
        cap=2,
        overflow=(EVE,),
    ),
    "two stages": plan(channel=None, stages=(_STAGE, _LAST), **_URGED),
    "two stages, or two against it": plan(stages=(_TWO, _LAST), reject_quorum=2),
    "two of one choice": plan(
        stages=(_TWO,),
        choices=_CHOICES,
        outcomes=(Outcome.APPROVE, Outcome.REJECT),
        reject_quorum=2,
    ),
    "one person who types it": plan(confirm="amount", result_s=3_600),
    "one person, for a while": plan(undo_s=300, result_s=7_200, expire_s=40_000, **_URGED),
    "two people, for a while": plan(
        stages=(_TWO,), reject_quorum=2, confirm="amount", undo_s=3_600, **_URGED
    ),
    "two stages, for a while": plan(
        channel=None, stages=(_STAGE, _LAST), undo_s=300, confirm="customer"
    ),
    "two of the least loaded, for a while": plan(
        stages=(_TWO.model_copy(update={"assign": "least_loaded"}),),
        channel="#large",
        cap=2,
        overflow=(EVE,),
        undo_s=300,
    ),
    "a watch": plan(watch=Watch(for_s=3_600), stages=(_TWO,), **_URGED),
    "a watch that stop rejects": plan(watch=Watch(for_s=3_600, stop=Route.REJECT)),
}


NEVER = 10**15
"""An instant (ms) that no life reaches."""

NOBODY = plan(channel=None, stages=(Stage(reviewers=()),), outcomes=(), expire_s=NEVER)
"""What a request is reckoned to have whose policy approves it and asks nobody."""

TURN_MS = NOW + 7_200_000
"""When it is the turn of what came past its client's limit."""

VALID_S = 7_200
"""How long an approval can be used."""

OPERATOR = Operator(account="root", host="host-1")


def opened_with(review: ReviewPlan) -> Request:
    """A new request of Dev's with this plan."""
    return opening(review).request


def opening(review: ReviewPlan, held: Held | None = None) -> Transition:
    """The same, with what it is held for, and all that its opening makes."""
    if review is NOBODY:
        judged = evaluation(Route.APPROVE, valid_s=VALID_S)
    else:
        route = Route.REVIEW if review.watch is None else Route.WATCH
        judged = evaluation(route, plan=review, valid_s=VALID_S)
    return lifecycle.begin(body(on_behalf_of="dev@example.com", evaluation=judged), held)


def is_the_requester(name: str) -> bool:
    """Whether somebody named so at the command line is Dev, or could be."""
    return name.strip().casefold() == "dev@example.com" or "@" not in name
