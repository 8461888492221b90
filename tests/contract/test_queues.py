"""Lists of people: merged from the sets of their names, in order, and the same through changes."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from app.changes import change
from app.domain.cards import Place
from app.domain.commands import Cancel, CardDrawn, HandOver, Wake
from app.domain.lists import QueuePage
from app.domain.request import Actor, Request, Status
from app.identifiers import new_operation
from app.ports import EVERYTHING, Queues, RequestStore
from app.store import documents
from app.store.queues import RedisQueues
from app.store.requests import RedisRequests
from policies.plan import Escalation, Outcome, Route, Stage, Watch
from tests.builders import approval, evaluation, person, plan
from tests.contract.conftest import ON_REDIS
from tests.contract.test_requests import opening
from tests.memory.queues import MemoryQueues
from tests.memory.requests import MemoryStore

ANA, BEN, CHLOE, DEV = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0DEV00001"
FINANCE = "@finance-approvers"
BEN_HIMSELF = person(id=BEN, name="Ben", groups=frozenset({FINANCE}))
CLIENT = Actor(kind="client", id="billing", name="billing")
DAY_S = 86_400


@pytest.fixture
def queues(store: RequestStore, request: pytest.FixtureRequest) -> Queues:
    if isinstance(store, RedisRequests):
        return RedisQueues(request.getfixturevalue("client"), store)
    assert isinstance(store, MemoryStore)
    return MemoryQueues(store)


def opened(store: RequestStore, expire_s: int = DAY_S, **changes: Any) -> Request:
    """A request that waits for so long; `reviewers` are those who are asked."""
    reviewers = changes.pop("reviewers", (FINANCE, ANA))
    asked = plan(stages=(Stage(reviewers=reviewers),), expire_s=expire_s, **changes.pop("plan", {}))
    transition = opening(store, evaluation=evaluation(plan=asked), **changes)
    store.commit(transition, new_operation())
    assert transition.after is not None
    return transition.after


def anything(_: Request) -> bool:
    return True


def listed(page: QueuePage) -> list[str]:
    return [one.id for one in page.requests]


def whole(queues: Queues, kind: Any, names: set[str], limit: int = 3, fits=anything) -> list[str]:
    """All pages, one after the other."""
    found, cursor = [], None
    while True:
        page = queues.page(kind, names, cursor, limit, fits)
        found += listed(page)
        cursor = page.cursor
        if cursor is None:
            return found


def test_what_waits_comes_with_the_earliest_due_first(store: RequestStore, queues: Queues):
    late, soon, next_ = (opened(store, days * DAY_S) for days in (3, 1, 2))
    assert whole(queues, "waiting", {ANA}) == [soon.id, next_.id, late.id]
    assert whole(queues, "seen", {ANA}) == [soon.id, next_.id, late.id]


def test_one_list_of_all_names_holds_each_request_once(store: RequestStore, queues: Queues):
    both = opened(store)
    hers = opened(store, 2 * DAY_S, reviewers=(ANA,))
    theirs = opened(store, 3 * DAY_S, reviewers=(FINANCE,))
    opened(store, reviewers=(BEN,))
    names = {ANA, FINANCE, "ana@example.com"}
    assert whole(queues, "waiting", names, limit=1) == [both.id, hers.id, theirs.id]
    assert queues.count("waiting", names).number == 3
    assert queues.count("waiting", {BEN}).number == 1


def test_an_address_means_the_same_in_whatever_case(store: RequestStore, queues: Queues):
    request = opened(store, reviewers=("Ana@Example.com",), on_behalf_of="DEV@example.com")
    assert whole(queues, "waiting", {"ana@example.com"}) == [request.id]
    assert whole(queues, "asked", {"dev@example.com"}) == [request.id]


def test_pages_lead_on_through_many_that_are_due_at_the_same_instant(
    store: RequestStore, queues: Queues
):
    now = store.now()
    expected = [opened(store, opened_ms=now, id=f"req_{n:026d}").id for n in range(17)]
    expected += [opened(store, 2 * DAY_S, opened_ms=now, id=f"req_{n:026d}").id for n in (50, 51)]
    for limit in (1, 3, 16, 17, 19, 40):
        assert whole(queues, "waiting", {ANA, FINANCE}, limit) == expected


@ON_REDIS
def test_pages_lead_on_when_what_they_come_from_is_gone(store: RequestStore, queues: Queues):
    now = store.now()
    ids = [opened(store, opened_ms=now, id=f"req_{n:026d}").id for n in range(0, 60, 10)]
    first = queues.page("waiting", {ANA}, None, 2, anything)
    for request_id in ids[:3]:
        change(store, request_id, Cancel(by=CLIENT))
    passed, between = (opened(store, opened_ms=now, id=f"req_{n:026d}").id for n in (5, 35))
    after = queues.page("waiting", {ANA}, first.cursor, 2, anything)
    assert listed(after) == [ids[3], between]
    assert listed(queues.page("waiting", {ANA}, after.cursor, 9, anything)) == ids[4:]
    assert whole(queues, "waiting", {ANA})[0] == passed


def test_what_was_asked_comes_with_the_newest_first_also_when_decided(
    store: RequestStore, queues: Queues
):
    now = store.now()
    requests = [
        opened(store, opened_ms=now + n // 2, id=f"req_{n:026d}", on_behalf_of=DEV)
        for n in range(5)
    ]
    change(store, requests[2].id, Cancel(by=CLIENT))
    expected = [one.id for one in reversed(requests)]
    assert whole(queues, "asked", {DEV}, 2) == expected
    assert queues.count("asked", {DEV}).number == 5


def test_what_is_decided_leaves_the_lists_of_what_waits_for_those_of_who_decided(
    store: RequestStore, queues: Queues
):
    request = opened(store)
    change(store, request.id, approval(request))
    assert whole(queues, "waiting", {ANA, FINANCE}) == []
    assert whole(queues, "seen", {EVERYTHING}) == []
    assert whole(queues, "decided", {ANA}) == [request.id]
    assert whole(queues, "decided", {BEN}) == []


def test_what_a_policy_decided_stands_in_nobodys_list_but_the_requesters(
    store: RequestStore, queues: Queues
):
    judged = evaluation(Route.APPROVE)
    transition = opening(store, evaluation=judged, on_behalf_of=DEV)
    store.commit(transition, "op-1")
    assert whole(queues, "asked", {DEV}) == [transition.request.id]
    assert whole(queues, "seen", {EVERYTHING, DEV}) == []


def test_viewers_see_what_does_not_wait_for_them(store: RequestStore, queues: Queues):
    request = opened(store, plan={"viewers": ("@auditors",)}, on_behalf_of=DEV)
    for name in ("@auditors", DEV, EVERYTHING):
        assert whole(queues, "seen", {name}) == [request.id]
        assert whole(queues, "waiting", {name}) == []


def test_a_watch_is_due_when_it_goes_ahead_once_it_was_seen(store: RequestStore, queues: Queues):
    review = opened(store, DAY_S)
    watch = opened(store, 9 * DAY_S, plan={"watch": Watch(for_s=3_600)})
    assert whole(queues, "waiting", {ANA}) == [review.id, watch.id]
    place = Place(channel="C0APPROVAL", ts="1.1")
    change(store, watch.id, CardDrawn(target="#approvals", place=place, face=1))
    assert whole(queues, "waiting", {ANA}) == [watch.id, review.id]


def test_backups_have_it_in_their_queue_from_the_escalation_on(store: RequestStore, queues: Queues):
    later = store.now() - 7_200_000
    steps = (Escalation(after_s=3600, ask=(CHLOE,)),)
    request = opened(store, plan={"escalations": steps}, opened_ms=later)
    assert whole(queues, "waiting", {CHLOE}) == []
    assert whole(queues, "seen", {CHLOE}) == [request.id]
    change(store, request.id, Wake())
    assert whole(queues, "waiting", {CHLOE}) == [request.id]


def test_whoever_is_handed_it_has_it_in_their_queue(store: RequestStore, queues: Queues):
    request = opened(store, reviewers=(ANA, "ben@example.com"))
    ben = person(id=BEN, name="Ben", email="ben@example.com")
    handing = HandOver(person=person(), digest=request.digest, to=ben)
    change(store, request.id, handing)
    assert whole(queues, "waiting", {BEN}) == [request.id]


def test_what_does_not_fit_is_passed_over(store: RequestStore, queues: Queues):
    ids = [opened(store, n * DAY_S).id for n in range(1, 10)]

    def fits(request: Request) -> bool:
        return request.id in ids[::3]

    assert whole(queues, "waiting", {ANA}, 2, fits) == ids[::3]
    page = queues.page("waiting", {ANA}, None, 3, fits)
    assert (listed(page), page.cursor) == (ids[::3], None)


@ON_REDIS
def test_a_page_that_finds_little_for_long_leads_on(
    store: RequestStore, queues: Queues, client: redis.Redis
):
    last = opened(store, 9 * DAY_S)
    client.zadd(documents.people_key("waiting", ANA), {f"req_{n:026d}": n for n in range(1_000)})
    page, pages = queues.page("waiting", {ANA}, None, 3, anything), 1
    assert page.requests == ()
    while page.cursor is not None:
        page, pages = queues.page("waiting", {ANA}, page.cursor, 3, anything), pages + 1
    assert listed(page) == [last.id]
    assert pages > 2


@ON_REDIS
@pytest.mark.parametrize("cursor", ["", "tulip", "1:2:3", "-1:req_1", "1e5:req_1", "5:" + "x" * 99])
def test_a_cursor_that_nobody_made_leads_to_the_beginning(
    store: RequestStore, queues: Queues, cursor: str
):
    request = opened(store)
    assert listed(queues.page("waiting", {ANA}, cursor, 3, anything)) == [request.id]


@ON_REDIS
def test_past_a_thousand_a_count_says_at_least(queues: Queues, client: redis.Redis):
    for name, count in ((ANA, 700), (FINANCE, 400)):
        key = documents.people_key("waiting", name)
        client.zadd(key, {f"req_{n:026d}": n for n in range(count)})
    found = queues.count("waiting", {ANA, FINANCE})
    assert (found.number, found.exact) == (700, False)
    assert queues.count("waiting", {ANA}).exact


def test_what_ended_is_counted_by_how(store: RequestStore, queues: Queues):
    began = store.now()
    for outcome in (Outcome.APPROVE, Outcome.APPROVE, Outcome.REJECT):
        request = opened(store)
        change(store, request.id, approval(request, outcome=outcome))
    ended = queues.ended(began - 60_000)
    assert (ended[Status.APPROVED], ended[Status.REJECTED]) == (2, 1)
    assert sum(queues.ended(store.now() + 60_000).values()) == 0
