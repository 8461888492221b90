"""Looking at requests, lists, cancel, redeliver, events; and only ever one's own."""

from __future__ import annotations

import csv
import io

import pytest

from app.changes import change
from app.domain.commands import CallbackTried
from app.identifiers import new_request_id
from app.reviewing import At
from policies.plan import Outcome
from tests.builders import NOW
from tests.fakes import FakeStore
from tests.integration.http.door import BILLING_KEY, SHOP_KEY, Door
from tests.integration.http.world import World


def test_a_decision_is_seen_by_the_client(door: Door, world: World):
    opened = door.open(callback_url="https://example.com/resume")
    at = At(opened["id"], "U0ANA00001", opened["digest"])
    world.reviewing.decide(at, Outcome.REJECT, comment="Not this month.")
    seen = door.get(f"/v1/requests/{opened['id']}").json()
    assert seen["status"] == seen["decision"]["outcome"] == "rejected"
    assert seen["decision"]["comment"] == "Not this month."
    assert seen["callback"]["outcome"] == "waiting"


def test_requests_are_listed_newest_first_and_page_by_page(door: Door, world: World):
    ids = [_open_later(door, world.store)["id"] for _ in range(5)]
    first = door.get("/v1/requests?limit=2")
    assert [one["id"] for one in first.json()["requests"]] == ids[:-3:-1]
    seen, address = [], "/v1/requests?limit=2"
    while address:
        page = door.get(address)
        seen += [one["id"] for one in page.json()["requests"]]
        address = page.links.get("next", {}).get("url", "")
    assert seen == ids[::-1]
    assert page.json()["cursor"] is None


def test_a_list_can_be_narrowed_and_the_next_page_is_as_narrow(door: Door, world: World):
    for amount in (10, 200, 20, 300):
        _open_later(door, world.store, policy="refund", payload={"amount": amount})
    door.open()
    page = door.get("/v1/requests?status=approved&policy=refund&limit=1")
    assert [one["payload"] for one in page.json()["requests"]] == [{"amount": 20}]
    following = door.get(page.links["next"]["url"]).json()
    assert [one["payload"] for one in following["requests"]] == [{"amount": 10}]
    assert following["cursor"] is None


def test_a_list_comes_as_csv_where_that_is_accepted(door: Door, world: World):
    _open_later(door, world.store, title="=HYPERLINK(1)")
    _open_later(door, world.store)
    answer = door.get("/v1/requests?limit=1", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["vary"] == "Accept"
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["title"] == "Refund 120 USD to Acme"
    older = door.get(answer.links["next"]["url"], headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(older.text, newline=""))
    assert row["title"] == "'=HYPERLINK(1)"


def test_a_request_can_be_withdrawn_once(door: Door):
    opened = door.open()
    cancelled = door.post(f"/v1/requests/{opened['id']}/cancel", json={"reason": "Paid by hand."})
    assert cancelled.status_code == 200
    assert cancelled.json()["status"] == "cancelled"
    assert cancelled.json()["decision"]["comment"] == "Paid by hand."
    again = door.post(f"/v1/requests/{opened['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


def test_a_withdrawal_needs_no_reason_and_no_body(door: Door):
    for body in (b"", b"{}"):
        opened = door.open()
        answer = door.post(
            f"/v1/requests/{opened['id']}/cancel",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.json()["status"] == "cancelled"


def test_a_callback_is_sent_again_under_its_id(door: Door, world: World):
    opened = door.open(
        policy="refund", payload={"amount": 20}, callback_url="https://example.com/resume"
    )
    tried = CallbackTried(status=410, error="gone", retry_after_s=None, took_ms=3, jitter=0)
    change(world.store, opened["id"], tried)
    answer = door.post(f"/v1/requests/{opened['id']}/redeliver")
    assert answer.status_code == 202
    assert answer.json()["callback"]["outcome"] == "waiting"
    assert answer.json()["callback"]["id"] == opened["callback"]["id"]


def test_without_a_callback_there_is_nothing_to_send_again(door: Door):
    answer = door.post(f"/v1/requests/{door.open()['id']}/redeliver")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_redeliver")


def test_the_trail_tells_what_happened_and_by_whom(door: Door):
    opened = door.open(payload={"secret": "hunter2"})
    door.post(f"/v1/requests/{opened['id']}/cancel", json={"reason": "Paid by hand."})
    answer = door.get(f"/v1/requests/{opened['id']}/events")
    trail = answer.json()["events"]
    assert [event["type"] for event in trail] == ["request.opened", "request.cancelled"]
    assert trail[1]["actor"] == "billing"
    assert "hunter2" not in answer.text
    assert "Paid by hand" not in answer.text


def test_a_long_trail_comes_in_pages_and_a_short_one_in_one(door: Door):
    opened = door.open()
    door.post(f"/v1/requests/{opened['id']}/cancel")
    path = f"/v1/requests/{opened['id']}/events"
    whole = door.get(path)
    assert whole.json()["cursor"] is None
    assert "link" not in whole.headers
    first = door.get(f"{path}?limit=1")
    assert first.json()["events"] == whole.json()["events"][:1]
    assert first.headers["link"] == f'<{path}?cursor=1&limit=1>; rel="next"'
    second = door.get(f"{path}?limit=1&cursor={first.json()['cursor']}")
    assert second.json() == {"events": whole.json()["events"][1:], "cursor": None}
    assert door.get(f"{path}?cursor=99").json() == {"events": [], "cursor": None}


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=-1", "cursor=x", "corsur=1"])
def test_a_page_of_a_trail_that_can_not_be_is_refused(door: Door, query: str):
    answer = door.get(f"/v1/requests/{door.open()['id']}/events?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


CALLS = [
    ("GET", ""),
    ("GET", "?wait=30"),
    ("POST", "/cancel"),
    ("POST", "/redeliver"),
    ("GET", "/events"),
]


@pytest.mark.parametrize(("method", "call"), CALLS)
def test_another_clients_request_is_as_good_as_none(
    door: Door, world: World, method: str, call: str
):
    theirs = door.open(callback_url="https://example.com/resume")
    answers = [
        door.call(method, f"/v1/requests/{request_id}{call}", key=SHOP_KEY)
        for request_id in (theirs["id"], new_request_id(NOW), "req_", "x", "%00", "req_" + "u" * 26)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["content-type"] for answer in answers}) == 1
    assert door.get(f"/v1/requests/{theirs['id']}", key=BILLING_KEY).json() == theirs


def test_a_list_shows_only_ones_own(door: Door):
    door.open()
    assert door.get("/v1/requests", key=SHOP_KEY).json() == {"requests": [], "cursor": None}
    csv_of_none = door.get("/v1/requests", key=SHOP_KEY, headers={"Accept": "text/csv"})
    assert csv_of_none.text.count("\r\n") == 1


def test_what_can_not_be_an_id_is_not_looked_up(door: Door, world: World):
    for nonsense in ("1", "req_%2e%2e", "req_" + "A" * 26, new_request_id(NOW) + "%0A"):
        assert door.get(f"/v1/requests/{nonsense}").status_code == 404
    assert world.store.loads == 0


def _open_later(door: Door, store: FakeStore, **fields):
    store.clock += 1
    return door.open(**fields)
