"""The timeline says what happens to a request that nobody answers, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.hours import later
from policies.plan import Hours, ReviewPlan, Route, Watch
from policies.plans import plan
from policies.review_form import Review
from policies.timeline import Moment, timeline

LONDON = {"zone": "Europe/London", "days": "mon-fri", "open": "09:00-18:00"}
AT = datetime(2026, 12, 24, 16, 0)
WHOLE: dict[str, Any] = {
    "channel": "#approvals",
    "reviewers": ["@ops"],
    "backups": ["cfo@example.com"],
    "sla": {
        "remind": ["30m", "2h", "3h"],
        "escalate": "4h",
        "further": [{"after": "8h", "ask": ["@board", "ceo@example.com"]}],
        "expire": "1d",
    },
}


def planned(**change: Any) -> ReviewPlan:
    return plan(Review.model_validate(WHOLE | change))


def told(one: ReviewPlan | None, at: datetime | None = None, route: Route = Route.REVIEW) -> Any:
    return timeline(route, one, at)


def within_hours(**sla: Any) -> ReviewPlan:
    return planned(sla=WHOLE["sla"] | {"hours": LONDON | {"holidays": "2026-12-25"}} | sla)


def asked(one: ReviewPlan) -> str:
    first: Moment = told(one)[0]
    assert (first.after_s, first.after, first.since) == (0, "at once", "shown")
    return first.what


def test_every_step_is_there_in_order_from_the_asking_to_the_end():
    assert [(moment.after_s, moment.after) for moment in told(planned())] == [
        (0, "at once"),
        (1_800, "30 minutes"),
        (7_200, "2 hours"),
        (10_800, "3 hours"),
        (14_400, "4 hours"),
        (28_800, "8 hours"),
        (86_400, "1 day"),
    ]


def test_reminders_are_replies_and_the_second_brings_a_card_for_each():
    first, second, third = (moment.what for moment in told(planned())[1:4])
    assert first == third == "a reply in the thread mentions those who are still to decide"
    assert second == f"{first}, and each gets a card by direct message"


def test_escalations_say_who_may_decide_from_then_on_and_who_hears_of_it():
    backups, board = (moment.what for moment in told(planned())[4:6])
    assert backups == (
        "cfo@example.com is asked too, by direct message and with a reply that all of #approvals "
        "sees, and may decide from then on"
    )
    assert board.startswith("@board and ceo@example.com are asked too, ")


def test_without_a_channel_all_of_it_goes_by_direct_message():
    at_once, reminded, *_, escalated, _, _ = told(planned(channel=None))
    assert at_once.what == "asked by direct message: @ops, one of whom has to approve"
    assert reminded.what == "a reply to each direct message says that it still waits"
    assert escalated.what == (
        "cfo@example.com is asked too, by direct message, and may decide from then on"
    )


def test_it_ends_without_an_approval():
    assert told(planned())[-1].what == "it expires: not approved, and the workflow is told"


@pytest.mark.parametrize(
    ("change", "who"),
    [
        ({"reviewers": ["ana@example.com"]}, "ana@example.com, who has to approve"),
        ({"quorum": 2}, "@ops, 2 of whom have to approve"),
        (
            {"assign": "least_loaded"},
            "the one of @ops with the fewest open requests; the others may decide too",
        ),
        (
            {"assign": "least_loaded", "quorum": 2, "cap": 5, "overflow": ["@night"]},
            "the 2 of @ops with the fewest open requests; the others may decide too; nobody is "
            "chosen who has 5 open already, and once too few are left @night are asked too",
        ),
        (
            {"assign": "least_loaded", "cap": 5},
            "the one of @ops with the fewest open requests; the others may decide too; nobody is "
            "chosen who has 5 open already, and once too few are left everybody is asked too",
        ),
    ],
)
def test_it_says_who_is_asked_and_how_many_have_to_approve(change, who):
    assert asked(planned(**change)) == f"asked in #approvals: {who}"


def test_the_next_stages_come_after_the_first_by_the_same_clock():
    stages = [{"name": "Legal", "reviewers": ["@legal"]}, {"reviewers": ["@ops"], "quorum": 2}]
    staged = plan(Review.model_validate({"stages": stages, "sla": {"expire": "1d"}}))
    assert asked(staged) == (
        "asked by direct message: Legal, @legal, one of whom has to approve. "
        "Once they have approved: @ops, 2 of whom have to approve. The clock is not restarted"
    )


def test_a_watch_goes_ahead_and_what_a_stopped_one_becomes_is_told_after_it():
    watched = planned().model_copy(update={"watch": Watch(for_s=900)})
    shown, went, *stopped = told(watched, AT)
    assert shown.what == "shown in #approvals to @ops, who can stop it"
    assert (went.after_s, went.at) == (900, datetime(2026, 12, 24, 16, 15, tzinfo=UTC))
    assert went.what == "nobody stopped it: it goes ahead, approved by the policy"
    reviewed = [moment.model_copy(update={"since": "stopped"}) for moment in told(planned())]
    assert stopped == reviewed


def test_a_watch_that_stop_rejects_ends_there():
    watched = planned().model_copy(update={"watch": Watch(for_s=900, stop=Route.REJECT)})
    assert [moment.what for moment in told(watched) if moment.since == "stopped"] == [
        "it is rejected, and the workflow is told that the answer is no"
    ]


@pytest.mark.parametrize(
    ("route", "word"), [(Route.APPROVE, "approved"), (Route.REJECT, "rejected")]
)
def test_where_nobody_is_asked_it_says_so(route, word):
    [moment] = told(None, AT, route)
    assert moment.what == f"it is {word} by the policy, and nobody is asked"
    assert moment.at == AT.replace(tzinfo=UTC)


def test_working_hours_are_told_as_open_time_and_without_days():
    assert [moment.after for moment in told(within_hours())[-2:]] == [
        "8 hours of open time",
        "24 hours of open time",
    ]


def test_a_time_without_a_zone_is_one_by_the_clocks_of_the_hours():
    found = [f"{moment.at:%a %d %H:%M %Z}" for moment in told(within_hours(), AT)]
    assert found == [
        "Thu 24 16:00 GMT",
        "Thu 24 16:30 GMT",
        "Thu 24 18:00 GMT",
        "Mon 28 10:00 GMT",
        "Mon 28 11:00 GMT",
        "Mon 28 15:00 GMT",
        "Wed 30 13:00 GMT",
    ]


def test_one_with_a_zone_is_that_instant():
    summer = datetime(2026, 7, 1, 19, 0, tzinfo=UTC)
    first = told(within_hours(), summer)[0]
    assert (first.at, f"{first.at:%H:%M %Z}") == (summer, "20:00 BST")


def test_without_a_time_there_are_no_instants():
    assert {moment.at for moment in told(within_hours())} == {None}


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.booleans())
def test_the_instants_are_those_at_which_it_happens_and_in_order(at, in_hours):
    one = within_hours() if in_hours else planned()
    moments = told(one, at)
    start_ms = round(moments[0].at.timestamp() * 1000)
    hours: Hours | None = one.hours
    for moment in moments[1:]:
        assert round(moment.at.timestamp() * 1000) == later(start_ms, moment.after_s, hours)
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
