"""What people look at, each only what concerns them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.changes import change
from app.domain.absence import day_of
from app.domain.commands import Standing
from app.domain.errors import (
    NotAnAdmin,
    NotAViewer,
    PersonNotTrusted,
    ReasonRefused,
    RequestNotFound,
)
from app.domain.request import Request, Status
from app.looking import Looking
from app.pausing import Pausing
from policies.plan import Field, Stage
from tests import fakes
from tests.builders import approval, evaluation, opened, plan

ANA, BEN, EVE = "U0ANA00001", "U0BEN00001", "U0EVE00001"


@pytest.fixture
def directory() -> fakes.FakeDirectory:
    return fakes.FakeDirectory()


@pytest.fixture
def looking(directory: fakes.FakeDirectory) -> Looking:
    admins = ("GUS@example.com", "@operators", "U0ADMIN001")
    return replace(fakes.looking(fakes.FakeStore()), directory=directory, admins=admins)


def ask(looking: Looking, *reviewers: str, **changes: Any) -> Request:
    asked = plan(stages=(Stage(reviewers=reviewers or (ANA,)),))
    transition = opened(evaluation=evaluation(plan=asked), **changes)
    looking.store.commit(transition, "op-1")
    return transition.request


@pytest.mark.parametrize("standing", ["guest", "bot", "stranger", "deactivated", "unverified"])
def test_nobody_looks_whom_slack_does_not_vouch_for(
    looking: Looking, directory: fakes.FakeDirectory, standing: Standing
):
    directory.standings[ANA] = standing
    with pytest.raises(PersonNotTrusted):
        looking.viewer(ANA)


def test_a_viewer_comes_with_the_groups_that_they_are_in(
    looking: Looking, directory: fakes.FakeDirectory
):
    directory.people |= {"@finance": [ANA], "@operators": [BEN]}
    assert looking.viewer(ANA).groups == {"@finance"}
    assert not looking.viewer(ANA).admin


def test_admins_are_named_by_id_address_or_group(looking: Looking, directory: fakes.FakeDirectory):
    directory.people["@operators"] = [BEN]
    assert looking.viewer(BEN).admin
    assert looking.viewer("U0ADMIN001").admin


def test_somebody_who_is_not_asked_finds_nothing(looking: Looking):
    request = ask(looking)
    eve = looking.viewer(EVE)
    assert looking.waiting(eve).requests == ()
    assert looking.seen(eve).requests == ()
    assert looking.stats(eve).seen.number == 0
    with pytest.raises(RequestNotFound) as hidden:
        looking.one(eve, request.id)
    with pytest.raises(RequestNotFound) as missing:
        looking.one(eve, "req_" + "0" * 26)
    assert (hidden.value.message, hidden.value.advice) == (
        missing.value.message,
        missing.value.advice,
    )


def test_a_form_that_shows_what_is_for_reviewers_is_for_them_alone(
    looking: Looking, directory: fakes.FakeDirectory
):
    kept = Field(name="amount", label="Amount", type="number", visible="reviewers")
    asked = plan(stages=(Stage(reviewers=(ANA,)),), viewers=(EVE,))
    request = opened(evaluation=evaluation(plan=asked, fields=(kept,))).request
    looking.check_form(request, ANA)
    with pytest.raises(NotAViewer):
        looking.check_form(request, EVE)
    directory.away = True
    with pytest.raises(PersonNotTrusted):
        looking.check_form(request, ANA)
    looking.check_form(opened().request, EVE)


def test_a_queue_holds_what_waits_and_is_not_answered(looking: Looking):
    mine = ask(looking)
    ask(looking, BEN)
    ana = looking.viewer(ANA)
    assert looking.waiting(ana).requests == (mine,)
    change(looking.store, mine.id, approval(mine))
    assert looking.waiting(ana).requests == ()
    assert [one.id for one in looking.decided(ana).requests] == [mine.id]
    assert looking.one(ana, mine.id).state.status is Status.APPROVED


def test_what_is_seen_can_be_narrowed_to_a_policy(looking: Looking):
    request = ask(looking)
    ana = looking.viewer(ANA)
    assert looking.seen(ana, "refund").requests == (request,)
    assert looking.seen(ana, "outbound").requests == ()


def test_what_was_asked_is_found_by_whoever_asked(looking: Looking):
    request = ask(looking, on_behalf_of=EVE)
    assert looking.asked(looking.viewer(EVE)).requests == (request,)
    assert looking.asked(looking.viewer(ANA)).requests == ()


def test_admins_see_everything_and_the_numbers_of_the_day(looking: Looking):
    request, other = ask(looking), ask(looking, BEN)
    change(looking.store, other.id, approval(other, person=fakes.FakeDirectory().member(BEN)))
    admin = looking.viewer("U0ADMIN001")
    assert looking.seen(admin).requests == (request,)
    assert looking.waiting(admin).requests == ()
    day = looking.stats(admin).day
    assert day is not None
    assert (day.open, day.ended[Status.APPROVED]) == (1, 1)
    assert looking.stats(looking.viewer(ANA)).day is None


def test_a_day_is_that_of_where_somebody_lives():
    eleven_pm_utc = 1_790_031_600_000
    assert day_of(eleven_pm_utc, "UTC").isoformat() == "2026-09-21"
    assert day_of(eleven_pm_utc, "Asia/Tokyo").isoformat() == "2026-09-22"
    assert day_of(eleven_pm_utc, "Nowhere/Else").isoformat() == "2026-09-21"


def test_only_admins_pause_and_resume(looking: Looking):
    pausing = Pausing(looking.gate)
    ana, admin = looking.viewer(ANA), looking.viewer("U0ADMIN001")
    for refused in (lambda: pausing.pause(ana, "Why not"), lambda: pausing.resume(ana)):
        with pytest.raises(NotAnAdmin):
            refused()
    assert pausing.pause(admin, " An incident ").reason == "An incident"
    ended = pausing.resume(admin)
    assert ended is not None
    assert ended.by == "U0Admin001 (U0ADMIN001)"
    assert pausing.resume(admin) is None


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 501])
def test_a_pause_needs_a_reason_of_one_line(looking: Looking, reason: str):
    with pytest.raises(ReasonRefused):
        Pausing(looking.gate).pause(looking.viewer("U0ADMIN001"), reason)
