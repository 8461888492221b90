"""What a button carries comes back as it went, and nothing else comes back at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.request import Place
from app.slack import ids
from tests.builders import pending

SHOWN = ids.Shown("req_" + "0" * 26, "a" * 64, Place(channel="C0APPROVAL", ts="1790000000.000100"))


def test_a_button_carries_the_request_and_its_digest_and_no_words():
    request = pending(title="Refund", payload={"secret": "tulip"})
    value = ids.Shown(request.id, request.body.digest).as_value()
    assert value == f"1:{request.id}:{request.body.digest}"
    assert ids.parse(value) == ids.Shown(request.id, request.body.digest)


def test_a_form_carries_the_card_that_it_was_opened_from_too():
    assert ids.parse(SHOWN.as_value()) == SHOWN


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
    kinds = [ids.is_user, ids.is_group, ids.is_conversation, ids.is_email]
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
