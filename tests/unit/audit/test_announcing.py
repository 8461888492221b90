"""Slack gets the newest checkpoint, never more than one message a minute, and none twice."""

from __future__ import annotations

import logging

import pytest

from app.audit.announcing import Announcer
from app.ports import SlackAgain
from tests.memory.ledger import MemoryLedger
from tests.unit.audit.test_checkpoint_file import go_on


class Heard:
    """A channel that keeps what it got, unless it is down."""

    def __init__(self) -> None:
        self.down = False
        self.posts: list[tuple[str, int]] = []

    def announce(self, line: str, before: int) -> None:
        if self.down:
            raise SlackAgain("no answer in time")
        self.posts.append((line, before))


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def run(ledger: MemoryLedger, heard: Heard, processes: int = 2) -> None:
    for _ in range(processes):
        Announcer(ledger, heard).run()


def test_each_checkpoint_is_posted_once_whoever_posts(ledger: MemoryLedger):
    heard = Heard()
    for _ in range(3):
        go_on(ledger)
        run(ledger, heard)
    assert heard.posts == [(line, 0) for line in ledger.checkpoints(0, 10)]


def test_of_a_backlog_the_newest_is_posted_with_how_many_it_stands_for(ledger: MemoryLedger):
    heard = Heard()
    go_on(ledger, 5)
    run(ledger, heard)
    assert heard.posts == [(ledger.checkpoints(4, 1)[0], 4)]


def test_a_burst_makes_no_more_than_a_message_a_minute(ledger: MemoryLedger):
    heard = Heard()
    go_on(ledger)
    run(ledger, heard)
    ledger.signed[2] = ledger.signed[1].replace('"seq":1', '"seq":2')
    run(ledger, heard)
    assert len(heard.posts) == 1
    ledger.now += 60_000
    run(ledger, heard)
    assert len(heard.posts) == 2


def test_what_slack_did_not_take_is_posted_later_and_logged_once(
    ledger: MemoryLedger, caplog: pytest.LogCaptureFixture
):
    heard = Heard()
    heard.down = True
    announcer = Announcer(ledger, heard)
    go_on(ledger)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert not announcer.run()
            ledger.now += 15_000
    assert len(caplog.records) == 1
    heard.down = False
    assert announcer.run()
    assert len(heard.posts) == 1
