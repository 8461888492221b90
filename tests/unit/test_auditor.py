"""What the auditor makes of what it sees, and how it tells the admins."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.auditor import Auditor
from app.domain.alarms import Alarm
from app.domain.due import Lane, due
from app.domain.episodes import Episode
from app.domain.errors import StoreUnavailable
from app.domain.findings import GRACE_MS, Flaw, Kind, Stand
from app.domain.request import Request, Status
from app.ports import (
    Figures,
    LaneFigures,
    LostChannel,
    RecordFigures,
    Seen,
    SlackAgain,
    SlackNever,
    Stuck,
    Swept,
)
from tests.builders import NOW, pending

QUIET = LaneFigures(oldest_ms=0, overdue=0, overdue_ids=(), set_aside=0, aside_ids=())
GLASS = Alarm(at_ms=NOW, kind="break_glass", text="Break-glass: req_1 is approved.", ids=())


def seen(request: Request, **stands: Stand) -> Seen:
    """A request that stands as it should, but in these lanes."""
    queued = {lane: None if at is None else max(at, NOW) for lane, at in due(request).items()}
    right = {lane: Stand(at, queued[lane]) for lane, at in due(request).items()}
    wrong = {Lane(name): stand for name, stand in stands.items()}
    return Seen(request.id, str(request.state.version), request, right | wrong, NOW)


@dataclass
class FakeInspection:
    """Shows what it was given to every look, and notes what is done about it."""

    shown: list[Seen] = field(default_factory=list)
    turn: bool = True
    outrun: bool = False
    down: bool = False
    figured: dict[Lane, LaneFigures] = field(default_factory=dict)
    paused: bool = False
    stuck: dict[str, Any] = field(default_factory=dict)
    now: int = NOW
    mended: list[tuple[str, Flaw]] = field(default_factory=list)
    kept: dict[Kind, set[str]] = field(default_factory=dict)
    ended: int = 0

    def take_turn(self) -> bool:
        return self.turn

    def end_turn(self) -> None:
        self.ended += 1

    def sweep(self, status: Status, limit: int) -> Swept:
        if self.down:
            raise StoreUnavailable("away")
        return Swept(done=True, put_back={}, doubtful=[])

    def sweep_people(self) -> list[str]:
        return []

    def tidy(self, limit: int) -> int:
        return 0

    def next_page(self, status: Status, limit: int) -> list[str]:
        return [one.request_id for one in self.shown] if status is Status.PENDING else []

    def look(self, request_ids: Sequence[str]) -> list[Seen]:
        return [one for one in self.shown if one.request_id in request_ids]

    def enlist(self, one: Seen) -> bool:
        return not self.outrun

    def mend(self, one: Seen, flaw: Flaw) -> bool:
        if not self.outrun:
            self.mended.append((one.request_id, flaw))
        return not self.outrun

    def cases(self, kind: Kind, limit: int) -> list[str]:
        return sorted(self.kept.get(kind, ()))[:limit]

    def keep_cases(self, kind: Kind, bad: Sequence[str], good: Sequence[str]) -> int:
        self.kept[kind] = (self.kept.get(kind, set()) - set(good)) | set(bad)
        return len(self.kept[kind])

    def count(self, found: Mapping[Kind, int]) -> None:
        """Nobody reads it here."""

    def figures(self) -> Figures:
        lanes = dict.fromkeys(Lane, QUIET) | self.figured
        return Figures(self.now, 0, lanes, {}, 0, None, self.paused, {}, **self.stuck)


@dataclass
class FakeAlarms:
    """In memory."""

    outbox: list[Alarm] = field(default_factory=list)
    going_on: dict[str, Episode] = field(default_factory=dict)

    def episodes(self) -> dict[str, Episode]:
        return dict(self.going_on)

    def keep(self, episodes: Mapping[str, Episode], alarms: Sequence[Alarm]) -> None:
        self.going_on = dict(episodes)
        self.outbox += alarms

    def waiting(self, limit: int) -> list[Alarm]:
        return self.outbox[:limit]

    def told(self, alarms: Sequence[Alarm]) -> None:
        self.outbox = [one for one in self.outbox if one not in alarms]


@dataclass
class FakeAdmins:
    """Hears everything, or fails as it is told."""

    fails: SlackAgain | SlackNever | None = None
    heard: list[str] = field(default_factory=list)

    def tell(self, alarms: Sequence[Alarm]) -> None:
        if self.fails is not None:
            raise self.fails
        self.heard += [alarm.text for alarm in alarms]


@pytest.fixture
def admins() -> FakeAdmins:
    return FakeAdmins()


def audited(
    inspection: FakeInspection, admins: FakeAdmins | None, *waiting: Alarm, times: int = 1
) -> list[Alarm]:
    """The alarms that still wait after so many audits."""
    alarms = FakeAlarms(list(waiting))
    auditor = Auditor(inspection, alarms, admins)
    for _ in range(times):
        assert auditor.run()
    return alarms.outbox


def test_another_s_turn_is_theirs(admins: FakeAdmins):
    inspection = FakeInspection(turn=False)
    assert not Auditor(inspection, FakeAlarms([GLASS]), admins).run()
    assert (admins.heard, inspection.ended) == ([], 0)


@pytest.mark.parametrize("outrun", [True, False])
def test_what_stood_in_nobodys_list_is_told_once_it_is_put_there(admins: FakeAdmins, outrun: bool):
    found = replace(seen(pending()), unlisted=True)
    audited(FakeInspection([found], outrun=outrun), admins)
    assert any("missing from the lists of people" in one for one in admins.heard) is not outrun


def test_nothing_is_said_of_what_is_well(admins: FakeAdmins):
    inspection = FakeInspection([seen(pending())])
    assert audited(inspection, admins) == []
    assert (admins.heard, inspection.mended, inspection.ended) == ([], [], 1)


@pytest.mark.parametrize(
    ("kind", "stands"),
    [
        (Kind.NOTHING_DUE, {"time": Stand(None, None)}),
        (Kind.WRONG_DUE, {"slack": Stand(None, None)}),
        (Kind.WRONG_DUE, {"time": Stand(NOW + 10**10, NOW + 10**10)}),
        (Kind.LOST_DUE, {"time": Stand(NOW + 86_400_000, None)}),
    ],
)
def test_what_stands_wrong_is_mended_as_its_state_says_and_told(
    kind: Kind, stands: dict[str, Stand], admins: FakeAdmins
):
    request = pending()
    inspection = FakeInspection([seen(request, **stands)])
    audited(inspection, admins)
    [(mended, flaw)] = inspection.mended
    at = due(request)[flaw.lane]
    assert (mended, flaw.kind, flaw.mended) == (request.id, kind, Stand(at, at))
    assert any(request.id in words and "Repaired" in words for words in admins.heard)


def test_what_was_outrun_is_neither_mended_nor_told(admins: FakeAdmins):
    inspection = FakeInspection([seen(pending(), time=Stand(None, None))], outrun=True)
    audited(inspection, admins)
    assert admins.heard == []


def test_a_request_that_can_t_even_be_judged_holds_up_nobody(
    admins: FakeAdmins, caplog: pytest.LogCaptureFixture
):
    broken = replace(seen(pending()), stands={})
    lost = seen(pending(), time=Stand(None, None))
    inspection = FakeInspection([broken, lost])
    audited(inspection, admins)
    assert [one for one, _ in inspection.mended] == [lost.request_id]
    assert inspection.kept[Kind.UNREADABLE] == {broken.request_id}
    assert f"{broken.request_id} can't be judged" in caplog.text


def test_what_lasts_is_told_once(admins: FakeAdmins):
    late = replace(QUIET, overdue=2, overdue_ids=("req_1", "req_2"), oldest_ms=200_000)
    audited(FakeInspection(figured={Lane.CALLBACK: late}), admins, times=5)
    assert admins.heard == [
        "Requests overdue by more than two minutes (lane callback): 2 (req_1, req_2)."
    ]


def test_callbacks_that_wait_in_a_pause_are_not_overdue(admins: FakeAdmins):
    late = replace(QUIET, overdue=2)
    figured = {Lane.CALLBACK: late, Lane.SLACK: late}
    audited(FakeInspection(figured=figured, paused=True), admins)
    assert ["lane slack" in words for words in admins.heard] == [True]


@pytest.mark.parametrize("failure", [SlackAgain("HTTP 503"), SlackNever("not_in_channel")])
def test_alarms_wait_while_slack_does_not_take_them(
    failure: SlackAgain | SlackNever, admins: FakeAdmins, caplog: pytest.LogCaptureFixture
):
    inspection, alarms, admins.fails = FakeInspection(), FakeAlarms([GLASS]), failure
    auditor = Auditor(inspection, alarms, admins)
    for _ in range(3):
        auditor.run()
    assert alarms.outbox == [GLASS]
    assert caplog.text.count(GLASS.text) == 1, "the log has it at once, and once"
    assert caplog.text.count(failure.problem) == 1
    admins.fails = None
    auditor.run()
    auditor.run()
    assert (admins.heard, alarms.outbox) == ([GLASS.text], [])


def test_without_a_channel_alarms_are_only_logged(caplog: pytest.LogCaptureFixture):
    assert audited(FakeInspection(), None, GLASS, times=2) == []
    [record] = [one for one in caplog.records if one.getMessage() == GLASS.text]
    assert record.levelno == logging.ERROR


def test_alarms_are_told_although_the_audit_breaks_off(admins: FakeAdmins):
    inspection = FakeInspection(down=True)
    with pytest.raises(StoreUnavailable):
        Auditor(inspection, FakeAlarms([GLASS]), admins).run()
    assert admins.heard == [GLASS.text]
    assert inspection.ended == 0, "an audit that broke off is none"


def test_callbacks_that_were_given_up_are_told_once_with_their_requests(admins: FakeAdmins):
    inspection = FakeInspection(stuck={"given_up": Stuck(2, ("req_1", "req_2"))})
    audited(inspection, admins, times=3)
    assert admins.heard == ["Requests whose callback was given up: 2 (req_1, req_2)."]


def test_events_that_nobody_seals_are_told_of_after_two_minutes(admins: FakeAdmins):
    behind = RecordFigures(unsealed=3, unsealed_ms=GRACE_MS)
    inspection = FakeInspection(stuck={"record": behind})
    audited(inspection, admins)
    assert admins.heard == []
    inspection.stuck = {"record": replace(behind, unsealed_ms=GRACE_MS + 1)}
    audited(inspection, admins)
    assert admins.heard == ["Events that nobody sealed for over two minutes: 3."]


def test_a_token_that_slack_refuses_is_told_once_however_many_requests_wait_for_it(
    admins: FakeAdmins, caplog: pytest.LogCaptureFixture
):
    admins.fails = SlackAgain("token_revoked")
    stuck = {"refused": {"token_revoked": Stuck(900, ("req_1",)), "missing_scope": Stuck()}}
    waiting = audited(FakeInspection(stuck=stuck), admins, times=3)
    assert len(waiting) == 1, "it waits until they can be told"
    assert "since it refuses us (token_revoked): 900 (for example req_1)." in waiting[0].text
    assert waiting[0].text in caplog.text


def test_a_channel_that_requests_lose_one_by_one_is_told_of_once_an_hour(admins: FakeAdmins):
    inspection, alarms = FakeInspection(), FakeAlarms()
    auditor = Auditor(inspection, alarms, admins)
    for minute in range(65):
        inspection.now = NOW + minute * 60_000
        waits = Stuck(1, (f"req_{minute}",)) if minute % 2 == 0 else Stuck()
        lost_ms = NOW + minute // 2 * 120_000
        inspection.stuck = {"lost": (LostChannel("#gone", "is_archived", lost_ms, waits),)}
        assert auditor.run()
    words = "Open requests that go on by direct message, without their channel (#gone: is_archived)"
    assert admins.heard[0] == f"{words}: 1 (req_0)."
    assert admins.heard[1].startswith("Still, since ")
    assert len(admins.heard) == 2
    inspection.now, inspection.stuck = NOW + 10 * 3_600_000, {}
    assert auditor.run()
    assert admins.heard[2] == f"Over: {words}."
