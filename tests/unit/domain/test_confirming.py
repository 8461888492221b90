"""Typed confirmation: the value itself, however it is grouped, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import lifecycle
from app.domain.confirming import matches
from app.domain.errors import ConfirmationWrong
from app.domain.request import Status
from policies.plan import Outcome
from tests.builders import NOW, after, approval, plan
from tests.unit.domain.cast import opened_with

WANTS = plan(confirm="amount")


@pytest.mark.parametrize(
    "typed", ["5000", " 5,000 ", "5 000", "5000.00", "5,000.00 USD", "$5,000", "5_000"]
)
def test_an_amount_is_read_as_people_write_it(typed):
    assert matches(5000, typed, "USD")
    assert matches(5000.0, typed, "USD")


@pytest.mark.parametrize(
    "typed",
    ["", "500", "50000", "5.000", "yes", "5000 or so", "NaN", "5e", "-5000", "5,0,00", "50,00"],
)
def test_another_amount_is_none(typed):
    assert not matches(5000, typed)


@pytest.mark.parametrize("typed", ["5,00", "5,0", "50,0", "5 00", "500,"])
def test_a_decimal_comma_is_no_grouping(typed):
    assert not matches(500, typed)
    assert not matches(50, typed)


def test_groups_may_be_those_of_india():
    assert matches(1_234_567, "12,34,567")


def test_a_text_is_typed_to_the_letter():
    assert matches("Acme  Ltd", "Acme Ltd ")
    assert not matches("Acme Ltd", "acme ltd")
    assert not matches(True, "1")
    assert not matches(None, "")


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53), st.text())
def test_whatever_is_typed_is_an_answer_and_no_error(value, typed):
    assert matches(value, typed) in (True, False)
    assert matches(value, repr(value))


def test_an_approval_needs_it_and_a_rejection_does_not():
    request = opened_with(WANTS)
    for typed in (None, "", "12"):
        with pytest.raises(ConfirmationWrong):
            lifecycle.apply(request, approval(request, confirmation=typed), NOW + 1)
    assert after(request, approval(request, confirmation="120")).state.status is Status.APPROVED
    rejected = after(request, approval(request, outcome=Outcome.REJECT))
    assert rejected.state.status is Status.REJECTED


@pytest.mark.parametrize("value", ["", " ", "x" * 2_501, "p\u0430ypal", "a\u200bb", None, True])
def test_for_what_nobody_can_type_the_beginning_of_the_digest_is_typed(value):
    request = opened_with(plan(confirm="customer"))
    payload = {"amount": 120, "customer": value}
    request = request.model_copy(
        update={"body": request.body.model_copy(update={"payload": payload})}
    )
    for typed in (None, "", " ", value if isinstance(value, str) else ""):
        with pytest.raises(ConfirmationWrong):
            lifecycle.apply(request, approval(request, confirmation=typed), NOW + 1)
    by_digest = approval(request, confirmation=request.digest[:8])
    assert after(request, by_digest).state.status is Status.APPROVED


@pytest.mark.parametrize("typed", ["5000 EUR", "€5000", "$5000 EUR", "5000 £"])
def test_an_amount_in_another_currency_is_another_amount(typed):
    assert not matches(5000, typed, "USD")
    assert not matches(5000, typed)
