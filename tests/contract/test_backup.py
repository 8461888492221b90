"""A backup that is restored: what was there comes back, and nothing goes ahead by itself."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.auditor import Auditor
from app.changes import change
from app.claims import drain
from app.domain.cards import Place
from app.domain.commands import CardDrawn
from app.domain.due import Lane
from app.domain.errors import RequestNotFound
from app.domain.request import Request, Status
from app.identifiers import new_operation
from app.lanes import TimeLane
from app.store.alarms import RedisAlarms
from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.gate import RedisGate
from app.store.inspection import RedisInspection
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from policies.plan import Route, Watch
from tests.builders import approval, evaluation, plan
from tests.contract.test_requests import opening
from tests.world import eventually

PLACE = Place(channel="C0APPROVAL", ts="1.1")


class Deployment:
    """The store of one server, and what a worker does with what time has come for."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.client = connect(server.url)
        bells = Bells(connect(server.url, text=False))
        self.requests = RedisRequests(self.client, bells)
        self.lanes = RedisLanes(self.client, bells)
        self.gate = RedisGate(self.client, bells)
        self.inspection = RedisInspection(self.client)

    def open(self, **changes: object) -> Request:
        transition = opening(self.requests, **changes)
        self.requests.commit(transition, new_operation())
        return transition.request

    def approve(self, request: Request) -> Request | None:
        return change(self.requests, request.id, approval(request))

    def status(self, request: Request) -> Status:
        return self.requests.load(request.id).request.state.status

    def work(self) -> None:
        drain(self.lanes, Lane.TIME, TimeLane(self.requests, self.lanes), 16)


@dataclass(frozen=True)
class Past:
    """What there was at the backup, what happened to it later, and what came later."""

    told: Request
    watched: Request
    decided_later: Request
    opened_later: Request


def lived(server: EmbeddedServer, backup: Path) -> Past:
    """Some traffic, a backup in the middle of it, more traffic, and the end of that server."""
    there = Deployment(server)
    told, later = there.open(), there.open()
    there.approve(told)
    watch = evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=1, stop=Route.REJECT)))
    watched = there.open(evaluation=watch)
    change(there.requests, watched.id, CardDrawn(target="#approvals", place=PLACE, face=0))
    shutil.copytree(backup.parent / "first" / "appendonlydir", backup)
    there.approve(later)
    past = Past(told, watched, later, there.open())
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    return past


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a path that is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        yield Path(folder)


@pytest.fixture
def past(folder: Path) -> Iterator[Past]:
    server = EmbeddedServer(folder / "first")
    server.start()
    try:
        yield lived(server, folder / "backup")
    finally:
        server.stop()


@pytest.fixture
def restored(folder: Path, past: Past) -> Iterator[Deployment]:
    """The backup under a new server, paused before anything else runs there."""
    shutil.copytree(folder / "backup", folder / "second" / "appendonlydir")
    server = EmbeddedServer(folder / "second")
    server.start()
    there = Deployment(server)
    try:
        there.gate.pause("operator ana", "Restored from a backup")
        yield there
    finally:
        server.stop()


def test_what_was_there_comes_back_and_nothing_goes_ahead_until_somebody_has_looked(
    past: Past, restored: Deployment
):
    assert restored.status(past.told) is Status.APPROVED
    assert restored.status(past.decided_later) is Status.PENDING, "decided after the backup"
    with pytest.raises(RequestNotFound):
        restored.requests.load(past.opened_later.id)

    eventually(lambda: restored.lanes.waits()[Lane.TIME] == 0, what="the end of the watch")
    restored.work()
    assert restored.status(past.watched) is Status.PENDING
    assert restored.lanes.claim(Lane.CALLBACK, 10) == []

    assert Auditor(restored.inspection, RedisAlarms(restored.client), None).run()
    figures = restored.inspection.figures()
    assert figures.counters.get("found:unreadable", 0) == 0
    assert figures.open == 2

    restored.gate.resume("operator ana")
    restored.work()
    assert restored.status(past.watched) is Status.APPROVED
    assert restored.status(past.decided_later) is Status.PENDING, "that takes a person"
    due = {claim.request_id for claim in restored.lanes.claim(Lane.CALLBACK, 10)}
    assert due == {past.told.id, past.watched.id}
    callback = restored.requests.load(past.told.id).request.state.callback
    assert callback is not None
    assert callback.id == f"msg_{past.told.id.removeprefix('req_')}", "its one id, once more"


def test_what_lost_its_place_is_put_back_by_the_auditor(past: Past, restored: Deployment):
    restored.client.delete("cs:due:time", "cs:due:callback")
    assert Auditor(restored.inspection, RedisAlarms(restored.client), None).run()
    assert restored.client.zscore("cs:due:time", past.decided_later.id) is not None
    assert restored.client.zscore("cs:due:callback", past.told.id) is not None
