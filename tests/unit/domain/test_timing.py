"""What time does to a request that waits: reminders, escalation, and expiry at the last."""

from __future__ import annotations

import json
from typing import Any

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import CardDrawn, NoticeSaid, TargetLost, TargetsFound, Wake
from app.domain.due import Lane, due
from app.domain.errors import NotAReviewer
from app.domain.request import Request, Status
from app.domain.slack_steps import FindTargets, PostCard, RedrawCard, SayNotice, next_step
from policies.plan import Escalation, Hours, Route, Stage, Watch
from tests.builders import NOW, after, applied, approval, evaluation, pending, person, plan

HOUR_MS = 3_600_000
HERE = Place(channel="C0APPROVAL", ts="1.1")
BOSS = person(id="U0BOSS0001", name="Bo", email="cfo@example.com")
URGED = {
    "remind_s": (1800, 7200),
    "escalations": (Escalation(after_s=4 * 3600, ask=("cfo@example.com",)),),
}


def waiting(**changes: Any) -> Request:
    request = pending(evaluation=evaluation(plan=plan(**(URGED | changes))))
    return after(request, CardDrawn(target="#approvals", place=HERE, face=1))


def shown(request: Request) -> Request:
    """With the card in the channel up to date."""
    face = request.state.cards.face
    return after(request, CardDrawn(target="#approvals", place=HERE, face=face), NOW + 3 * HOUR_MS)


def heard(request: Request) -> Request:
    """The same, and what there was to say in its thread is said."""
    [notice] = request.state.cards.notices
    said = NoticeSaid(kind=notice.kind, at_ms=notice.at_ms, place=HERE)
    return after(shown(request), said, NOW + 3 * HOUR_MS)


def test_the_first_reminder_is_what_is_due_first():
    assert due(waiting())[Lane.TIME] == NOW + HOUR_MS // 2


def test_a_reminder_is_said_in_the_thread_of_the_card_that_all_can_see():
    request = waiting()
    transition = applied(request, Wake(), NOW + HOUR_MS // 2)
    reminded = transition.after
    assert reminded is not None
    assert [event.type.value for event in transition.events] == ["request.reminded"]
    [notice] = reminded.state.cards.notices
    assert (notice.kind, notice.places) == ("reminder", (HERE,))
    assert due(reminded)[Lane.TIME] == NOW + 2 * HOUR_MS
    assert due(reminded)[Lane.SLACK] == 0


def test_nothing_happens_before_its_time():
    assert lifecycle.apply(waiting(), Wake(), NOW + HOUR_MS // 2 - 1) is None


def test_reminders_that_were_missed_come_once():
    reminded = after(waiting(), Wake(), NOW + 3 * HOUR_MS)
    assert reminded.state.reminded == 1
    assert len(reminded.state.cards.notices) == 1
    assert due(reminded)[Lane.TIME] == NOW + 4 * HOUR_MS
    assert lifecycle.apply(reminded, Wake(), NOW + 3 * HOUR_MS) is None


def twice_reminded() -> Request:
    return after(after(waiting(), Wake(), NOW + HOUR_MS // 2), Wake(), NOW + 2 * HOUR_MS)


def test_one_reminder_makes_no_noise_in_anybodys_own_messages():
    assert next_step(heard(after(waiting(), Wake(), NOW + HOUR_MS // 2))) is None


def test_after_a_second_reminder_everybody_asked_gets_a_card_of_their_own():
    reminded = heard(twice_reminded())
    step = next_step(reminded)
    assert step == FindTargets(refs=("@finance-approvers", "U0ANA00001"))
    found = TargetsFound(refs=step.refs, targets=("D1", "D2"))
    there = after(reminded, found, NOW + HOUR_MS)
    assert next_step(there) == PostCard(target="D1")
    assert there.state.cards.targets == ("#approvals", "D1", "D2")


def test_who_was_looked_up_is_not_looked_up_at_every_reminder():
    reminded = heard(twice_reminded())
    refs = ("@finance-approvers", "U0ANA00001")
    assert next_step(reminded) == FindTargets(refs=refs)
    nobody_there = after(reminded, TargetsFound(refs=refs, targets=()), NOW + HOUR_MS)
    assert not isinstance(next_step(nobody_there), FindTargets)


def test_a_card_in_the_channel_waits_for_no_look_up():
    reminded = after(waiting(), Wake(), NOW + HOUR_MS)
    [copy] = reminded.state.cards.copies
    assert next_step(reminded) == RedrawCard(copy_of=copy)


def test_a_notice_is_said_once_the_card_is_up_to_date_and_then_never_again():
    reminded = shown(after(waiting(), Wake(), NOW + HOUR_MS))
    at_ms = NOW + HOUR_MS
    assert next_step(reminded) == SayNotice(kind="reminder", at_ms=at_ms, place=HERE)
    said = after(reminded, NoticeSaid(kind="reminder", at_ms=at_ms, place=HERE), NOW + HOUR_MS)
    assert not isinstance(next_step(said), SayNotice)
    assert (
        lifecycle.apply(said, NoticeSaid(kind="reminder", at_ms=at_ms, place=HERE), NOW + HOUR_MS)
        is None
    )


def test_what_is_said_late_leaves_the_notice_that_came_meanwhile_to_be_said():
    reminded = after(waiting(), Wake(), NOW + HOUR_MS)
    escalated = after(reminded, Wake(), NOW + 4 * HOUR_MS)
    late = NoticeSaid(kind="reminder", at_ms=NOW + HOUR_MS, place=HERE)
    assert lifecycle.apply(escalated, late, NOW + 4 * HOUR_MS) is None
    step = SayNotice(kind="escalation", at_ms=NOW + 4 * HOUR_MS, place=HERE)
    assert next_step(shown(escalated)) == step


def test_escalation_asks_the_backups_and_the_first_reviewers_still_count():
    escalated = after(waiting(), Wake(), NOW + 4 * HOUR_MS)
    assert escalated.asked == ("@finance-approvers", "U0ANA00001", "cfo@example.com")
    [notice] = escalated.state.cards.notices
    assert notice.kind == "escalation"
    for who in (BOSS, person()):
        decided = after(escalated, approval(escalated, person=who), NOW + 5 * HOUR_MS)
        assert decided.state.status is Status.APPROVED


def test_a_backup_does_not_decide_before_the_escalation():
    request = waiting()
    refused = applied(request, approval(request, person=BOSS))
    assert isinstance(refused.refused, NotAReviewer)


def test_the_backups_get_a_card_of_their_own():
    escalated = heard(after(waiting(remind_s=()), Wake(), NOW + 4 * HOUR_MS))
    assert next_step(escalated) == FindTargets(refs=("cfo@example.com",))


def test_each_further_escalation_asks_more_people():
    further = (*URGED["escalations"], Escalation(after_s=8 * 3600, ask=("ceo@example.com",)))
    request = after(waiting(escalations=further), Wake(), NOW + 4 * HOUR_MS)
    assert request.backups == ("cfo@example.com",)
    request = after(request, Wake(), NOW + 8 * HOUR_MS)
    assert request.backups == ("cfo@example.com", "ceo@example.com")
    assert request.state.escalate_ms == ()


def test_escalations_that_were_missed_come_together():
    further = (*URGED["escalations"], Escalation(after_s=8 * 3600, ask=("ceo@example.com",)))
    request = after(waiting(escalations=further), Wake(), NOW + 9 * HOUR_MS)
    assert request.state.escalated == 2
    assert len(request.state.cards.notices) == 1


def test_what_the_version_before_stored_is_read_as_one_escalation():
    request = waiting()
    stored = json.loads(request.model_dump_json())
    stored["state"] |= {"escalate_ms": NOW + 4 * HOUR_MS, "escalated": False}
    old = stored["body"]["evaluation"]["plan"]
    del old["escalations"]
    old |= {"escalate_s": 4 * 3600, "backups": ["cfo@example.com"]}
    assert Request.model_validate_json(json.dumps(stored)) == request
    old |= {"escalate_s": None, "backups": []}
    stored["state"] |= {"escalate_ms": None}
    read = Request.model_validate_json(json.dumps(stored))
    assert (read.backups, read.state.escalate_ms) == ((), ())


def test_a_decision_leaves_nothing_to_be_said():
    reminded = after(waiting(), Wake(), NOW + HOUR_MS)
    decided = after(reminded, approval(reminded), NOW + HOUR_MS)
    assert decided.state.cards.notices == ()
    assert not isinstance(next_step(decided), SayNotice | FindTargets)


def test_expiry_comes_before_anything_else_that_is_late():
    request = waiting()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    assert after(request, Wake(), expires_ms).state.status is Status.EXPIRED


def test_a_newer_notice_takes_the_place_of_one_that_was_never_said():
    reminded = after(waiting(), Wake(), NOW + HOUR_MS)
    escalated = after(reminded, Wake(), NOW + 4 * HOUR_MS)
    assert [notice.kind for notice in escalated.state.cards.notices] == ["escalation"]


def test_without_a_channel_each_is_reminded_where_their_card_is():
    request = pending(evaluation=evaluation(plan=plan(channel=None, **URGED)))
    refs = ("@finance-approvers", "U0ANA00001")
    request = after(request, TargetsFound(refs=refs, targets=("D1", "D2")))
    places = [Place(channel=name, ts="1.1") for name in ("D1", "D2")]
    for place in places:
        request = after(request, CardDrawn(target=place.channel, place=place, face=1))
    [notice] = after(request, Wake(), NOW + HOUR_MS).state.cards.notices
    assert list(notice.places) == places


def test_when_the_channel_is_lost_the_reviewers_get_cards_of_their_own():
    lost = after(waiting(), TargetLost(target="#approvals", problem="channel_not_found"))
    assert next_step(lost) == FindTargets(refs=("@finance-approvers", "U0ANA00001"))


def test_the_next_stage_is_looked_up_where_there_is_no_channel():
    stages = (Stage(reviewers=("U0ANA00001",)), Stage(reviewers=("lea@example.com",)))
    request = pending(evaluation=evaluation(plan=plan(channel=None, stages=stages)))
    request = after(request, TargetsFound(refs=("U0ANA00001",), targets=("D1",)))
    first = CardDrawn(target="D1", place=Place(channel="D1", ts="1.1"), face=1)
    second = after(after(request, first), approval(request, seen=None))
    drawn = after(second, first.model_copy(update={"face": second.state.cards.face}))
    assert next_step(drawn) == FindTargets(refs=("lea@example.com",))


def test_in_working_hours_only_open_time_counts():
    hours = Hours(zone="UTC", days=tuple(range(7)), open=((0, 60),))
    request = waiting(hours=hours, expire_s=7200, remind_s=(3600,), escalations=())
    times = due(request)[Lane.TIME], request.state.expires_ms
    assert times[0] is not None
    assert times[1] is not None
    assert times[1] - times[0] == 24 * HOUR_MS


def test_nobody_is_reminded_of_a_watch_until_it_is_stopped():
    watch = plan(watch=Watch(for_s=6 * 3600), **URGED)
    request = pending(evaluation=evaluation(Route.WATCH, plan=watch))
    request = after(request, CardDrawn(target="#approvals", place=HERE, face=1))
    assert lifecycle.apply(request, Wake(), NOW + 5 * HOUR_MS) is None
    assert due(request)[Lane.TIME] == request.state.goes_ahead_ms
