"""What a button carries comes back as it went, and nothing else comes back at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cards import Place
from app.slack import ids, naming
from policies.plan import Choice, Outcome
from tests.builders import pending

SHOWN = ids.Shown("req_" + "0" * 26, "a" * 64, Place(channel="C0APPROVAL", ts="1790000000.000100"))


def test_a_button_carries_the_request_and_its_digest_and_no_words():
    request = pending(title="Refund", payload={"secret": "tulip"})
    value = ids.Shown(request.id, request.body.digest).as_value()
    assert value == f"1:{request.id}:{request.body.digest}"
    assert ids.parse(value) == ids.Shown(request.id, request.body.digest)


def test_a_form_carries_its_button_the_card_that_it_was_opened_from_and_where_to_answer():
    for reply_to in (None, "https://hooks.slack.com/actions/T0/1/abc"):
        form = ids.Form("countersign_write:approve:custom", SHOWN, reply_to)
        assert ids.parse_form(form.as_value()) == form


def test_a_form_that_an_earlier_version_opened_is_still_revise():
    assert ids.parse_form(SHOWN.as_value()) == ids.Form(ids.REVISE, SHOWN)


@pytest.mark.parametrize("address", ["", "https://a b", "https://x/" + "y" * 1_000])
def test_an_address_that_can_not_be_carried_is_left_out(address):
    assert ids.parse_form(ids.Form(ids.STOP, SHOWN, address).as_value()).reply_to is None


@pytest.mark.parametrize("garbage", ["", " ", "a b c d", "countersign_stop", "a\n" + "1:x:y"])
def test_a_form_that_is_garbage_is_refused_in_words(garbage):
    with pytest.raises(ids.CardUnreadable, match="can't be read"):
        ids.parse_form(garbage)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("comment", [True, False])
def test_the_button_of_a_choice_says_what_it_answers_and_whether_it_asks_for_words(
    outcome, comment
):
    choice = Choice(id="use-crm_2", label="Use CRM", outcome=outcome, effect="x", comment=comment)
    action = ids.of_choice(choice)
    assert ids.meant(action) == ids.Meant(outcome, "use-crm_2")
    assert bool(ids.IN_WORDS.search(action)) is comment
    assert bool(ids.AT_ONCE.search(action)) is not comment


def test_the_usual_buttons_mean_what_they_say():
    meant = [ids.meant(action).outcome for action in (ids.APPROVE, ids.REVISE, ids.REJECT)]
    assert meant == list(Outcome)
    assert [bool(ids.AT_ONCE.search(one)) for one in (ids.APPROVE, ids.REJECT)] == [True, True]
    assert [bool(ids.IN_WORDS.search(one)) for one in (ids.REVISE, ids.STOP)] == [True, True]


@pytest.mark.parametrize(
    "action",
    [
        "",
        ids.STOP,
        "countersign_choose:approve",
        "countersign_choose:approve:",
        "countersign_choose:approve:Use",
        "countersign_choose:accept:use_crm",
        "countersign_choose:approve:use_crm\n",
        "xcountersign_choose:approve:use_crm",
        "countersign_choose:approve:" + "a" * 64,
    ],
)
def test_an_action_that_answers_nothing_is_refused_in_words(action):
    with pytest.raises(ids.CardUnreadable, match="can't be read"):
        ids.meant(action)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "1",
        "1::",
        "2" + SHOWN.as_value()[1:],
        SHOWN.as_value() + ":",
        SHOWN.as_value() + "\n",
        SHOWN.as_value().upper(),
        SHOWN.as_value().replace("req_", "req-"),
        SHOWN.as_value().replace("C0APPROVAL", "c0approval"),
        "1:req_" + "٣" * 26 + ":" + "a" * 64,
        '{"request_id": "req_1"}',
    ],
)
def test_garbage_is_refused_in_words(garbage):
    with pytest.raises(ids.CardUnreadable, match="can't be read"):
        ids.parse(garbage)


@given(st.text())
def test_any_text_is_either_read_or_refused(text):
    try:
        shown = ids.parse(text)
    except ids.CardUnreadable:
        return
    assert shown.as_value() == text


def test_the_names_of_a_plan_are_told_apart():
    kinds = [naming.is_user, naming.is_group, naming.is_conversation, naming.is_email]
    known = {
        "U0ANA00001": [True, False, False, False],
        "S0FINANCE1": [False, True, False, False],
        "@finance-approvers": [False, True, False, False],
        "#approvals": [False, False, True, False],
        "C0APPROVAL": [False, False, True, False],
        "D0ANA00001": [False, False, True, False],
        "ana@example.com": [False, False, False, True],
        "ana": [False, False, False, False],
    }
    assert {ref: [kind(ref) for kind in kinds] for ref in known} == known


@pytest.mark.parametrize("move", ids.Move)
def test_a_move_of_the_menu_comes_back_as_it_went_and_fits_into_its_option(move):
    value = ids.move_value(move, SHOWN)
    assert ids.parse_move(value) == (move, SHOWN)
    longest = ids.Shown(SHOWN.request_id, SHOWN.digest)
    assert len(ids.move_value(move, longest)) <= 150


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "claim",
        "claim ",
        f" {SHOWN.as_value()}",
        f"approve {SHOWN.as_value()}",
        f"claim  {SHOWN.as_value()}",
        f"claim {SHOWN.as_value()} x",
        f"claim\n{SHOWN.as_value()}",
        "claim 1:x:y",
        f"CLAIM {SHOWN.as_value()}",
        "x" * 10_000,
    ],
)
def test_a_move_that_is_garbage_is_refused_in_words(garbage):
    with pytest.raises(ids.CardUnreadable, match="can't be read"):
        ids.parse_move(garbage)


@given(st.text(max_size=200))
def test_any_text_is_a_move_or_unreadable(text):
    try:
        move, shown = ids.parse_move(text)
    except ids.CardUnreadable:
        return
    assert ids.move_value(move, shown) == text


@pytest.mark.parametrize("number", [1, 9, 10, 99])
def test_the_button_of_a_question_opens_the_form_and_says_which(number):
    action = ids.answer_to(number)
    assert ids.question_of(action) == number
    assert ids.IN_WORDS.search(action)
    assert not ids.AT_ONCE.search(action)


@pytest.mark.parametrize("action", ["countersign_answer:0", "countersign_answer:", ids.REVISE, ""])
def test_no_other_button_answers_a_question(action):
    assert ids.question_of(action) is None
