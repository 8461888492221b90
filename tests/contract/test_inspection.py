"""Every kind of damage, made by hand: it is found, repaired where it can be, and counted."""

from __future__ import annotations

import pytest
import redis

from app.auditor import Auditor
from app.changes import change
from app.domain.absence import Absence
from app.domain.cards import Place
from app.domain.commands import (
    CallbackTried,
    CardDrawn,
    Redeliver,
    ReportResult,
    SlackFailed,
    TargetLost,
)
from app.domain.due import OF_REQUESTS, Lane, due
from app.domain.findings import GRACE_MS, LATEST_MS, Kind, flaws
from app.domain.request import Actor, Request, Status
from app.domain.transition import Transition
from app.ports import Stuck
from app.store import documents
from app.store.absences import RedisAbsences
from app.store.alarms import RedisAlarms
from app.store.bells import Bells
from app.store.inspection import RedisInspection
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.builders import approval
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import contents
from tests.contract.test_requests import open_one

ANA = "U0ANA00001"
DRAWN = CardDrawn(target="#approvals", place=Place(channel="C0APPROVAL", ts="1.1"), face=1)

pytestmark = ON_REDIS


@pytest.fixture
def inspection(client: redis.Redis) -> RedisInspection:
    return RedisInspection(client)


@pytest.fixture
def alarms(client: redis.Redis) -> RedisAlarms:
    return RedisAlarms(client)


@pytest.fixture
def auditor(inspection: RedisInspection, alarms: RedisAlarms) -> Auditor:
    """One that tells nobody, so that what it has to say is logged and gone."""
    return Auditor(inspection, alarms, admins=None)


def audited(auditor: Auditor, client: redis.Redis) -> None:
    """One audit, whoever's turn it is."""
    client.delete("cs:audit:turn")
    assert auditor.run()


def decided(store: RedisRequests) -> Request:
    request = open_one(store)
    change(store, request.id, approval(request, seen=None))
    return store.load(request.id).request


def queued(client: redis.Redis, lane: Lane, request: Request) -> int | None:
    at = client.zscore(f"cs:due:{lane.value}", request.id)
    return None if at is None else int(at)


def due_from(store: RedisRequests, request: Request, lane: Lane) -> int:
    """Where it stands in the due set: a past instant is now."""
    at = due(request)[lane]
    assert at is not None
    return max(at, store.now())


def assert_about(instant: int | None, expected: int) -> None:
    """At that instant, but for the time that the test takes."""
    assert instant is not None
    assert abs(instant - expected) < 60_000


def counted(client: redis.Redis, what: str) -> int:
    return int(client.hget("cs:counters", what) or 0)


def test_what_is_as_it_should_be_is_left_alone(
    store: RedisRequests, auditor: Auditor, client: redis.Redis, caplog: pytest.LogCaptureFixture
):
    open_one(store)
    decided(store)
    before = contents(client, "cs:[dri]*")
    counters = client.hgetall("cs:counters")
    audited(auditor, client)
    assert contents(client, "cs:[dri]*") == before
    assert client.hgetall("cs:counters") == counters
    assert caplog.text == ""


@pytest.mark.parametrize("lane", OF_REQUESTS)
def test_what_is_gone_from_a_due_set_is_put_back(
    store: RedisRequests,
    auditor: Auditor,
    client: redis.Redis,
    lane: Lane,
    caplog: pytest.LogCaptureFixture,
):
    request = decided(store) if lane is Lane.CALLBACK else open_one(store)
    client.zrem(f"cs:due:{lane.value}", request.id)
    audited(auditor, client)
    assert_about(queued(client, lane, request), due_from(store, request, lane))
    assert counted(client, "found:lost_due") == counted(client, "repaired:lost_due") == 1
    assert request.id in caplog.text
    assert "Repaired" in caplog.text
    caplog.clear()
    audited(auditor, client)
    assert counted(client, "found:lost_due") == 1
    assert caplog.text == ""


def away(client: redis.Redis, bells: Bells, until_ms: int) -> None:
    """Ana is away until then, and the people lane has seen that."""
    absences = RedisAbsences(client, bells)
    names = {"person_name": "Ana", "delegate_name": "Ben"}
    absence = Absence(person=ANA, delegate="U0BEN00001", from_ms=0, until_ms=until_ms, **names)
    absences.put(absence, ANA)
    absences.seen(ANA, absence, until_ms)


@pytest.mark.parametrize("place", [None, 3 * LATEST_MS], ids=["gone", "far off"])
def test_an_absence_that_would_never_end_is_put_back(
    lanes: RedisLanes,
    auditor: Auditor,
    client: redis.Redis,
    bells: Bells,
    place: int | None,
    caplog: pytest.LogCaptureFixture,
):
    until_ms = int(client.time()[0]) * 1000 + 60_000
    away(client, bells, until_ms)
    client.zrem("cs:due:people", ANA)
    if place is not None:
        client.zadd("cs:due:people", {ANA: until_ms + place})
    audited(auditor, client)
    assert client.zscore("cs:due:people", ANA) == until_ms
    assert counted(client, "found:lost_due") == counted(client, "repaired:lost_due") == 1
    assert f"(lane people): 1 ({ANA}). Repaired." in caplog.text
    audited(auditor, client)
    assert counted(client, "found:lost_due") == 1
    client.delete(f"cs:request:{ANA}")
    client.zrem("cs:due:people", ANA)
    audited(auditor, client)
    assert [one.request_id for one in lanes.claim(Lane.PEOPLE, 1)] == [ANA]


def test_an_absence_that_somebody_looks_at_is_left_to_them(
    lanes: RedisLanes, auditor: Auditor, client: redis.Redis, bells: Bells
):
    away(client, bells, int(client.time()[0]) * 1000 - 1)
    [claim] = lanes.claim(Lane.PEOPLE, 1)
    client.zrem("cs:due:people", ANA)
    audited(auditor, client)
    assert lanes.claim(Lane.PEOPLE, 1) == []
    lanes.release(claim)
    assert [one.request_id for one in lanes.claim(Lane.PEOPLE, 1)] == [ANA]


def test_what_is_put_off_for_ever_is_brought_forward(
    store: RedisRequests, auditor: Auditor, client: redis.Redis
):
    far, near = open_one(store), open_one(store)
    now = store.now()
    client.zadd("cs:due:slack", {far.id: now + 2 * LATEST_MS, near.id: now + LATEST_MS // 2})
    audited(auditor, client)
    assert_about(queued(client, Lane.SLACK, far), now)
    assert queued(client, Lane.SLACK, near) == now + LATEST_MS // 2, "a back-off is left alone"


def test_what_somebody_is_at_comes_back_when_their_lease_ends(
    store: RedisRequests, lanes: RedisLanes, auditor: Auditor, client: redis.Redis
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    client.zrem("cs:due:slack", request.id)
    audited(auditor, client)
    assert (queued(client, Lane.SLACK, request) or 0) > store.now() + 1_000
    assert lanes.claim(Lane.SLACK, 1) == []
    lanes.release(claim)
    assert [again.request_id for again in lanes.claim(Lane.SLACK, 1)] == [request.id]


@pytest.mark.parametrize("stored", [None, "soon", "nan"])
def test_an_open_request_with_nothing_due_gets_the_time_that_its_state_says(
    store: RedisRequests, auditor: Auditor, client: redis.Redis, stored: str | None
):
    request, key = open_one(store), "due:time"
    client.zrem("cs:due:time", request.id)
    client.hdel(f"cs:request:{request.id}", key)
    if stored is not None:
        client.hset(f"cs:request:{request.id}", key, stored)
    audited(auditor, client)
    assert client.hget(f"cs:request:{request.id}", key) == str(request.state.expires_ms)
    assert queued(client, Lane.TIME, request) == request.state.expires_ms
    assert counted(client, "repaired:nothing_due") == 1


def test_an_open_request_that_nothing_can_happen_to_is_looked_at_once_and_reported(
    store: RedisRequests,
    lanes: RedisLanes,
    auditor: Auditor,
    client: redis.Redis,
    caplog: pytest.LogCaptureFixture,
):
    request = open_one(store)
    state = request.state.model_copy(update={"expires_ms": None})
    client.hset(f"cs:request:{request.id}", "state", state.model_dump_json())
    client.hdel(f"cs:request:{request.id}", "due:time")
    client.zrem("cs:due:time", request.id)
    audited(auditor, client)
    [claim] = lanes.claim(Lane.TIME, 1)
    assert claim.request_id == request.id
    lanes.release(claim)
    assert lanes.claim(Lane.TIME, 1) == [], "it does not keep the lane busy"
    assert "nothing due" in caplog.text
    assert store.load(request.id).request.pending


@pytest.mark.parametrize("lane", OF_REQUESTS)
def test_a_due_time_that_is_too_late_on_record_is_mended(
    store: RedisRequests, auditor: Auditor, client: redis.Redis, lane: Lane
):
    request = decided(store) if lane is Lane.CALLBACK else open_one(store)
    at = due(request)[lane]
    assert at is not None
    late = at + 10 * 86_400_000
    client.hset(f"cs:request:{request.id}", f"due:{lane.value}", late)
    client.zadd(f"cs:due:{lane.value}", {request.id: late})
    audited(auditor, client)
    audited(auditor, client)
    assert_about(queued(client, lane, request), max(at, store.now()))
    assert client.hget(f"cs:request:{request.id}", f"due:{lane.value}") == str(at)
    assert counted(client, "repaired:wrong_due") + counted(client, "repaired:lost_due") >= 1


def test_a_due_time_of_a_version_that_knows_more_is_left_alone_until_it_is_past(
    store: RedisRequests, auditor: Auditor, client: redis.Redis
):
    request, soon = open_one(store), store.now() + 60_000
    client.hset(f"cs:request:{request.id}", "due:time", soon)
    client.zadd("cs:due:time", {request.id: soon})
    audited(auditor, client)
    assert queued(client, Lane.TIME, request) == soon
    past = store.now() - GRACE_MS - 1
    client.hset(f"cs:request:{request.id}", "due:time", past)
    client.zadd("cs:due:time", {request.id: past})
    audited(auditor, client)
    assert queued(client, Lane.TIME, request) == request.state.expires_ms


def test_what_changed_since_it_was_looked_into_is_not_mended(
    store: RedisRequests, inspection: RedisInspection, client: redis.Redis
):
    request = open_one(store)
    client.hdel(f"cs:request:{request.id}", "due:slack")
    [seen] = inspection.look([request.id])
    assert seen.request is not None
    [flaw] = flaws(seen.request, seen.stands, seen.now)
    change(store, request.id, approval(request, seen=None))
    assert not inspection.mend(seen, flaw)
    assert client.hget(f"cs:request:{request.id}", "due:slack") is None
    assert counted(client, "found:wrong_due") == 0


def test_what_is_overdue_is_said_once_and_is_no_longer_once_somebody_is_at_it(
    store: RedisRequests,
    lanes: RedisLanes,
    inspection: RedisInspection,
    auditor: Auditor,
    client: redis.Redis,
    caplog: pytest.LogCaptureFixture,
):
    request = open_one(store)
    client.zadd("cs:due:slack", {request.id: store.now() - GRACE_MS - 5_000})
    for _ in range(3):
        audited(auditor, client)
    assert caplog.text.count("overdue by more than two minutes (lane slack): 1") == 1
    assert counted(client, "found:overdue") == 1
    figures = inspection.figures().lanes
    assert (figures[Lane.SLACK].overdue, figures[Lane.SLACK].overdue_ids) == (1, (request.id,))
    assert figures[Lane.SLACK].oldest_ms >= GRACE_MS
    assert (figures[Lane.TIME].overdue, figures[Lane.TIME].oldest_ms) == (0, 0)
    lanes.claim(Lane.SLACK, 1)
    assert inspection.figures().lanes[Lane.SLACK].overdue == 0


def test_what_was_let_go_undone_is_due_from_then_on(
    store: RedisRequests, lanes: RedisLanes, inspection: RedisInspection
):
    open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    lanes.release(claim)
    assert inspection.figures().lanes[Lane.SLACK].oldest_ms < GRACE_MS


def test_what_is_set_aside_is_said_once(
    store: RedisRequests,
    lanes: RedisLanes,
    auditor: Auditor,
    client: redis.Redis,
    caplog: pytest.LogCaptureFixture,
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    lanes.set_aside(claim, "ValueError")
    for _ in range(3):
        audited(auditor, client)
    assert caplog.text.count("set aside") == 1
    assert request.id in caplog.text
    assert counted(client, "found:set_aside") == 1


def test_a_card_that_slack_keeps_failing_lags_until_it_is_drawn(
    store: RedisRequests, inspection: RedisInspection, auditor: Auditor, client: redis.Redis
):
    request = open_one(store)
    for _ in range(6):
        change(store, request.id, SlackFailed(problem="token_revoked"))
    for _ in range(2):
        audited(auditor, client)
        assert inspection.figures().lasting[Kind.CARD_LAGS] == 1
    assert counted(client, "found:card_lags") == 1
    change(store, request.id, DRAWN)
    audited(auditor, client)
    assert inspection.figures().lasting[Kind.CARD_LAGS] == 0


@pytest.mark.parametrize("damage", ["form", "json", "type", "gone"])
def test_what_can_t_be_read_is_reported_and_holds_up_nobody(
    store: RedisRequests,
    inspection: RedisInspection,
    auditor: Auditor,
    client: redis.Redis,
    damage: str,
):
    broken, lost = open_one(store), open_one(store)
    key = f"cs:request:{broken.id}"
    match damage:
        case "form":
            client.hset(key, "form", "99")
        case "json":
            client.hset(key, "state", '{"version": ')
        case _:
            client.delete(key)
    if damage == "type":
        client.set(key, "something else")
    client.hdel(f"cs:request:{lost.id}", "due:time")
    audited(auditor, client)
    assert inspection.figures().lasting[Kind.UNREADABLE] == 1
    assert counted(client, "found:unreadable") == 1
    assert counted(client, "repaired:nothing_due") == 1


def test_what_is_erased_is_no_case_any_more(
    store: RedisRequests, inspection: RedisInspection, auditor: Auditor, client: redis.Redis
):
    request = open_one(store)
    client.hset(f"cs:request:{request.id}", "form", "99")
    audited(auditor, client)
    client.delete(f"cs:request:{request.id}")
    client.zrem("cs:index:status:pending", request.id)
    audited(auditor, client)
    assert inspection.figures().lasting[Kind.UNREADABLE] == 0


def test_a_round_goes_on_where_the_last_look_ended(
    store: RedisRequests, inspection: RedisInspection, client: redis.Redis
):
    opened = sorted(open_one(store).id for _ in range(5))
    client.delete("cs:due:time")
    pages = [inspection.sweep(Status.PENDING, 2) for _ in range(3)]
    assert [page.done for page in pages] == [False, False, True]
    assert [one for page in pages for one in page.put_back[Lane.TIME]] == opened
    looked = [inspection.next_page(Status.PENDING, 2) for _ in range(4)]
    assert looked == [opened[:2], opened[2:4], opened[4:], opened[:2]]


def test_of_several_clocks_one_audits(inspection: RedisInspection, client: redis.Redis):
    assert inspection.take_turn()
    assert not RedisInspection(client).take_turn()
    inspection.end_turn()
    assert not inspection.take_turn(), "nor again at once"
    assert 0 < client.pttl("cs:audit:turn") <= 15_000
    audited_ms = inspection.figures().audited_ms
    assert audited_ms is not None
    assert audited_ms < 60_000


def test_the_figures_count_what_waits(
    store: RedisRequests, inspection: RedisInspection, client: redis.Redis
):
    assert inspection.figures().audited_ms is None
    open_one(store)
    open_one(store)
    decided(store)
    client.set("cs:paused", "1")
    figures = inspection.figures()
    assert (figures.open, figures.paused, figures.alarms) == (2, True, 0)


def test_what_stands_in_nobodys_list_is_put_there(
    auditor: Auditor, store: RedisRequests, client: redis.Redis, inspection: RedisInspection
):
    """As what the version before stored does, which knew of no lists."""
    request = open_one(store, on_behalf_of="dev@example.com")
    lists = documents.of_people(request)
    client.delete(*lists)
    audited(auditor, client)
    assert {key: client.zscore(key, request.id) for key in lists} == lists
    assert inspection.figures().counters["repaired:unlisted"] == 1
    audited(auditor, client)
    assert inspection.figures().counters["repaired:unlisted"] == 1


def test_what_changed_since_it_was_seen_is_not_put_into_lists_that_it_left(
    store: RedisRequests, client: redis.Redis, inspection: RedisInspection
):
    request = open_one(store)
    client.delete(*documents.of_people(request))
    [seen] = inspection.look([request.id])
    assert seen.unlisted
    change(store, request.id, approval(request))
    assert not inspection.enlist(seen)
    assert client.zscore(documents.people_key("waiting", ANA), request.id) is None


def gave_up(store: RedisRequests) -> Request:
    request = decided(store)
    refusal = CallbackTried(status=410, error=None, retry_after_s=None, took_ms=1, jitter=0.0)
    change(store, request.id, refusal)
    return request


def test_a_callback_that_was_given_up_is_found_until_it_is_sent_again(
    store: RedisRequests, inspection: RedisInspection, auditor: Auditor, client: redis.Redis
):
    first, second = gave_up(store), gave_up(store)
    for _ in range(2):
        audited(auditor, client)
    assert inspection.figures().given_up == Stuck(2, tuple(sorted((first.id, second.id))))
    assert counted(client, "found:given_up") == 1, "one trouble, however long it lasts"
    change(store, first.id, Redeliver(by=Actor(kind="client", id="billing", name="billing")))
    assert inspection.figures().given_up == Stuck(1, (second.id,))


def test_an_approval_that_nobody_used_is_counted_until_its_result_is_told(
    store: RedisRequests, inspection: RedisInspection
):
    request = decided(store)
    flagged = request.changed(unused=True)
    store.commit(Transition(before=request, after=flagged), "flag it")
    assert inspection.figures().unused == 1
    billing = Actor(kind="client", id="billing", name="billing")
    change(store, request.id, ReportResult(by=billing, ok=True, text="Refund sent"))
    assert inspection.figures().unused == 0


def test_what_is_erased_is_not_given_up_any_more(store: RedisRequests, inspection: RedisInspection):
    request = store.load(gave_up(store).id).request
    erase = Transition(before=request, after=None, events=())
    store.commit(erase, "erase it")
    assert inspection.figures().given_up == Stuck()


def test_what_slack_refuses_is_counted_by_its_code_until_something_works(
    store: RedisRequests, inspection: RedisInspection
):
    request = open_one(store)
    change(store, request.id, SlackFailed(problem="token_revoked"))
    assert inspection.figures().refused["token_revoked"] == Stuck(1, (request.id,))
    change(store, request.id, DRAWN)
    assert inspection.figures().refused["token_revoked"] == Stuck()


def test_a_slack_that_is_down_for_a_while_refuses_nothing(
    store: RedisRequests, inspection: RedisInspection
):
    change(store, open_one(store).id, SlackFailed(problem="internal_error"))
    assert set(inspection.figures().refused.values()) == {Stuck()}


def test_a_lost_channel_is_known_with_its_open_requests(
    store: RedisRequests, inspection: RedisInspection
):
    assert inspection.figures().lost == ()
    requests = [open_one(store), open_one(store)]
    for request in requests:
        change(store, request.id, TargetLost(target="#approvals", problem="is_archived"))
    [lost] = inspection.figures().lost
    assert (lost.channel, lost.problem) == ("#approvals", "is_archived")
    assert lost.waiting == Stuck(2, tuple(sorted(request.id for request in requests)))
    assert_about(lost.lost_ms, store.now())
    change(store, requests[0].id, approval(requests[0], seen=None))
    [lost] = inspection.figures().lost
    assert lost.waiting == Stuck(1, (requests[1].id,))
