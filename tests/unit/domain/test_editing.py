"""Approve with edits: what is approved is what the reviewer made of it, under the plan for that."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Cards, Place
from app.domain.commands import ApproveEdited, CardDrawn, Staffed, Stop, TargetLost, Wake
from app.domain.digest import digest
from app.domain.due import Lane, due
from app.domain.errors import (
    AlreadyDecided,
    CommentRequired,
    ConfirmationWrong,
    DigestMismatch,
    EditRefused,
    OutcomeNotOffered,
)
from app.domain.request import Away, Request, Status
from app.domain.slack_steps import PostCard, next_step
from policies.plan import Choice, Escalation, Evaluation, Outcome, Route, Stage, Watch
from tests.builders import HASH, NOW, after, applied, approval, evaluation, pending, plan
from tests.unit.domain.cast import ANA, BEN, CHLOE, EVE, FAY, FINANCE, opened_with, somebody

TWO = plan(stages=(Stage(reviewers=(FINANCE, ANA, CHLOE), quorum=2),))


def edit(
    request: Request,
    who: str = ANA,
    judged: Evaluation | None = None,
    changes: dict[str, Any] | None = None,
    **more: Any,
) -> ApproveEdited:
    payload = {**request.payload, **({"amount": 90} if changes is None else changes)}
    given: dict[str, Any] = {
        "person": somebody(who),
        "outcome": Outcome.APPROVE,
        "digest": request.digest,
        "payload": payload,
        "edited_digest": digest(request.id, request.body.nonce, HASH, payload),
        "evaluation": judged or evaluation(plan=request.plan),
    }
    return ApproveEdited(**(given | more))


def test_the_edit_and_its_authors_approval_are_one_decision_on_a_digest_of_its_own():
    request = pending()
    decided = applied(request, edit(request))
    assert decided.request.state.status is Status.APPROVED
    assert decided.request.payload == {"amount": 90, "customer": "Acme"}
    assert decided.request.body.payload == {"amount": 120, "customer": "Acme"}
    assert decided.request.digest != request.digest
    assert decided.request.state.decision is not None
    assert decided.request.state.decision.digest == decided.request.digest
    assert [one.type.value for one in decided.events] == ["request.edited", "request.decided"]
    assert decided.events[0].detail["fields"] == ["amount"]
    assert decided.request.state.version == request.state.version + 1


def test_the_callback_has_what_was_approved_and_what_was_changed():
    request = pending()
    message = applied(request, edit(request)).message
    assert message is not None
    assert '"payload":{"amount":90,"customer":"Acme"}' in message
    assert '"changes":[{"field":"amount","kind":"changed","before":120,"after":90}]' in message


def test_whoever_answered_before_has_to_look_again():
    opened = opened_with(TWO)
    request = after(opened, approval(opened, person=somebody(BEN)))
    edited = after(request, edit(request))
    assert edited.pending
    assert [vote.by.id for vote in edited.state.votes] == [ANA]
    assert edited.state.votes[0].digest == edited.digest
    old = approval(request, person=somebody(BEN), digest=request.digest)
    refused = applied(edited, old)
    assert isinstance(refused.refused, DigestMismatch)
    again = after(edited, approval(edited, person=somebody(BEN), digest=edited.digest))
    assert again.state.status is Status.APPROVED


def test_whoever_rejected_before_has_to_look_again_too():
    opened = opened_with(TWO.model_copy(update={"reject_quorum": 2}))
    reject = approval(opened, person=somebody(BEN), outcome=Outcome.REJECT)
    edited = after(after(opened, reject), edit(opened))
    assert edited.state.rejections == ()
    again = approval(edited, person=somebody(CHLOE), outcome=Outcome.REJECT, digest=edited.digest)
    assert after(edited, again).pending


def test_a_stricter_rule_for_what_it_became_decides_it():
    request = pending()
    stricter = evaluation(rule="large", plan=TWO)
    edited = after(request, edit(request, judged=stricter, changes={"amount": 9000}))
    assert edited.pending
    assert edited.plan == TWO
    assert len(edited.state.votes) == 1


def test_whoever_may_not_decide_what_it_became_can_not_edit_it_so():
    request = pending()
    others = evaluation(rule="huge", plan=plan(stages=(Stage(reviewers=(CHLOE,)),)))
    with pytest.raises(EditRefused, match="others have to decide"):
        lifecycle.apply(request, edit(request, judged=others), NOW + 1)


def test_what_the_policy_refuses_nobody_approves_by_an_edit():
    request = pending()
    refused = evaluation(Route.REJECT, because="Never so much.")
    with pytest.raises(EditRefused, match="Never so much"):
        lifecycle.apply(request, edit(request, judged=refused), NOW + 1)


def test_an_edit_that_changes_nothing_is_none():
    request = pending()
    with pytest.raises(EditRefused, match="Nothing is changed"):
        lifecycle.apply(request, edit(request, changes={"amount": 120.0}), NOW + 1)


def test_an_edit_of_what_somebody_else_has_edited_meanwhile_is_refused():
    request = opened_with(TWO)
    edited = after(request, edit(request, BEN))
    late = edit(request, ANA, changes={"amount": 80})
    assert isinstance(applied(edited, late).refused, DigestMismatch)


def test_editing_again_and_again_wins_no_time():
    request = opened_with(TWO)
    longer = TWO.model_copy(update={"expire_s": TWO.expire_s * 9})
    edited = after(request, edit(request, judged=evaluation(plan=longer)))
    assert edited.state.expires_ms == request.state.expires_ms
    shorter = TWO.model_copy(update={"expire_s": 60})
    edited = after(request, edit(request, judged=evaluation(plan=shorter)), NOW + 1_000)
    assert edited.state.expires_ms == NOW + 61_000


def test_what_has_to_be_typed_has_to_be_typed_or_be_what_was_changed():
    wants = plan(confirm="customer")
    request = opened_with(wants)
    with pytest.raises(ConfirmationWrong):
        lifecycle.apply(request, edit(request), NOW + 1)
    typed = edit(request, confirmation="Acme")
    assert after(request, typed).state.status is Status.APPROVED
    changed = edit(request, changes={"customer": "Other"})
    assert after(request, changed).state.status is Status.APPROVED


def test_of_what_was_edited_the_new_value_has_to_be_typed():
    request = opened_with(TWO.model_copy(update={"confirm": "amount"}))
    edited = after(request, edit(request))
    seen = {"person": somebody(BEN), "digest": edited.digest}
    with pytest.raises(ConfirmationWrong):
        lifecycle.apply(edited, approval(edited, confirmation="120", **seen), NOW + 2_000)
    right = approval(edited, confirmation="90", **seen)
    assert after(edited, right).state.status is Status.APPROVED


def test_a_watch_and_what_is_decided_are_not_edited():
    watched = pending(
        evaluation=evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=900, stop=Route.REVIEW)))
    )
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(watched, edit(watched), NOW + 1)
    request = pending()
    decided = after(request, approval(request))
    with pytest.raises(AlreadyDecided):
        lifecycle.apply(decided, edit(decided), NOW + 2_000)


def test_the_others_are_told_that_they_have_to_look_again():
    request = opened_with(TWO)
    shown = request.model_copy(
        update={
            "state": request.state.model_copy(
                update={"cards": request.state.cards.model_copy(update={"copies": ()})}
            )
        }
    )
    edited = after(shown, edit(shown, seen=approval(shown).seen))
    assert [notice.kind for notice in edited.state.cards.notices] == ["edited"]
    assert due(edited)[Lane.SLACK] == 0


STAGES = plan(stages=(Stage(reviewers=(FINANCE, EVE)), Stage(reviewers=(EVE, CHLOE))))
URGED = plan(
    stages=(Stage(reviewers=(ANA, BEN)),), escalations=(Escalation(after_s=60, ask=(EVE,)),)
)


def in_the_second_stage() -> Request:
    request = opened_with(STAGES)
    passed = after(request, approval(request, person=somebody(BEN)))
    assert passed.state.stage == 1
    return passed


def test_what_was_edited_in_a_later_stage_is_looked_at_in_the_first_one_again():
    request = in_the_second_stage()
    edited = after(request, edit(request, EVE))
    assert (edited.pending, edited.state.stage) == (True, 1)
    assert [(vote.by.id, vote.stage) for vote in edited.state.votes] == [(EVE, 0)]


def test_whoever_is_asked_in_a_later_stage_alone_can_not_edit():
    request = in_the_second_stage()
    with pytest.raises(EditRefused, match="others have to decide"):
        lifecycle.apply(request, edit(request, CHLOE), NOW + 2_000)


def test_a_choice_that_needs_words_needs_them_with_an_edit_too():
    free = plan(
        choices=(
            Choice(
                id="other",
                label="Other",
                outcome=Outcome.APPROVE,
                effect="It is taken.",
                comment=True,
            ),
        )
    )
    request = opened_with(free)
    with pytest.raises(CommentRequired):
        lifecycle.apply(request, edit(request, choice="other", comment=" "), NOW + 1)
    said = edit(request, choice="other", comment="Take the old one.")
    assert after(request, said).state.status is Status.APPROVED


def test_another_plan_is_shown_in_its_own_channel_too():
    request = opened_with(TWO)
    place = Place(channel="C1", ts="1")
    shown = after(request, CardDrawn(target="#approvals", place=place, face=1))
    large = TWO.model_copy(update={"channel": "#large"})
    edited = after(shown, edit(shown, judged=evaluation(plan=large)))
    assert edited.state.cards.targets == ("#approvals", "#large")
    redrawn = CardDrawn(target="#approvals", place=place, face=edited.state.cards.face)
    quiet = after(edited, redrawn).state.cards.model_copy(update={"notices": ()})
    assert next_step(with_cards(edited, quiet)) == PostCard(target="#large")


def test_a_channel_that_is_lost_is_not_tried_again():
    large = TWO.model_copy(update={"channel": "#large"})
    request = after(opened_with(TWO), TargetLost(target="#large", problem="gone"))
    edited = after(request, edit(request, judged=evaluation(plan=large)))
    assert edited.state.cards.targets == ("#approvals",)


def with_cards(request: Request, cards: Cards) -> Request:
    state = request.state.model_copy(update={"cards": cards})
    return request.model_copy(update={"state": state})


def test_a_stand_in_edits_for_whoever_may_decide_what_it_becomes():
    request = opened_with(TWO)
    away = (Away(person=ANA, delegate=FAY, until_ms=NOW + 9_000_000, personal=True),)
    staffed = after(request, Staffed(stage=0, away=away, assigned=(), overflowed=False))
    other = TWO.model_copy(update={"expire_s": 3_600})
    edited = after(
        staffed, edit(staffed, FAY, judged=evaluation(plan=other), absent=(somebody(ANA),))
    )
    assert [(one.by.id, one.by.in_place_of) for one in edited.state.votes] == [(FAY, ANA)]


def test_who_was_asked_by_an_escalation_may_edit_under_the_same_plan_alone():
    request = after(opened_with(URGED), Wake(), NOW + 60_000)
    assert after(request, edit(request, EVE), NOW + 60_001).state.status is Status.APPROVED
    other = URGED.model_copy(update={"expire_s": 3_600})
    with pytest.raises(EditRefused, match="others have to decide"):
        lifecycle.apply(request, edit(request, EVE, judged=evaluation(plan=other)), NOW + 60_001)


def test_who_was_chosen_stays_so_under_the_same_plan_alone():
    request = opened_with(TWO)
    chosen = after(request, Staffed(stage=0, away=(), assigned=(BEN,), overflowed=True))
    same = after(chosen, edit(chosen))
    assert (same.state.assigned, same.state.overflowed) == ((BEN,), True)
    other = evaluation(plan=TWO.model_copy(update={"expire_s": 60}))
    anew = after(chosen, edit(chosen, judged=other))
    assert (anew.state.assigned, anew.state.overflowed) == ((), False)


def test_another_plan_asks_and_reminds_from_its_beginning():
    request = after(opened_with(URGED), Wake(), NOW + 60_000)
    other = URGED.model_copy(update={"stages": TWO.stages, "remind_s": (30,)})
    edited = after(request, edit(request, judged=evaluation(plan=other)), NOW + 70_000)
    assert (edited.state.escalated, edited.state.escalate_ms) == (0, (NOW + 130_000,))
    assert edited.state.remind_ms == (NOW + 100_000,)


def test_past_the_cap_on_asking_again_the_backups_are_asked_at_once_of_an_edit_too():
    capped = URGED.model_copy(update={"revisions": 2})
    request = pending(revision=4, evaluation=evaluation(plan=capped))
    assert request.state.escalated == 1
    other = capped.model_copy(update={"stages": TWO.stages})
    edited = after(request, edit(request, EVE, judged=evaluation(plan=other)))
    assert (edited.state.escalated, edited.state.escalate_ms) == (1, ())


def test_a_watch_that_was_stopped_is_edited_like_any_review():
    watch = URGED.model_copy(update={"watch": Watch(for_s=900)})
    watched = pending(evaluation=evaluation(Route.WATCH, plan=watch))
    stop = Stop(person=somebody(ANA), digest=watched.digest, reason="Wait.")
    stopped = after(after(watched, stop), Wake(), NOW + 61_000)
    assert stopped.state.escalated == 1
    edited = after(stopped, edit(stopped, EVE, judged=evaluation(plan=URGED)), NOW + 62_000)
    assert edited.state.status is Status.APPROVED


def test_only_an_approval_can_have_edits():
    with pytest.raises(ValueError, match="outcome"):
        edit(pending(), outcome=Outcome.REJECT)


def test_the_trail_tells_who_is_asked_and_until_when():
    request = opened_with(TWO)
    edited = applied(request, edit(request, judged=evaluation(rule="large", plan=URGED)))
    assert edited.events[0].detail == {
        "digest": edited.request.digest,
        "digest_before": request.digest,
        "fields": ["amount"],
        "rule": "large",
        "assigned": [],
        "overflowed": False,
        "escalated": 0,
        "expires_ms": NOW + 86_400_000,
    }
