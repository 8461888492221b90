"""What is said in the thread of a digest: one word for all of its requests that wait for it."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from app.changes import change
from app.domain.commands import Wake
from app.domain.events import EventType
from app.domain.request import Request
from app.domain.slack_steps import SayNotice
from app.noticing import Noticing
from app.ports import SlackAgain, SlackNever
from policies.plan import Escalation, Stage
from tests import fakes
from tests.builders import approval, evaluation, person, plan
from tests.unit.test_posting import Burst, asked_at, fate_of

BACKUP = "U0CFO00001"
STEPS = (Escalation(after_s=60, ask=(BACKUP,)),)


def each_with_one(name: str) -> object:
    """The plan of a request that asks one person, and a backup after a minute."""
    return evaluation(plan=plan(stages=(Stage(reviewers=(name,)),), escalations=STEPS))


@pytest.fixture
def burst() -> Burst:
    """A digest of five, each with a reviewer of its own."""
    burst = Burst(0)
    people = [f"U0REV0000{n}" for n in range(5)]
    burst.requests = [
        asked_at(burst.store, n, evaluation=each_with_one(one)) for n, one in enumerate(people)
    ]
    burst.work()
    assert burst.cards.digests == [burst.ids()]
    return burst


def escalated(burst: Burst, *positions: int) -> None:
    burst.store.clock += 61_000
    for position in positions:
        change(burst.store, burst.requests[position].id, Wake())


def said(burst: Burst, request: Request) -> list[JsonValue]:
    """What the trail has of notices for a request: the problem of each, or None."""
    trail = burst.store.events(request.id)
    return [one.detail["problem"] for one in trail if one.type is EventType.NOTICE_SAID]


def test_what_escalates_together_is_said_in_one_message_to_all_whom_it_concerns(burst: Burst):
    escalated(burst, *range(5))
    for position in range(5):
        burst.work(position)
    [(shown, kind, to)] = burst.cards.together
    assert (shown, kind) == (burst.ids(), "escalation")
    assert to == ("U0REV00000", BACKUP, "U0REV00001", "U0REV00002", "U0REV00003", "U0REV00004")
    assert burst.cards.said == []
    assert [said(burst, one) for one in burst.requests] == [[None]] * 5
    assert burst.cards.posted == [BACKUP] * 5, "and the backup has their cards"


def test_what_has_nothing_to_say_or_is_decided_is_left_out(burst: Burst):
    escalated(burst, 0, 1, 3)
    decided, by = burst.requests[1], person(id="U0REV00001", email=None)
    change(burst.store, decided.id, approval(decided, person=by, seen=None))
    burst.work(3)
    assert [shown for shown, _, _ in burst.cards.together] == [
        [burst.requests[0].id, burst.requests[3].id]
    ]


def test_what_somebody_else_has_just_said_is_not_said_again(burst: Burst):
    escalated(burst, 0, 1)
    as_it_was = burst.now(1)
    burst.work(0)
    [notice] = as_it_was.state.cards.notices
    [place] = notice.places
    late = SayNotice(kind=notice.kind, at_ms=notice.at_ms, place=place)
    noticing = Noticing(burst.store, burst.cards, fakes.FakeDirectory())
    assert noticing.say(late, as_it_was).problem is None
    assert len(burst.cards.together) == 1


def test_what_slack_limits_is_said_later_of_all(burst: Burst):
    escalated(burst, 0, 1)
    burst.cards.fate = fate_of(SlackAgain("paced", 30.0), "escalation")
    burst.work(0)
    assert burst.lanes.ended[-1] == (burst.requests[0].id, "postponed 30001")
    assert said(burst, burst.requests[0]) == said(burst, burst.requests[1]) == []
    burst.cards.fate = lambda _: None
    burst.work(1)
    assert [len(shown) for shown, _, _ in burst.cards.together] == [2, 2]


def test_what_slack_refuses_for_good_is_not_tried_for_each(burst: Burst):
    escalated(burst, 0, 1)
    burst.cards.fate = fate_of(SlackNever("thread_not_found"), "escalation")
    burst.work(0)
    burst.work(1)
    assert len(burst.cards.together) == 1
    assert [said(burst, one) for one in burst.requests[:2]] == [["thread_not_found"]] * 2
