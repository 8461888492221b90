"""Nothing goes silent: damage is found and repaired, and the admins hear of it; and break-glass."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import redis
from prometheus_client.parser import text_string_to_metric_families

from app.store.connection import connect
from tests.world import ANA, World, eventually

ADMINS = "C0ADMIN001"
PLAIN = {"policy": "default", "payload": {"n": 1}}

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def store(world: World) -> Iterator[redis.Redis]:
    client = connect(world.stack.server.url)
    yield client
    client.close()


def test_a_deployment_that_is_well_says_so(world: World):
    """Clock and workers are at work, and the token is good, a moment after the start."""

    def well() -> bool:
        ready = world.web.get("/readyz")
        assert ready.status_code == 200, ready.text
        report = ready.json()
        return report["degraded"] == [] and report["slack_token"]["standing"] == "good"

    eventually(well, what="a deployment that is well")
    assert world.web.get("/readyz").json()["durability"]["level"] == "always"


@pytest.fixture
def audited(store: redis.Redis) -> Callable[[], None]:
    """Has the clock audit now, and waits until it has."""

    def audit() -> None:
        before = store.hget("cs:audit", "ended")

        def ended() -> bool:
            store.delete("cs:audit:turn")  # else it is somebody's turn in 15 s
            return store.hget("cs:audit", "ended") != before

        eventually(ended, what="an audit")

    return audit


def test_what_lost_its_place_is_put_back_counted_and_said_once(
    world: World, store: redis.Redis, audited: Callable[[], None]
):
    waiting, decided = world.ask(**PLAIN), world.ask(**PLAIN)
    for request in (waiting, decided):
        world.card(request["id"])
    audited()
    before = numbers(world)
    world.process("worker").stop()
    world.decide(decided["id"], user=ANA)
    assert store.zrem("cs:due:time", waiting["id"]) == 1
    assert store.zrem("cs:due:callback", decided["id"]) == 1
    world.process("worker").start()
    audited()
    expires = store.hget(f"cs:request:{waiting['id']}", "due:time")
    assert store.zscore("cs:due:time", waiting["id"]) == float(expires or 0) > 0
    assert world.delivered(decided["id"])["type"] == "request.approved"
    for what in ("found", "repaired"):
        name = f"countersign_audit_{what}_total", "lost_due"
        assert numbers(world)[name] == before[name] + 2
    for _ in range(3):
        audited()
    for request in (waiting, decided):
        assert len(heard(world, request["id"])) == 1
    assert numbers(world)["countersign_audit_age_seconds",] < 60
    assert world.get(waiting["id"])["status"] == "pending", "no decision was touched"


def test_while_slack_is_down_a_named_person_decides_and_the_admins_hear_of_it_later(
    world: World, audited: Callable[[], None]
):
    before = numbers(world)
    world.fault(method="*", kind="http_500", times=None)
    request = world.ask(payload={"amount": 9000, "customer": "Acme", "tier": "standard"})
    done = typed(world, request, "--digest", request["digest"])
    assert done.returncode == 0, done.stderr
    assert "break-glass by" in done.stderr
    told = world.delivered(request["id"])
    assert (told["type"], told["data"]["by"][0]["id"]) == ("request.approved", "ana@example.com")
    found = world.get(request["id"])
    assert found["decision"]["break_glass"]["account"]
    audited()
    waiting = ("countersign_alarms_waiting",)
    assert numbers(world)[waiting] >= 1
    world.heal()
    eventually(lambda: heard(world, request["id"]), what="the admins being told")
    audited()
    [message] = heard(world, request["id"])
    assert "Break-glass" in message
    assert "The customer is at the counter." in message
    assert numbers(world)[waiting] == 0
    decisions = ("countersign_break_glass_decisions_total",)
    assert numbers(world)[decisions] == before[decisions] + 1
    again = typed(world, request, "--digest", request["digest"])
    assert again.returncode == 2
    assert "ana@example.com already approved this." in again.stderr


def test_a_callback_that_was_given_up_is_a_finding_until_it_is_sent_again(
    world: World, audited: Callable[[], None]
):
    world.receiver.answer = lambda _: 410
    given_up = ("countersign_callbacks_given_up",)
    before = numbers(world)[given_up]
    request = world.ask(**PLAIN)
    world.decide(request["id"])
    eventually(lambda: numbers(world)[given_up] == before + 1, what="the callback being given up")
    audited()
    [message] = eventually(lambda: heard(world, request["id"]), what="the admins being told")
    assert "Requests whose callback was given up: 1" in message
    world.receiver.answer = lambda _: 204
    world.web.post(f"/v1/requests/{request['id']}/redeliver").raise_for_status()
    eventually(lambda: numbers(world)[given_up] == before, what="the callback being delivered")


def numbers(world: World) -> dict[tuple[str, ...], float]:
    """Everything in /metrics, by name and labels."""
    answer = world.web.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def heard(world: World, words: str) -> list[str]:
    """What the admins were told of this."""
    messages = (json.dumps(one["blocks"]) for one in world.messages(ANA).get(ADMINS, []))
    return [message for message in messages if words in message]


def typed(world: World, request: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Break-glass as an operator types it, with the store's settings alone."""
    settings = {name: world.stack.env()[name] for name in ("REDIS_URL", "COUNTERSIGN_SECRET")}
    words = ["decide", request["id"], "approve", "--by", "ana@example.com"]
    words += ["--reason", "The customer is at the counter.", *options]
    command = [sys.executable, "-c", "from app.cli import main; main()", *words]
    return subprocess.run(
        command, env=settings, capture_output=True, text=True, timeout=60, check=False
    )
