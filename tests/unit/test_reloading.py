"""A reload puts a new folder in force as a whole, or leaves everything as it is and says why."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue, SimpleQueue
from threading import Event

import pytest

from app.domain.errors import StoreUnavailable
from app.domain.reload import HANGUP, Order, Report, changed, digest, in_words
from app.reloading import Reloading
from policies.loader import Policies, PolicyErrors, load_folder
from policies.plan import Route

POLICY = """\
policy: {name}
review: {{channel: "#approvals", reviewers: ["@finance-approvers"]}}
rules:
  - {{id: small, when: payload.amount < {below}, then: approve, because: It is small.}}
"""


@dataclass
class FakeRecord:
    """Keeps what it is told; `down` is a store that can't be reached."""

    loaded: list[tuple[dict[str, str], str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    down: bool = False

    def record(self, hashes: Mapping[str, str], by: str, host: str) -> int:
        self._up()
        self.loaded.append((dict(hashes), by))
        return 1_000 * len(self.loaded)

    def refuse(self, problems: int, by: str, host: str) -> None:
        self._up()
        self.refused.append((problems, by))

    def _up(self) -> None:
        if self.down:
            raise StoreUnavailable("The store is away.")


@dataclass
class FakeOrders:
    """Hands on what is put into `news`, and keeps the answers."""

    newest: Order | None = None
    news: list[Order] = field(default_factory=list)
    answers: Queue[tuple[str, Report]] = field(default_factory=Queue)

    def last(self) -> Order | None:
        return self.newest

    def listen(self, heard: Callable[[Order], None], stop: Event) -> None:
        for order in self.news:
            heard(order)

    def answer(self, order_id: str, report: Report) -> None:
        self.answers.put((order_id, report))


class World:
    """A folder of policies and a process that loaded it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("refund", 50)
        self.write("payout", 50)
        self.record, self.orders = FakeRecord(), FakeOrders()
        self.asked: SimpleQueue[Order | None] = SimpleQueue()
        self.fails: Exception | None = None

    def write(self, name: str, below: int) -> None:
        (self.folder / f"{name}.yaml").write_text(POLICY.format(name=name, below=below))

    def start(self) -> Reloading:
        return Reloading(self.load, self.record, self.orders, self.asked)

    def load(self) -> Policies:
        if self.fails is not None:
            raise self.fails
        return load_folder(self.folder)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def route(reloading: Reloading, policy: str = "refund") -> Route:
    return reloading.judge.judge(policy, {"amount": 20}, {}).evaluation.route


def test_what_a_process_starts_with_is_on_record(world: World):
    reloading = world.start()
    [(hashes, by)] = world.record.loaded
    assert by == "startup"
    assert hashes == {name: one.hash for name, one in reloading.judge.policies.items()}
    assert sorted(hashes) == ["default", "payout", "refund"]


def test_a_folder_that_can_not_be_used_is_no_start(world: World):
    (world.folder / "broken.yaml").write_text("policy: [")
    with pytest.raises(PolicyErrors):
        world.start()
    assert world.record.loaded == []


def test_a_reload_puts_the_folder_in_force_as_it_is_now_and_says_what_changed(world: World):
    reloading = world.start()
    before = reloading.report()
    world.write("refund", 10)
    world.write("bonus", 10)
    (world.folder / "payout.yaml").unlink()
    report = reloading.reload("SIGHUP")
    assert report.change is not None
    assert in_words(report.change) == ("added bonus; changed refund; removed payout; 1 unchanged")
    assert route(reloading) is Route.REVIEW
    hashes, by = world.record.loaded[-1]
    assert (by, sorted(hashes)) == ("SIGHUP", ["bonus", "default", "refund"])
    assert report.digest == digest(hashes) == reloading.report()["digest"] != before["digest"]
    assert reloading.report()["since"] != before["since"]


def test_a_reload_of_the_same_folder_changes_nothing(world: World):
    reloading = world.start()
    before = reloading.report()
    report = reloading.reload("SIGHUP")
    assert report.change is not None
    assert in_words(report.change) == "nothing changed; 3 unchanged"
    assert reloading.report() == before


def test_a_folder_that_fails_leaves_the_old_in_force_and_every_problem_is_said(
    world: World, caplog: pytest.LogCaptureFixture
):
    reloading = world.start()
    before = reloading.report()
    world.write("refund", 10)
    (world.folder / "one.yaml").write_text("policy: one\nrevieww: 1\n")
    (world.folder / "two.yaml").write_text("policy: [")
    report = reloading.reload("SIGHUP")
    assert report.change is None
    assert report.digest == before["digest"]
    assert any("one.yaml:2:" in problem for problem in report.problems)
    assert any("two.yaml:1:" in problem for problem in report.problems)
    assert all(problem in caplog.text for problem in report.problems)
    assert route(reloading) is Route.APPROVE
    assert reloading.report() == before
    assert len(world.record.loaded) == 1
    assert world.record.refused == [(len(report.problems), "SIGHUP")]


def test_what_can_not_be_put_on_record_does_not_come_into_force(world: World):
    reloading = world.start()
    world.write("refund", 10)
    world.record.down = True
    report = reloading.reload("SIGHUP")
    assert report.change is None
    assert "record" in report.problems[0]
    assert route(reloading) is Route.APPROVE
    world.record.down = False
    assert reloading.reload("SIGHUP").change is not None
    assert route(reloading) is Route.REVIEW


def test_an_answer_stays_small_however_much_is_wrong(world: World):
    reloading = world.start()
    for number in range(300):
        (world.folder / f"{number}.yaml").write_text("policy: [")
    report = reloading.reload("SIGHUP")
    assert len(report.problems) == 201
    assert report.problems[-1] == "and 100 more"
    assert world.record.refused == [(300, "SIGHUP")]


def test_every_order_is_followed_once_and_answered(world: World):
    first, second = Order(by="operator ana", id="1"), Order(by="operator ben", id="2")
    reloading = world.start()
    world.write("refund", 10)
    world.orders.news = [first, first, second]  # once by the news, once on connecting again
    with reloading.running():
        answered = [world.orders.answers.get(timeout=20) for _ in range(2)]
    assert [order for order, _ in answered] == ["1", "2"]
    assert [by for _, by in world.record.loaded] == ["startup", "operator ana", "operator ben"]
    assert world.orders.answers.empty()


def test_an_order_from_before_the_start_is_not_followed_once_more(world: World):
    old, new = Order(by="operator ana", id="1"), Order(by="operator ana", id="2")
    world.orders.newest = old
    world.orders.news = [old, new]
    with world.start().running():
        answered, _ = world.orders.answers.get(timeout=20)
    assert answered == "2"


def test_a_hangup_reloads_and_nobody_is_answered(world: World):
    reloading = world.start()
    world.write("refund", 10)
    world.asked.put(HANGUP)
    with reloading.running():
        pass  # what was asked for is done before the end
    assert route(reloading) is Route.REVIEW
    assert world.orders.answers.empty()


def test_an_error_that_nobody_foresaw_is_answered_and_the_next_order_is_followed(
    world: World, caplog: pytest.LogCaptureFixture
):
    reloading = world.start()
    world.fails = RuntimeError("secret of the file")
    world.orders.news = [Order(by="operator ana", id="1")]
    with caplog.at_level(logging.ERROR), reloading.running():
        _, report = world.orders.answers.get(timeout=20)
        assert report.change is None
        assert "RuntimeError" in caplog.text
        assert "secret of the file" not in caplog.text
        world.fails = None
        world.asked.put(Order(by="operator ana", id="2"))
        _, report = world.orders.answers.get(timeout=20)
        assert report.change is not None


def test_two_sets_of_the_same_policies_have_one_digest_and_other_sets_another():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert len({digest(one) for one in ({}, {"a": "1"}, {"a": "2"}, {"b": "1"})}) == 4


def test_a_change_names_policies_in_order():
    made = changed({"a": "1", "b": "1", "c": "1"}, {"z": "1", "y": "1", "b": "2", "c": "1"})
    assert (made.added, made.changed, made.removed, made.unchanged) == (
        ("y", "z"),
        ("b",),
        ("a",),
        1,
    )
