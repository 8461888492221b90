"""POST /v1/requests/{id}/consume: an approval is used once, of exactly what was approved."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.changes import change
from app.domain.commands import ApproveEdited
from app.domain.digest import digest
from app.identifiers import new_request_id
from app.reviewing import At
from app.store.embedded import EmbeddedServer
from policies.plan import Outcome
from tests.builders import NOW, evaluation, person
from tests.fakes import FakeJudge
from tests.integration.http.door import NEW, SHOP_KEY, Door
from tests.integration.http.live import running
from tests.integration.http.real import Real, real
from tests.integration.http.world import World
from tests.servers import running_server

CROWD = 50
BODY = json.dumps(NEW).encode()
VALID_S = 900


@pytest.fixture
def world() -> World:
    return World(judge=FakeJudge(valid_s=VALID_S))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def real_one(server: EmbeddedServer) -> Real:
    return real(server.url)


def decided(
    door: Door, world: World | Real, outcome: Outcome = Outcome.APPROVE, **fields: Any
) -> dict[str, Any]:
    opened = door.open(**fields)
    at = At(opened["id"], "U0ANA00001", opened["digest"])
    world.reviewing.decide(at, outcome, comment="Without the shipping, please.")
    return opened


def consume(
    door: Door, request: dict[str, Any], idempotency_key: str | None = None, **changes: Any
) -> httpx2.Response:
    headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
    sent = {"digest": request["digest"], **changes.pop("sent", {})}
    path = f"/v1/requests/{request['id']}/consume"
    return door.post(path, json=sent, headers=headers, **changes)


def refusal(answer: httpx2.Response) -> str:
    assert answer.status_code == 409, answer.text
    assert answer.json()["advice"], "what to do about it"
    return str(answer.json()["code"])


def test_an_approval_is_used_once(door: Door, world: World):
    request = decided(door, world)
    assert door.get(f"/v1/requests/{request['id']}").json()["consumed"] is None
    used = consume(door, request)
    assert used.status_code == 200
    assert used.json()["consumed"] == {"at": "2026-09-21T14:13:20.000Z"}
    assert used.json()["decision"]["payload"] == request["payload"]
    again = consume(door, request)
    assert refusal(again) == "already_consumed"
    assert "2026-09-21T14:13:20.000Z" in again.json()["detail"]
    trail = door.get(f"/v1/requests/{request['id']}/events").json()["events"]
    assert [one["type"] for one in trail].count("decision.consumed") == 1


def test_an_answer_that_was_lost_is_given_again_for_the_same_key(door: Door, world: World):
    request = decided(door, world)
    first = consume(door, request, "run-7")
    again = consume(door, request, "run-7")
    assert again.json() == first.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert refusal(consume(door, request, "run-8")) == "already_consumed"
    assert refusal(consume(door, request)) == "already_consumed"


def test_another_digest_is_refused_and_uses_nothing(door: Door, world: World):
    request = decided(door, world)
    assert refusal(consume(door, request, sent={"digest": "f" * 64})) == "digest_mismatch"
    assert consume(door, request).status_code == 200


def test_what_a_reviewer_made_of_it_is_used_and_not_what_was_asked(door: Door, world: World):
    asked = door.open()
    payload = {**asked["payload"], "amount": 90}
    edited = digest(asked["id"], asked["nonce"], asked["policy_hash"], payload)
    approval = ApproveEdited(
        person=person(),
        digest=asked["digest"],
        payload=payload,
        edited_digest=edited,
        evaluation=evaluation(),
    )
    change(world.store, asked["id"], approval)
    assert refusal(consume(door, asked)) == "digest_mismatch"
    used = consume(door, asked, sent={"digest": edited})
    assert used.json()["decision"]["payload"] == payload


def test_what_waits_is_not_used_and_what_was_refused_never_is(door: Door, world: World):
    waiting = consume(door, door.open())
    assert refusal(waiting) == "not_approved"
    assert "Wait" in waiting.json()["advice"]
    for outcome, status in ((Outcome.REJECT, "rejected"), (Outcome.REVISE, "revision_requested")):
        answer = consume(door, decided(door, world, outcome))
        assert refusal(answer) == "not_approved"
        assert status in answer.json()["detail"]


def test_an_approval_that_nobody_used_in_time_is_refused(door: Door, world: World):
    request = decided(door, world)
    shown = door.get(f"/v1/requests/{request['id']}").json()["decision"]
    assert shown["valid_until"] == "2026-09-21T14:28:20.000Z"
    world.store.clock += VALID_S * 1000
    answer = consume(door, request)
    assert refusal(answer) == "approval_lapsed"
    assert shown["valid_until"] in answer.json()["detail"]


def test_what_the_policy_approved_is_used_in_the_same_way(door: Door):
    request = door.open(policy="refund", payload={"amount": 20})
    assert request["decision"]["valid_until"] == "2026-09-21T14:28:20.000Z"
    assert consume(door, request).status_code == 200
    assert refusal(consume(door, request)) == "already_consumed"


def test_nothing_is_used_during_a_pause_nor_is_the_first_answer_given_again(
    door: Door, world: World
):
    used, unused = decided(door, world), decided(door, world)
    assert consume(door, used, "run-7").status_code == 200
    world.store.lanes.paused = True
    assert refusal(consume(door, unused)) == "paused"
    assert refusal(consume(door, used, "run-7")) == "paused"
    world.store.lanes.paused = False
    assert consume(door, unused).status_code == 200
    assert consume(door, used, "run-7").headers["idempotent-replayed"] == "true"


def test_another_clients_approval_is_as_good_as_none(door: Door, world: World):
    request = decided(door, world)
    nobodys = {"id": new_request_id(NOW), "digest": request["digest"]}
    answers = [consume(door, one, key=SHOP_KEY) for one in (request, nobodys)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert consume(door, request).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"digest": ""},
        {"digest": "F" * 64},
        {"digest": "f" * 64 + "\n"},
        {"digest": "f" * 65},
        {"digest": None},
        {"digest": ["f" * 64]},
        {"payload": {}},
    ],
)
def test_a_body_that_does_not_fit_is_refused(door: Door, world: World, sent: dict[str, Any]):
    answer = consume(door, decided(door, world), sent=sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_half_a_digest_is_refused_in_words_and_with_what_to_do(door: Door, world: World):
    answer = consume(door, decided(door, world), sent={"digest": "5f0c1a9e"}).json()
    assert answer["errors"] == [
        {"field": "digest", "message": "has to be the whole digest, 64 lower-case hex digits"}
    ]
    assert "openapi.json" in answer["advice"]


def test_a_key_that_does_not_fit_is_refused_and_so_are_two(door: Door, world: World):
    request = decided(door, world)
    assert consume(door, request, "k" * 256).json()["code"] == "invalid_request"
    both = [("Idempotency-Key", "run-7"), ("Idempotency-Key", "run-8")]
    headers = httpx2.Headers([("Authorization", "Bearer csk_billing"), *both])
    path = f"/v1/requests/{request['id']}/consume"
    answer = door.client.post(path, json={"digest": request["digest"]}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_keys_differ")


# On a real server.


async def crowd(live: Any, path: str, body: bytes, **headers: str) -> list[Any]:
    """The answers to as many calls at once."""
    calls = [live.call("POST", path, body, **headers) for _ in range(CROWD)]
    return list(await asyncio.gather(*calls))


def approved_there(there: Real) -> tuple[str, bytes]:
    """A path, and what to send to it."""
    with TestClient(there.application) as client:
        request = decided(Door(client), there)
    return f"/v1/requests/{request['id']}/consume", json.dumps(
        {"digest": request["digest"]}
    ).encode()


def test_of_fifty_at_once_exactly_one_acts(real_one: Real):
    path, body = approved_there(real_one)
    with running(real_one.application) as live:
        answers = asyncio.run(crowd(live, path, body))
    assert Counter(status for status, _ in answers) == {200: 1, 409: CROWD - 1}
    codes = {said["code"] for status, said in answers if status == 409}
    assert codes == {"already_consumed"}


def test_of_fifty_at_once_with_one_key_all_have_one_answer(real_one: Real):
    path, body = approved_there(real_one)
    with running(real_one.application) as live:
        answers = asyncio.run(crowd(live, path, body, **{"Idempotency-Key": "run-7"}))
    assert {status for status, _ in answers} == {200}
    assert len({said["consumed"]["at"] for _, said in answers}) == 1


def test_of_fifty_that_ask_at_once_with_one_key_all_have_one_request(real_one: Real):
    with running(real_one.application) as live:
        headers = {"Idempotency-Key": "order-1042"}
        answers = asyncio.run(crowd(live, "/v1/requests", BODY, **headers))
        _, page = asyncio.run(live.call("GET", "/v1/requests"))
    assert {status for status, _ in answers} == {201}
    assert len({said["id"] for _, said in answers}) == 1
    assert len(page["requests"]) == 1


def test_a_real_pause_refuses_and_a_real_resume_lets_on(real_one: Real):
    with TestClient(real_one.application) as client:
        door = Door(client)
        request = decided(door, real_one)
        real_one.gate.pause("operator ana", "Orders look odd.")
        assert refusal(consume(door, request, "run-7")) == "paused"
        real_one.gate.resume("operator ana")
        assert consume(door, request, "run-7").status_code == 200
        real_one.gate.pause("operator ana", "Orders look odd.")
        assert refusal(consume(door, request, "run-7")) == "paused"
