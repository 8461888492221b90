"""What `/readyz` says: what is amiss, in words, while requests are still taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from pydantic import JsonValue

from app.domain.due import Lane
from app.domain.errors import ServerUnfit
from app.health import CLOCK_LATE_MS, WORKER_LATE_MS, DeploymentHealth
from app.ports import CLOCK, Token, worker_of
from app.store.fitness import RedisHealth, durability
from tests.builders import NOW
from tests.fakes import FakeGate
from tests.unit.test_auditor import FakeInspection

ALL_AT_WORK: dict[str, int | None] = {CLOCK: 100, **{worker_of(lane): 200 for lane in Lane}}
GOOD = Token("good", None, NOW)


@dataclass
class FakeStoreHealth:
    found: list[str] = field(default_factory=list)
    unfit: bool = False

    def report(self) -> dict[str, JsonValue]:
        if self.unfit:
            raise ServerUnfit("It is a replica.", "Use its primary.")
        return {"durability": {"level": "always"}}

    def troubles(self, report: Mapping[str, JsonValue]) -> list[str]:
        return self.found


@dataclass
class FakePulse:
    seen: dict[str, int | None]

    def beat(self, who: str) -> None:
        """Nobody is at work here."""

    def ages(self) -> Mapping[str, int | None]:
        return self.seen


@dataclass
class FakeTokens:
    token: Token

    def known(self) -> Token:
        return self.token


def health(
    seen: Mapping[str, int | None] | None = None,
    token: Token = GOOD,
    store: FakeStoreHealth | None = None,
) -> DeploymentHealth:
    return DeploymentHealth(
        store=store or FakeStoreHealth(),
        pulse=FakePulse({**ALL_AT_WORK, **(seen or {})}),
        tokens=FakeTokens(token),
        gate=FakeGate(),
        inspection=FakeInspection(),
        policies=lambda: {"loaded": 5},
    )


def degraded(**given: object) -> str:
    found = health(**given).report()["degraded"]  # type: ignore[arg-type]
    assert isinstance(found, list)
    return " ".join(map(str, found))


def test_with_everybody_at_work_nothing_is_amiss():
    report = health().report()
    assert report["degraded"] == []
    assert report["clock_seen_seconds_ago"] == 0.1
    assert report["workers_seen_seconds_ago"] == {lane.value: 0.2 for lane in Lane}
    assert report["slack_token"] == {
        "standing": "good",
        "problem": None,
        "asked": "2026-09-21T14:13:20.000Z",
    }
    assert report["durability"] == {"level": "always"}
    assert (report["paused"], report["policies"]) == (None, {"loaded": 5})


@pytest.mark.parametrize("age", [CLOCK_LATE_MS + 1, None])
def test_a_clock_that_stands_still_is_said_with_what_it_means(age: int | None):
    told = degraded(seen={CLOCK: age})
    assert "No clock has been at work" in told
    assert "See that `clock` runs" in told


def test_a_clock_that_was_late_by_less_is_not_dead():
    assert degraded(seen={CLOCK: CLOCK_LATE_MS}) == ""


@pytest.mark.parametrize("age", [WORKER_LATE_MS + 1, None])
def test_lanes_without_a_worker_are_named(age: int | None):
    told = degraded(seen={worker_of(Lane.SLACK): age})
    assert "in these lanes: slack." in told
    assert "nothing of it is lost" in told


def test_a_token_that_slack_refuses_is_named_with_its_code():
    told = degraded(token=Token("refused", "token_revoked", NOW))
    assert "refuses the bot's token (token_revoked)" in told


def test_a_slack_that_does_not_answer_says_nothing_against_the_token():
    assert "Slack does not answer (no answer in time)" in degraded(
        token=Token("unknown", "no answer in time", NOW)
    )


def test_before_anybody_asked_slack_nothing_is_held_against_it():
    assert degraded(token=Token()) == ""


def test_what_the_store_has_to_say_comes_first():
    assert degraded(store=FakeStoreHealth(found=["Mend the disk."])) == "Mend the disk."


def test_an_unfit_store_is_no_matter_of_degrees():
    with pytest.raises(ServerUnfit):
        health(store=FakeStoreHealth(unfit=True)).report()


def test_the_figures_have_the_pulse_and_the_token():
    figures = health(token=Token("refused", "invalid_auth", NOW)).figures()
    assert figures.pulse == ALL_AT_WORK
    assert figures.standing == "refused"


AOF = {"aof_enabled": 1, "aof_last_write_status": "ok", "aof_last_bgrewrite_status": "ok"}


@pytest.mark.parametrize(
    ("written", "level", "words"),
    [
        ("always", "always", "neither in a crash nor when power fails"),
        ("everysec", "everysec", "last second or two when power fails"),
        ("no", "no", "last half minute or more"),
        ("unknown", "unknown", "does not tell how often"),
        ("something new", "unknown", "does not tell how often"),
    ],
)
def test_durability_says_what_may_be_lost(written: str, level: str, words: str):
    told = durability(AOF, written)
    assert told["level"] == level
    assert words in str(told["may_lose"])


def test_without_an_append_only_file_there_is_no_durability_whatever_is_set():
    assert durability({"aof_enabled": 0}, "always")["level"] == "none"


def test_with_replicas_a_failover_is_spoken_of():
    assert "failover" in str(durability({**AOF, "connected_slaves": 1}, "always")["may_lose"])
    assert "failover" not in str(durability(AOF, "always")["may_lose"])


def test_a_rewrite_that_failed_is_trouble_before_the_disk_is_full():
    failed = {**AOF, "aof_last_bgrewrite_status": "err"}
    report: dict[str, JsonValue] = {"durability": durability(failed, "always"), "faults": []}
    [trouble] = RedisHealth.troubles(report)
    assert "could not rewrite" in trouble
