"""Whatever happens to a request, in whatever order, some things hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain import lifecycle
from app.domain.commands import (
    CallbackTried,
    Cancel,
    CardDrawn,
    Command,
    Redeliver,
    RequesterTold,
    SlackFailed,
    TargetLost,
    TargetsFound,
    Wake,
)
from app.domain.digest import digest
from app.domain.due import Lane, due
from app.domain.errors import CountersignError
from app.domain.request import Actor, Body, Place, Request, State, Status
from policies.plan import Outcome
from tests.builders import HASH, NOW, approval, pending, person

CLIENT = Actor(kind="client", id="billing", name="billing")
PLACES = st.builds(Place, channel=st.sampled_from(["C1", "D1"]), ts=st.sampled_from(["1", "2"]))
PEOPLE = st.sampled_from(
    [
        person(),
        person(id="U0BEN00001", name="Ben", email=None, groups=frozenset({"@finance-approvers"})),
        person(id="U0EVE00001", name="Eve", email="eve@example.com"),
        person(standing="guest"),
        person(id="U0DEV00001", name="Dev", email="dev@example.com"),
    ]
)
REQUEST = pending(on_behalf_of="dev@example.com")
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda who, outcome, seen, good: approval(
            REQUEST,
            person=who,
            outcome=outcome,
            comment="why",
            seen=seen,
            digest=REQUEST.body.digest if good else "f" * 64,
        ),
        PEOPLE,
        st.sampled_from(list(Outcome)),
        PLACES,
        st.booleans(),
    ),
    st.just(Wake()),
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
    st.builds(TargetsFound, targets=st.sampled_from([(), ("D1",)])),
    st.builds(CardDrawn, target=st.just("#approvals"), place=PLACES, face=st.integers(0, 2)),
    st.builds(TargetLost, target=st.sampled_from(["#approvals", "D1"]), problem=st.just("gone")),
    st.just(RequesterTold()),
    st.just(SlackFailed(problem="internal_error")),
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 30 * 3600 * 1000)), max_size=25)


@given(STEPS)
def test_no_order_of_events_breaks_a_request(steps: list[tuple[Command, int]]):
    request, now = REQUEST, NOW
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
    if before.pending and not after.pending:
        assert_lawful(after, now)


def assert_lawful(request: Request, now: int) -> None:
    decision = request.state.decision
    assert decision is not None
    assert decision.outcome is request.state.status
    assert decision.digest == request.body.digest
    assert request.state.expires_ms is not None
    if request.state.status in (Status.APPROVED, Status.REJECTED, Status.REVISION_REQUESTED):
        assert decision.by[0].id in ("U0ANA00001", "U0BEN00001")
        assert now < request.state.expires_ms
    if request.state.status is Status.EXPIRED:
        assert now >= request.state.expires_ms
    assert due(request)[Lane.CALLBACK] is not None


@given(STEPS)
def test_what_is_stored_is_read_back_the_same(steps: list[tuple[Command, int]]):
    request, now = REQUEST, NOW
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
