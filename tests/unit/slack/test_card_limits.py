"""Whatever a request holds, what is sent keeps Slack's limits, and nobody else's words act.

The limits are checked twice, by the sandbox and by a list of their own; neither shares code with
the app.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.absence import Absence
from app.domain.alarms import Alarm
from app.domain.bursts import MOST
from app.domain.cards import NoticeKind, Place
from app.domain.difference import Change, difference
from app.domain.request import (
    Actor,
    Away,
    Claimed,
    Decision,
    Question,
    Report,
    Request,
    Result,
    Revises,
    Status,
    Stopped,
    Undoable,
    Vote,
    Words,
)
from app.domain.seen import is_plain
from app.domain.slack_steps import SayNotice
from app.domain.undoing import kept
from app.domain.withholding import in_public
from app.slack import ids
from app.slack.blocks import modal, modals, notices, paging, questions, threads, whole
from app.slack.blocks.alarms import told
from app.slack.blocks.card import card
from app.slack.blocks.text import Message
from policies.plan import Choice, Field, Flag, Outcome, ReviewPlan, Stage, Step, Summary, Watch
from sandbox.blockkit import checked_blocks, checked_view
from tests.builders import NOW, approval, evaluation, pending
from tests.slack_limits import check_message, check_view
from tests.unit.slack.anything import any_text, decisions, formats, requests


def approving(request: Request) -> set[str]:
    """The buttons of a card that would have it executed."""
    plan = request.body.evaluation.plan
    assert plan is not None
    choices = [one for one in plan.choices if one.outcome is Outcome.APPROVE]
    mine = {name(one) for one in choices for name in (ids.of_choice, ids.confirmed)}
    return {ids.APPROVE, ids.CONFIRM, *mine} & actions(card(request))


def actions(message: Message) -> set[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {button["action_id"] for row in rows for button in row}


def check(message: Message) -> None:
    checked_blocks(message.blocks)
    check_message(message)
    assert "\n" not in message.text
    nothing_acts([message.text, message.blocks])


def nothing_acts(node: Any) -> None:
    """No mrkdwn holds what the hostile text would have Slack do, and no plain text an emoji."""
    if isinstance(node, list):
        for one in node:
            nothing_acts(one)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            assert node["verbatim"] is True
            nothing_acts(node["text"])
        elif node.get("type") == "plain_text":
            assert node["emoji"] is False
        else:
            nothing_acts([one for one in node.values() if not isinstance(one, str)])
    elif isinstance(node, str):
        for acting in ("<!channel", "<!here", "<https:", "<@U0EVE"):
            assert acting not in node


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_any_card_keeps_slacks_limits(request_):
    check(card(request_))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_no_card_approves_what_is_watched_decided_or_not_shown_whole(request_):
    offered = approving(request_)
    if request_.pending and request_.state.undoable is not None:
        assert actions(card(request_)) == {ids.UNDO}
    elif request_.watched:
        assert actions(card(request_)) == {ids.STOP, ids.DETAILS}
    elif not request_.pending:
        assert actions(card(request_)) == set()
    else:
        assert ids.STOP not in actions(card(request_))
    if "too long for a message" in str(card(request_).blocks):
        assert offered == set()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_what_is_cut_says_how_much_and_where_the_rest_is_and_that_is_there(request_):
    """`in Details`, or `in the whole request`, is said only where a button brings them."""
    message = card(request_)
    if any(where in str(message.blocks) for where in ("in Details", "in the whole request")):
        assert ids.DETAILS in actions(message)


@given(
    st.lists(
        st.builds(Alarm, at_ms=st.just(NOW), kind=st.just("x"), text=any_text.filter(str.strip)),
        min_size=1,
        max_size=10,
    )
)
def test_any_alarm_keeps_slacks_limits(alarms):
    check_message(told(alarms))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), st.data())
def test_any_form_keeps_slacks_limits(request_, data):
    plan = request_.body.evaluation.plan
    buttons = [ids.REVISE, ids.STOP, ids.ASK, *(ids.of_choice(one) for one in plan.choices)]
    buttons += [ids.answer_to(one.number) for one in request_.state.questions]
    shown = ids.Shown(request_.id, "a" * 64, Place(channel="C" * 30, ts="1" * 12 + "." + "1" * 9))
    reply_to = data.draw(st.sampled_from([None, "https://hooks.slack.test/" + "x" * 5_000]))
    opened = ids.Form(data.draw(st.sampled_from(buttons)), shown, reply_to)
    for view in (
        modal.form(request_, opened),
        modals.hand_over(request_, opened),
        modals.away(opened),
    ):
        checked_view(view, "modal")
        check_view(view)
        nothing_acts(view)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), decisions, st.data())
def test_any_notice_keeps_slacks_limits(request_, decision, data):
    plan = request_.body.evaluation.plan
    choice = data.draw(st.sampled_from([None, *(one.id for one in plan.choices)]))
    for message in (
        notices.taken(request_, choice),
        notices.stopped(request_),
        notices.claimed(request_),
        notices.released(request_),
        notices.handed_over(request_, "U0BEN00001"),
        notices.asked(request_),
        notices.answered(request_),
    ):
        check(message)
    state = request_.state.model_copy(update={"decision": decision, "status": decision.outcome})
    decided = request_.model_copy(update={"state": state})
    check(notices.outcome(decided))
    check(notices.while_away(decided))
    check(notices.taken(decided, choice))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), st.lists(st.just("W" + "9" * 20), max_size=80))
def test_whatever_is_said_in_a_thread_or_brought_keeps_slacks_limits(request_, to):
    place = Place(channel="C0APPROVAL", ts="1.1")
    kinds: list[NoticeKind] = ["reminder", "escalation", "stage", "handover"]
    for kind in kinds:
        check(threads.said(SayNotice(kind=kind, at_ms=NOW, place=place), request_, to))
    for kind in kinds[:3]:
        notice = SayNotice(kind=kind, at_ms=NOW, place=place)
        check(threads.said_together(notice, [request_] * MOST, to))
    for question in request_.state.questions:
        asked = SayNotice(kind="question", at_ms=NOW, place=place, number=question.number)
        check(threads.said(asked, request_, to))
        check(questions.brought(request_, question.number))
        if question.answer is not None:
            check(threads.said(asked.model_copy(update={"kind": "answer"}), request_, to))


@given(any_text, any_text, st.integers(0, 60))
def test_what_the_absent_read_keeps_slacks_limits(person, delegate, left):
    gone = Absence(
        person="U0ANA00001",
        person_name=person,
        delegate="U0BEN00001",
        delegate_name=delegate,
        from_ms=NOW,
        until_ms=NOW + 1,
    )
    check(notices.gone(gone, [gone] * left))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_the_menu_is_on_every_card_that_people_decide_and_reads_back(request_):
    rows = [one for one in card(request_).blocks if one["type"] == "actions"]
    menus = [one for row in rows for one in row["elements"] if one["type"] == "overflow"]
    asked = request_.pending and not request_.watched and request_.state.undoable is None
    assert len(menus) == asked
    moves = [ids.parse_move(one["value"]) for menu in menus for one in menu["options"]]
    assert {shown for _, shown in moves} <= {ids.Shown(request_.id, "a" * 64)}
    if moves:
        on_it = ids.Move.RELEASE if request_.state.claim else ids.Move.CLAIM
        asks = [ids.Move.ASK] if request_.body.on_behalf_of is not None else []
        assert [move for move, _ in moves] == [
            on_it,
            ids.Move.HAND_OVER,
            *asks,
            ids.Move.AWAY,
            ids.Move.BACK,
        ]


MARK = "tulip"
secrets = st.one_of(
    st.just(MARK),
    st.text(max_size=200).map(lambda text: f"{text}{MARK}{text}"),
    st.sampled_from([f"<!channel> {MARK}", f"{MARK}\n" * 900, f"\u202e{MARK}", '"' + MARK]),
    st.lists(st.just(MARK), max_size=5).map(lambda texts: {"deep": texts, MARK: 1}),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), st.dictionaries(st.sampled_from("abc"), secrets, min_size=1), st.data())
def test_no_secret_is_ever_in_anything_that_slack_is_sent(request_, hidden, data):
    """Whatever it is, however it is written, and wherever the request is on its way."""
    named = tuple(
        Field(name=name, label="Key", type="string", secret=True, format=data.draw(formats))
        for name in hidden
    )
    payload = request_.body.payload | hidden
    judged = request_.body.evaluation.model_copy(update={"fields": named})
    changes = {"payload": payload, "evaluation": judged}
    revises = request_.body.revises
    if revises is not None:
        asked_before = difference(dict.fromkeys(hidden, f"{MARK} before"), hidden)
        changes["revises"] = revises.model_copy(update={"changes": asked_before})
    edited = request_.state.edited
    if edited is not None:
        payload = dict.fromkeys(hidden, f"{MARK} now")
        edited = edited.model_copy(update={"payload": payload, "evaluation": judged})
    secret = request_.model_copy(
        update={
            "body": request_.body.model_copy(update=changes),
            "state": request_.state.model_copy(update={"edited": edited}),
        }
    )
    sent = [card(secret), notices.taken(secret), notices.stopped(secret)]
    sent += [notices.outcome(secret)] if secret.state.decision else []
    opened = ids.Form(ids.REVISE, ids.Shown(secret.id, "a" * 64))
    pages = paging.pages(whole.everything(secret))
    assert MARK not in f"{sent}{modal.form(secret, opened)}{pages}"
    note = "1 value is secret" if len(hidden) == 1 else f"{len(hidden)} values are secret"
    assert note in str(sent[0].blocks)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), st.dictionaries(st.sampled_from("abc"), secrets, min_size=1), st.data())
def test_what_is_for_reviewers_alone_is_in_nothing_that_a_channel_is_sent(request_, hidden, data):
    named = tuple(
        Field(name=name, label="Key", type="string", visible="reviewers", format=data.draw(formats))
        for name in hidden
    )
    body, edited = request_.body, request_.state.edited
    quoted = Step(rule="r", matched=True, phrase=f"a is {MARK}")
    flag = Flag(question="impact_radius", raised=True, because="Far.", phrase=f"a is {MARK}")
    judged = body.evaluation.model_copy(
        update={"fields": named, "trace": (quoted,), "flags": (flag,)}
    )
    changes = {"payload": body.payload | hidden, "evaluation": judged}
    if body.revises is not None:
        before = difference(dict.fromkeys(hidden, f"{MARK} before"), hidden)
        changes["revises"] = body.revises.model_copy(update={"changes": before})
    if edited is not None:
        now = dict.fromkeys(hidden, f"{MARK} now")
        edited = edited.model_copy(update={"payload": now, "evaluation": judged})
    state = request_.state.model_copy(update={"edited": edited})
    copy = in_public(
        request_.model_copy(update={"body": body.model_copy(update=changes), "state": state})
    )
    assert MARK not in repr(copy), "what is not there is drawn by nobody"
    sent = card(copy)
    check(sent)
    assert ids.APPROVE not in str(sent.blocks)
    assert all(paging.pages(whole.everything(copy)))


@settings(max_examples=50)
@given(st.lists(st.text(max_size=30), max_size=60))
def test_approve_is_offered_only_where_the_whole_payload_is_shown(parts):
    payload = {f"field {n}": part for n, part in enumerate(parts)} or {"only": "x"}
    request = pending(payload=payload)
    blocks = card(request).blocks
    offered = ids.APPROVE in str(blocks)
    assert offered or "can't be approved here" in str(blocks)
    if offered:
        shown = [one["text"] for block in blocks for one in block.get("fields", ())]
        for part in parts:
            if part and part == part.strip() and is_plain(part):
                assert part in shown


def test_a_card_at_the_limit_still_goes_through_a_decision():
    request = pending(payload={"letter": "x" * 11_000}, context="y" * 5_000)
    check(card(request))
    for outcome in Outcome:
        decision = Decision(
            outcome=Status.APPROVED,
            by=(approval(request).person.as_actor(),),
            at_ms=NOW,
            digest=request.body.digest,
            comment=f"{outcome} " + "z" * 3_000,
        )
        state = request.state.model_copy(update={"decision": decision, "status": decision.outcome})
        check(card(request.model_copy(update={"state": state})))


@pytest.mark.parametrize("char", ["x", "&", '"', "\u200b", "👍", "<"])
@pytest.mark.parametrize("stage", ["asked", "watched", "stopped", "undoable", "decided"])
def test_a_card_on_which_everything_is_as_long_as_it_can_be_still_goes_out(char, stage):
    crowd = tuple(Actor(kind="person", id="U", name=char * 300) for _ in range(20))
    votes = (Vote(by=by, stage=0, at_ms=NOW, digest="a" * 64, choice="c0") for by in crowd)
    reason = char * 2_000
    said = Words(by=crowd[0], at_ms=NOW, text=reason)
    gone = Away(person="U0" + "A" * 19, delegate="U0" + "B" * 19, until_ms=NOW, personal=True)
    against = (Vote(by=by, stage=0, at_ms=NOW, digest="a" * 64, choice="c0") for by in crowd)
    changed = (Change(field=char * 300, kind="changed", before=char * 900, after=char * 901),) * 60
    request = pending(
        revision=2,
        revises=Revises(
            request_id="req_" + "0" * 26,
            by=crowd[0],
            comment=reason,
            changes=changed,
        ),
        title=char * 200,
        context=char * 9_000,
        on_behalf_of=char * 300,
        payload={char * 60 + str(n): char * 500 for n in range(60)},
        evaluation=evaluation(
            plan=ReviewPlan(
                channel=None,
                stages=(Stage(reviewers=(char * 300,) * 50, quorum=20, name=char * 60),) * 10,
                outcomes=tuple(Outcome),
                expire_s=60,
                choices=tuple(
                    Choice(id=f"c{n}", label=char * 30, outcome=Outcome.REJECT, effect=char * 200)
                    for n in range(10)
                ),
                checklist=(char * 200,) * 10,
                reject_quorum=21,
                overflow=(char * 300,) * 50,
                watch=None if stage == "asked" else Watch(for_s=60),
            ),
            flags=(
                Flag(question="affected", raised=True, because=char * 200, phrase=char * 300),
                Flag(question=char * 60, raised=None, because=char * 200, phrase=char * 300),
            )
            * 4,
            summary=Summary(
                why=char * 3_000,
                buttons=((Outcome.REJECT, char * 300),) * 10,
                silence=char * 200,
                watching=char * 3_000,
            ),
        ),
    )
    ended = Decision(
        outcome=Status.REJECTED, by=crowd, at_ms=NOW, digest="a" * 64, choice="c0", comment=reason
    )
    changes = {
        "votes": tuple(votes),
        "rejections": tuple(against),
        "assigned": ("U0" + "C" * 19,) * 20,
        "overflowed": True,
        "away": (gone,) * 60,
        "claim": Claimed(by=crowd[0], at_ms=NOW, until_ms=NOW),
        "questions": tuple(Question(number=n, asked=said, answer=said) for n in range(1, 11)),
        "reports": (Report(name=char * 300, value=reason, by=char * 300, at_ms=NOW),) * 30,
        "stopped": None if stage == "watched" else Stopped(by=crowd[0], at_ms=NOW, reason=reason),
        "undoable": Undoable(decision=ended, until_ms=NOW, before=kept(request))
        if stage == "undoable"
        else None,
        "result": Result(ok=True, text=reason, link="https://x.example/" + "x" * 1_900, at_ms=NOW)
        if stage == "decided"
        else None,
        "decision": ended if stage == "decided" else None,
        "status": ended.outcome if stage == "decided" else Status.PENDING,
    }
    check(card(request.model_copy(update={"state": request.state.model_copy(update=changes)})))
