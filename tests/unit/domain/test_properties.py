"""Whatever happens to a request, in whatever order, some things hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import lifecycle
from app.domain.commands import (
    CallbackTried,
    Cancel,
    CardDrawn,
    CardsFound,
    Command,
    Hold,
    NoticeSaid,
    Redeliver,
    RequesterTold,
    Show,
    Signal,
    SlackFailed,
    Stop,
    TargetLost,
    TargetsFound,
    Wake,
)
from app.domain.digest import digest
from app.domain.due import Lane, due
from app.domain.errors import CountersignError
from app.domain.request import Actor, Body, Decision, Held, Place, Request, State, Status
from policies.plan import Choice, Escalation, Outcome, ReviewPlan, Route, Stage, Watch
from tests.builders import HASH, NOW, approval, body, evaluation, pending, person, plan

CLIENT = Actor(kind="client", id="billing", name="billing")
PLACES = st.builds(Place, channel=st.sampled_from(["C1", "D1"]), ts=st.sampled_from(["1", "2"]))
ANA = person()
BEN = person(id="U0BEN00001", name="Ben", email=None, groups=frozenset({"@finance-approvers"}))
PEOPLE = st.sampled_from(
    [
        ANA,
        BEN,
        person(id="U0EVE00001", name="Eve", email="eve@example.com"),
        person(standing="guest"),
        person(id="U0DEV00001", name="Dev", email="dev@example.com"),
    ]
)
FINANCE = Stage(reviewers=("@finance-approvers", "U0ANA00001"))
CHOICES = tuple(
    Choice(id=name, label=name, outcome=Outcome.APPROVE, effect="It is taken.")
    for name in ("crm", "erp")
)
PLANS = {
    "one person": plan(),
    "two people": plan(stages=(FINANCE.model_copy(update={"quorum": 2}),)),
    "two stages": plan(channel=None, stages=(FINANCE, Stage(reviewers=("@finance-approvers",)))),
    "two of one choice": plan(
        stages=(FINANCE.model_copy(update={"quorum": 2}),),
        choices=CHOICES,
        outcomes=(Outcome.APPROVE,),
    ),
    "one person who is urged": plan(
        remind_s=(1800, 7200, 7200),
        escalations=(
            Escalation(after_s=14_400, ask=("ben@example.com",)),
            Escalation(after_s=28_800, ask=("U0EVE00001",)),
        ),
    ),
    "a watch": plan(watch=Watch(for_s=3600)),
    "a watch that stop rejects": plan(watch=Watch(for_s=3600, stop=Route.REJECT)),
}


def opened_with(review: ReviewPlan) -> Request:
    route = Route.REVIEW if review.watch is None else Route.WATCH
    return pending(on_behalf_of="dev@example.com", evaluation=evaluation(route, plan=review))


REQUESTS = {name: opened_with(review) for name, review in PLANS.items()}
HELD = {
    "held for a pause": lifecycle.begin(
        body(evaluation=evaluation(Route.APPROVE)), Held(reason="paused", since_ms=NOW)
    ).request,
    "held for a limit": lifecycle.begin(
        body(on_behalf_of="dev@example.com"),
        Held(reason="limit", since_ms=NOW, until_ms=NOW + 7_200_000),
    ).request,
}


def commands(request: Request) -> st.SearchStrategy[Command]:
    digests = st.sampled_from([request.body.digest] * 3 + ["f" * 64])
    decisions = st.builds(
        lambda who, outcome, choice, seen, shown: approval(
            request,
            person=who,
            outcome=outcome,
            choice=choice,
            comment="why",
            seen=seen,
            digest=shown,
        ),
        PEOPLE,
        st.sampled_from([Outcome.APPROVE] * 3 + list(Outcome)),
        st.sampled_from([None, "crm", "erp"]),
        PLACES,
        digests,
    )
    return st.one_of(
        decisions,
        decisions,
        st.builds(Stop, person=PEOPLE, reason=st.just("why"), digest=digests, seen=PLACES),
        st.builds(
            Signal,
            by=st.just(CLIENT),
            signals=st.sampled_from([{"anomaly": True}, {"anomaly": False}, {"reversible": False}]),
        ),
        st.just(Wake()),
        st.just(Wake()),
        st.just(Hold()),
        st.just(Cancel(by=CLIENT)),
        st.just(Redeliver(by=CLIENT)),
        st.builds(
            CallbackTried,
            status=st.sampled_from([None, 200, 410, 500]),
            error=st.none(),
            retry_after_s=st.none(),
            took_ms=st.just(1),
            jitter=st.just(0.5),
        ),
        st.builds(
            TargetsFound,
            refs=st.sampled_from([("U0ANA00001",), ("cfo@example.com",)]),
            targets=st.sampled_from([(), ("D1",)]),
        ),
        st.builds(NoticeSaid, at_ms=st.sampled_from((NOW, NOW + 1000)), place=PLACES),
        st.builds(CardDrawn, target=st.just("#approvals"), place=PLACES, face=st.integers(0, 2)),
        st.builds(
            CardsFound,
            target=st.just("#approvals"),
            digests=st.tuples(st.tuples(PLACES, st.just((request.id, "req_other")))),
        ),
        st.builds(Show, person=PEOPLE),
        st.builds(
            TargetLost, target=st.sampled_from(["#approvals", "D1"]), problem=st.just("gone")
        ),
        st.just(RequesterTold()),
        st.just(SlackFailed(problem="internal_error")),
    )


Steps = list[tuple[Command, int]]


@st.composite
def lives(draw: st.DrawFn) -> tuple[Request, Steps]:
    """A request and what happens to it: commands, each after a pause in ms."""
    requests = REQUESTS | HELD
    request = requests[draw(st.sampled_from(sorted(requests)))]
    pauses = st.integers(0, 3600 * 1000) | st.integers(0, 30 * 3600 * 1000)
    return request, draw(st.lists(st.tuples(commands(request), pauses), max_size=25))


@given(lives())
def test_no_order_of_events_breaks_a_request(life: tuple[Request, Steps]):
    request, steps = life
    now = NOW
    for command, pause_ms in steps:
        now += pause_ms
        after = applied(request, command, now)
        if after is None:
            return
        assert_one_change(request, after, now)
        request = after


def applied(request: Request, command: Command, now: int) -> Request | None:
    """The request after it, None once it is erased."""
    try:
        transition = lifecycle.apply(request, command, now)
    except CountersignError:
        return request
    if transition is None:
        return request
    assert transition.before is request
    return transition.after


def assert_one_change(before: Request, after: Request, now: int) -> None:
    assert after.body is before.body
    assert after.state.version in (before.state.version, before.state.version + 1)
    if not before.pending:
        assert after.state.decision == before.state.decision
    if after.pending:
        assert due(after)[Lane.TIME] is not None, "an open request has something due"
        assert len({vote.by.id for vote in after.state.votes}) == len(after.state.votes)
    if before.pending and not after.pending:
        assert_lawful(before, after, now)


def assert_lawful(before: Request, after: Request, now: int) -> None:
    decision, expires_ms = after.state.decision, before.state.expires_ms
    assert decision is not None
    assert decision.outcome is after.state.status
    assert decision.digest == after.body.digest
    assert due(after)[Lane.CALLBACK] is not None
    assert after.state.held is None
    if before.state.held is not None and not before.watched:
        assert decision.by[0].kind in ("policy", "client"), "nobody was asked"
        assert after.state.status is not Status.APPROVED or before.stage is None
        return
    assert expires_ms is not None
    if after.state.status is Status.EXPIRED:
        assert now >= expires_ms
        return
    assert now < expires_ms
    if after.state.status is Status.APPROVED and before.watched:
        assert decision.by[0].kind == "policy"
        assert before.state.goes_ahead_ms is not None
        assert now >= before.state.goes_ahead_ms
    elif after.state.status is not Status.CANCELLED:
        assert {actor.id for actor in decision.by} <= may_decide(before)
    if after.state.status is Status.APPROVED and not before.watched:
        assert_enough_people(after, decision)


def may_decide(request: Request) -> set[str]:
    """Ana and Ben are in the group; Eve is asked by the second escalation alone."""
    eve = {"U0EVE00001"} if "U0EVE00001" in request.asked else set()
    return {"U0ANA00001", "U0BEN00001"} | eve


def assert_enough_people(after: Request, decision: Decision) -> None:
    review = after.body.evaluation.plan
    assert review is not None
    people = {actor.id for actor in decision.by}
    assert len(people) == len(decision.by) == review.people
    agreed = [vote for vote in after.state.votes if vote.by.id in people]
    assert {vote.choice for vote in agreed} == {decision.choice}
    for number, stage in enumerate(review.stages):
        assert sum(vote.stage == number for vote in agreed) == stage.quorum


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_each_kind_of_request_can_be_approved(name: str):
    """The properties say something only where approvals are within reach."""
    request: Request | None = REQUESTS[name]
    assert request is not None
    choice = "crm" if PLANS[name].choices else None
    here = CardDrawn(target="#approvals", place=Place(channel="C1", ts="1"), face=1)
    votes = [approval(request, person=who, choice=choice) for who in (ANA, BEN)]
    steps: list[Command] = [here, *votes, Wake()]
    for command in steps:
        assert request is not None
        request = applied(request, command, NOW + 1000)
    assert request is not None
    request = applied(request, Wake(), NOW + 3_601_000)
    assert request is not None
    assert request.state.status is Status.APPROVED


@given(lives())
def test_what_is_stored_is_read_back_the_same(life: tuple[Request, Steps]):
    request, steps = life
    now = NOW
    for command, pause_ms in steps:
        now += pause_ms
        request = applied(request, command, now) or request
    assert State.model_validate_json(request.state.model_dump_json()) == request.state
    assert Body.model_validate_json(request.body.model_dump_json()) == request.body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.randoms())
def test_a_digest_does_not_depend_on_the_order_of_keys(payload, random):
    keys = list(payload)
    random.shuffle(keys)
    shuffled = {key: payload[key] for key in keys}
    assert digest("r", "n", HASH, payload) == digest("r", "n", HASH, shuffled)


@given(st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=4), st.data())
def test_a_digest_changes_with_anything_that_it_binds(payload, data):
    key = data.draw(st.sampled_from(sorted(payload)))
    other = data.draw(JSON.filter(lambda value: repr(value) != repr(payload[key])))
    bound = digest("r", "n", HASH, payload)
    assert bound != digest("r", "n", HASH, {**payload, key: other})
    assert bound != digest("r2", "n", HASH, payload)
    assert bound != digest("r", "n2", HASH, payload)
    assert bound != digest("r", "n", "sha256:1", payload)
