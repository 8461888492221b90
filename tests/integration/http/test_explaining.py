"""POST /v1/policies/{name}/explain: what would happen and why, with nothing done about it."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.http.body import DRAFT_LIMIT
from app.http.problems import PROBLEMS_SHOWN
from app.http.wire import LARGEST_DRAFT
from app.ports import Explained
from tests.builders import HASH
from tests.fakes import FakeJudge
from tests.integration.http.door import BILLING_KEY, MONITOR_KEY, REFUNDS_KEY, Door
from tests.integration.http.world import World

REFUND = "/v1/policies/refund/explain"
SMALL: dict[str, Any] = {"payload": {"amount": 20}}
DRAFT = """
policy: refund-next
inputs: {amount: {type: number}, card: {type: string, secret: true}}
risk: {impact_radius: payload.amount >= 1000}
review:
  channel: "#approvals"
  stages:
    - {name: finance, reviewers: ["@finance-approvers"], quorum: 2}
    - {reviewers: [ana@example.com]}
rules:
  - {id: known, when: payload.amount < 10 && payload.card == "4242", then: approve, because: Known.}
  - {id: otherwise, then: review, because: Anything else gets a look.}
  - {id: never, then: reject, because: Not reached.}
"""
SECRET = "hunter2"


def explained(
    door: Door, path: str = REFUND, key: str = BILLING_KEY, **sent: Any
) -> dict[str, Any]:
    answer = door.post(path, key=key, json=sent)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_the_policy_in_force_says_what_it_would_do_and_why(door: Door):
    said = explained(door, **SMALL)
    assert (said["policy"], said["draft"]) == ("refund", False)
    assert (said["route"], said["rule"], said["people"]) == ("approve", "routine", None)
    (rule,) = said["rules"]
    assert (rule["reached"], rule["matched"]) == (True, True)
    assert "amount is 20" in rule["phrase"]


def test_a_draft_is_asked_instead_and_says_so(door: Door):
    said = explained(door, payload={"amount": 2000, "card": "x"}, draft=DRAFT)
    assert (said["policy"], said["draft"]) == ("refund-next", True)
    assert said["policy_hash"] != HASH
    assert (said["route"], said["rule"]) == ("review", "otherwise")
    assert [rule["reached"] for rule in said["rules"]] == [True, True, False]
    assert [part["holds"] for part in said["rules"][0]["parts"]] == [False, False]
    assert [flag["raised"] for flag in said["flags"]] == [True]
    assert [(one["name"], one["quorum"]) for one in said["people"]["stages"]] == [
        ("finance", 2),
        (None, 1),
    ]
    assert [button["outcome"] for button in said["people"]["buttons"]] == [
        "approve",
        "revise",
        "reject",
    ]
    assert said["timeline"][-1]["after_s"] > 0


def test_a_draft_may_have_another_name_than_any_that_is_loaded(door: Door):
    path = "/v1/policies/not-there-yet/explain"
    assert explained(door, path, payload={"amount": 1, "card": "x"}, draft=DRAFT)["draft"]
    assert explained(door, path, key=REFUNDS_KEY, payload={"amount": 1, "card": "x"}, draft=DRAFT)


def test_a_secret_input_is_told_neither_in_the_answer_nor_in_the_log(
    door: Door, caplog: pytest.LogCaptureFixture
):
    answer = door.post(REFUND, json={"payload": {"amount": 5, "card": SECRET}, "draft": DRAFT})
    assert answer.status_code == 200
    assert "card is secret" in answer.text
    assert SECRET not in answer.text + caplog.text


def test_nothing_is_opened_and_nothing_is_counted():
    world = World(judge=FakeJudge(most=1))
    with TestClient(world.application) as client:
        door = Door(client)
        for _ in range(3):
            explained(door, **SMALL)
        assert len(world.store) == 0
        opened = [door.open(policy="refund", **SMALL)["status"] for _ in range(2)]
    assert opened == ["approved", "pending"]


def test_an_explanation_works_in_a_place_of_its_own(
    door: Door, world: World, monkeypatch: pytest.MonkeyPatch
):
    places, explain = world.application.state.parts.explainers, world.judge.explain
    taken: list[int] = []

    def counting(*args: Any, **kwargs: Any) -> Explained:
        taken.append(places.borrowed_tokens)
        return explain(*args, **kwargs)

    monkeypatch.setattr(world.judge, "explain", counting)
    explained(door, **SMALL)
    assert taken == [1]


def test_a_client_is_kept_to_its_policies(door: Door):
    answer = door.post("/v1/policies/payout/explain", key=REFUNDS_KEY, json=SMALL)
    assert (answer.status_code, answer.json()["code"]) == (403, "policy_not_allowed")
    assert explained(door, key=REFUNDS_KEY, **SMALL)["rule"] == "routine"


def test_a_policy_that_is_not_loaded_is_not_found(door: Door):
    answer = door.post("/v1/policies/refnd/explain", json=SMALL)
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_not_found")


@pytest.mark.parametrize(
    "name",
    ["Refund", "re%20fund", "%00", "-", "..%2e", "x" * 64, "r" * 5000],
    ids=lambda name: name[:10],
)
@pytest.mark.parametrize("draft", [None, DRAFT], ids=["in force", "draft"])
def test_what_can_not_be_a_name_is_not_repeated(door: Door, name: str, draft: str | None):
    answer = door.post(f"/v1/policies/{name}/explain", json={**SMALL, "draft": draft})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_not_found")
    assert len(answer.text) < 500


def test_a_key_comes_before_the_name_of_a_policy(door: Door):
    for path in (REFUND, "/v1/policies/NONSENSE/explain"):
        assert door.post(path, key=None, json=SMALL).status_code == 401
        assert door.post(path, key="nobody", content=b"{").status_code == 401


def test_a_monitor_may_ask_for_an_explanation_too(door: Door):
    assert explained(door, key=MONITOR_KEY, **SMALL)["rule"] == "routine"


def test_a_payload_that_does_not_fit_is_refused_by_the_policy_that_is_asked(door: Door):
    for sent in ({"payload": {"amount": "20"}}, {"payload": {"amount": 20}, "draft": DRAFT}):
        answer = door.post(REFUND, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (422, "inputs_refused")
        assert answer.json()["errors"][0]["field"].startswith("payload.")


BAD = [
    (b"", 400, "invalid_json"),
    (b"{" + SECRET.encode(), 400, "invalid_json"),
    (b'{"payload": {}, "payload": {"a": "hunter2"}}', 400, "invalid_json"),
    (b'{"payload": {}, "draft": "\\ud800hunter2"}', 400, "invalid_json"),
    (b'["hunter2"]', 422, "invalid_request"),
    (b"{}", 422, "invalid_request"),
    (b'{"payload": "hunter2"}', 422, "invalid_request"),
    (b'{"payload": {}, "draft": ["hunter2"]}', 422, "invalid_request"),
    (b'{"payload": {}, "draft": {"policy": "hunter2"}}', 422, "invalid_request"),
    (b'{"payload": {}, "signals": "hunter2"}', 422, "invalid_request"),
    (b'{"payload": {}, "title": "hunter2"}', 422, "invalid_request"),
    (b'{"payload": {"amount": 9007199254740993}}', 422, "number_too_large"),
    (json.dumps({"payload": {"x": SECRET * 10_000}}).encode(), 413, "field_too_large"),
    (
        json.dumps({"payload": {}, "signals": {"x": SECRET * 3_000}}).encode(),
        413,
        "field_too_large",
    ),
    (json.dumps({"payload": {}, "draft": SECRET * 40_000}).encode(), 413, "field_too_large"),
    (json.dumps({"payload": {}, "draft": SECRET * 150_000}).encode(), 413, "body_too_large"),
    (b'{"payload": {}, "draft": ""}', 422, "draft_refused"),
    (b'{"payload": {}, "draft": "hunter2"}', 422, "draft_refused"),
    (b'{"payload": {}, "draft": "policy: \\u0000"}', 422, "draft_refused"),
    (b'{"payload": {}, "draft": "policy: a\\npolicy: b"}', 422, "draft_refused"),
    (b'{"payload": {}, "draft": "!!python/object:os.system {}"}', 422, "draft_refused"),
]


@pytest.mark.parametrize(("sent", "status", "code"), BAD, ids=lambda value: repr(value)[:40])
def test_a_bad_body_is_refused_by_its_code_and_logged_nowhere(
    door: Door, caplog: pytest.LogCaptureFixture, sent: bytes, status: int, code: str
):
    answer = door.post(REFUND, content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert SECRET not in caplog.text


def test_a_draft_has_to_be_inside_json(door: Door):
    for content_type in ("application/yaml", "text/plain"):
        answer = door.post(REFUND, content=DRAFT, headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_type")


def test_a_field_of_that_name_that_is_near_one_is_recognised(door: Door):
    (error,) = door.post(REFUND, json={**SMALL, "drafft": DRAFT}).json()["errors"]
    assert error == {"field": "drafft", "message": "is not a field; did you mean draft?"}


def test_each_problem_of_a_draft_is_told_with_its_place(door: Door):
    broken = DRAFT.replace("quorum: 2", "quorum: 9x").replace("then: review", "then: revue")
    answer = refused_draft(door, broken)
    assert len(answer.json()["errors"]) == 2
    assert all(error["field"].startswith("line ") for error in answer.json()["errors"])


HOSTILE = {
    "a million anchors": "".join(f"- &a{number} x\n" for number in range(1_000_000)),
    "anchors that fit": "".join(f"- &a{number} x\n" for number in range(20_000)),
    "laughs": "a: &a [x, x]\n" + "b: [*a, *a, *a]\n" * 10_000,
    "deep lists": "[" * 200_000,
    "deep maps": "{a: " * 50_000,
    "many keys": "".join(f"k{number}: 1\n" for number in range(20_000)),
    "one long tag": "!" + "a" * 200_000,
}


@pytest.mark.parametrize("draft", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_draft_ends_in_a_short_answer(door: Door, draft: str):
    answer = door.post(REFUND, json={"payload": {}, "draft": draft})
    assert answer.status_code in (413, 422)
    assert answer.json()["code"] in ("body_too_large", "draft_refused")
    assert len(answer.text) < 2_000


def test_a_draft_with_thousands_of_problems_tells_the_first_of_them(door: Door):
    rules = "".join("  - {id: r, foo: 1}\n" for _ in range(1_000))
    answer = refused_draft(door, f"policy: refund\nrules:\n{rules}")
    assert len(answer.json()["errors"]) == PROBLEMS_SHOWN


def test_a_draft_of_the_largest_size_is_read_however_it_is_escaped(door: Door):
    padding = "я" * ((LARGEST_DRAFT - len(DRAFT.encode()) - 1) // 2)
    largest = f"{DRAFT}#{padding}"
    sent = json.dumps({"payload": {"amount": 1, "card": "x"}, "draft": largest}).encode()
    assert LARGEST_DRAFT - 2 < len(largest.encode()) <= LARGEST_DRAFT < len(sent) < DRAFT_LIMIT
    headers = {"Content-Type": "application/json"}
    assert door.post(REFUND, content=sent, headers=headers).status_code == 200


def test_without_a_store_a_draft_can_still_be_explained(door: Door, world: World):
    world.store.down = True
    assert explained(door, payload={"amount": 5, "card": "x"}, draft=DRAFT)["rule"] == "otherwise"


def refused_draft(door: Door, draft: str) -> httpx2.Response:
    answer = door.post(REFUND, json={"payload": {}, "draft": draft})
    assert (answer.status_code, answer.json()["code"]) == (422, "draft_refused")
    return answer
