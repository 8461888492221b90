"""What a client that is an admin can do over HTTP, and what it never sees."""

from __future__ import annotations

import json

import pytest

from tests.integration.http.door import ADMIN_KEY, NEW, Door
from tests.integration.http.world import World

SECRET = "hunter2"


def test_an_admin_pauses_looks_and_resumes(door: Door, world: World):
    assert door.get("/v1/admin/status", key=ADMIN_KEY).json()["paused"] is None
    paused = door.post("/v1/admin/pause", key=ADMIN_KEY, json={"reason": "Orders look odd"})
    assert paused.status_code == 200
    assert paused.json()["paused"]["by"] == "client ops"
    assert paused.json()["paused"]["reason"] == "Orders look odd"
    again = door.post("/v1/admin/pause", key=ADMIN_KEY, json={"reason": "Once more"})
    assert again.json() == paused.json() == door.get("/v1/admin/status", key=ADMIN_KEY).json()
    resumed = door.post("/v1/admin/resume", key=ADMIN_KEY)
    assert resumed.json()["paused"] is None
    assert world.gate.shut is None
    assert door.post("/v1/admin/resume", key=ADMIN_KEY, json={}).json() == resumed.json()


def test_the_status_has_what_is_overdue_and_set_aside(door: Door):
    door.open()
    status = door.get("/v1/admin/status", key=ADMIN_KEY).json()
    assert status["open"] == 1
    assert status["lanes"]["slack"] == {"overdue": 2, "set_aside": 1, "set_aside_ids": ["req_1"]}


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 501, "a\u202eb", None])
def test_a_pause_needs_a_reason_of_one_line(door: Door, world: World, reason: str | None):
    refused = door.post("/v1/admin/pause", key=ADMIN_KEY, json={"reason": reason})
    assert refused.status_code == 422
    assert world.gate.shut is None


def test_an_admin_sees_how_anybodys_request_stands_and_nothing_that_is_in_it(door: Door):
    theirs = door.open(
        title=SECRET,
        payload={"note": SECRET},
        context=SECRET,
        metadata={"note": SECRET},
        callback_url=f"https://example.com/{SECRET}",
    )
    path = f"/v1/admin/requests/{theirs['id']}"
    told = door.get(path, key=ADMIN_KEY)
    assert told.json()["client"] == "billing"
    assert (told.json()["status"], told.json()["digest"]) == ("pending", theirs["digest"])
    assert told.json()["asked"] == ["@finance-approvers", "U0ANA00001"]
    door.post(f"/v1/requests/{theirs['id']}/cancel", json={"reason": SECRET})
    ended = door.get(path, key=ADMIN_KEY)
    assert ended.json()["decision"]["outcome"] == "cancelled"
    assert SECRET not in told.text + ended.text
    assert theirs["nonce"] not in told.text, "or short values could be guessed from the digest"
    assert door.get("/v1/admin/requests/nonsense", key=ADMIN_KEY).status_code == 404


def test_an_admin_owns_no_more_than_its_own_and_asks_no_more_than_its_policies(door: Door):
    theirs = door.open()
    assert door.get(f"/v1/requests/{theirs['id']}", key=ADMIN_KEY).status_code == 404
    assert door.post(f"/v1/requests/{theirs['id']}/cancel", key=ADMIN_KEY).status_code == 404
    refused = door.post("/v1/requests", key=ADMIN_KEY, json={**NEW, "policy": "payout"})
    assert refused.json()["code"] == "policy_not_allowed"
    assert "admin" not in json.dumps(theirs)
