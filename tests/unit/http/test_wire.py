"""The fields that clients send, and what they are told about those that don't fit."""

from __future__ import annotations

from typing import Any

import pytest

from app.http.errors import FieldTooLarge, InvalidRequest
from app.http.fitting import LARGEST, fit
from app.http.wire import LARGEST_DRAFT, NewRequest, Nothing, SignalsReport, Trial, Withdrawal
from policies.loader import MAX_BYTES

LEAST = {"title": "Refund", "payload": {"amount": 1}}


def problems(value: Any, model: Any = NewRequest) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        fit(model, value)
    return dict(refused.value.problems)


def test_a_title_and_a_payload_are_enough():
    ask = fit(NewRequest, LEAST).ask(None)
    assert (ask.title, ask.payload) == ("Refund", {"amount": 1})
    assert ask.signals == {}
    assert ask.metadata == {}
    assert ask.callback_on == "always"


def test_null_stands_for_a_field_that_is_not_given():
    absent = dict.fromkeys(["policy", "context", "on_behalf_of", "callback_url"])
    assert fit(NewRequest, {**LEAST, **absent}).ask(None) == fit(NewRequest, LEAST).ask(None)


def test_the_published_examples_fit():
    for model in (NewRequest, SignalsReport, Trial, Withdrawal):
        for example in model.model_json_schema()["examples"]:
            fit(model, example)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None),
        ("title", 7),
        ("title", ""),
        ("title", "   "),
        ("title", "two\nlines"),
        ("title", "bell\x07"),
        ("title", "x" * 201),
        ("payload", None),
        ("payload", []),
        ("payload", "amount=1"),
        ("policy", ""),
        ("policy", 1),
        ("policy", "p" * 101),
        ("signals", []),
        ("metadata", "run 7"),
        ("on_behalf_of", "ana"),
        ("on_behalf_of", "C0APPROVAL"),
        ("on_behalf_of", "ana @example.com"),
        ("on_behalf_of", True),
        ("callback_url", ""),
        ("callback_url", "https://example.com/" + "x" * 2048),
        ("callback_on", "never"),
        ("idempotency_key", ""),
        ("idempotency_key", "k" * 256),
        ("idempotency_key", "two words"),
        ("idempotency_key", "schlüssel"),
    ],
)
def test_a_field_that_does_not_fit_is_named(field: str, value: Any):
    assert set(problems({**LEAST, field: value})) == {field}


def test_every_problem_is_told_at_once():
    assert problems({"titel": "Refund", "payload": 1}) == {
        "title": "is missing",
        "payload": "Input should be a valid dictionary",
        "titel": "is not a field; did you mean title?",
    }


def test_an_unknown_field_that_is_near_none_is_just_unknown():
    assert problems({**LEAST, "zzz": 1}) == {"zzz": "is not a field"}


def test_a_flood_of_unknown_fields_gets_a_short_answer():
    flood = {f"{number}" * 100: number for number in range(10_000)}
    told = problems({**LEAST, **flood})
    assert len(told) <= 20
    assert all(len(field) <= 100 for field in told)


@pytest.mark.parametrize("value", [[], "x", 1, None, True])
def test_only_an_object_is_a_request(value: Any):
    assert problems(value) == {}


@pytest.mark.parametrize("field", LARGEST)
def test_a_field_has_its_own_limit_and_one_byte_more_is_refused(field: str):
    empty = len('{"x":""}')
    fits = {"x": "y" * (LARGEST[field] - empty)}
    assert fit(NewRequest, {**LEAST, field: fits}).ask(None)
    larger = {"x": fits["x"] + "y"}
    with pytest.raises(FieldTooLarge) as refused:
        fit(NewRequest, {**LEAST, field: larger}).ask(None)
    assert [name for name, _ in refused.value.problems] == [field]


@pytest.mark.parametrize("field", ["payload", "signals"])
def test_a_trial_has_the_limits_of_a_request(field: str):
    empty = len('{"x":""}')
    fits = {"x": "y" * (LARGEST[field] - empty)}
    assert fit(Trial, {"payload": {}, field: fits}).within_limits()
    with pytest.raises(FieldTooLarge) as refused:
        fit(Trial, {"payload": {}, field: {"x": fits["x"] + "y"}}).within_limits()
    assert [name for name, _ in refused.value.problems] == [field]


@pytest.mark.parametrize("letter", ["\n", "я"])
def test_a_draft_is_measured_as_the_file_that_it_would_be(letter: str):
    fits = letter * (LARGEST_DRAFT // len(letter.encode()))
    assert fit(Trial, {"payload": {}, "draft": fits}).within_limits().draft == fits
    with pytest.raises(FieldTooLarge) as refused:
        fit(Trial, {"payload": {}, "draft": fits + "x"}).within_limits()
    assert [name for name, _ in refused.value.problems] == ["draft"]


def test_a_report_holds_a_signal_and_not_too_much():
    assert problems({"signals": {}}, SignalsReport) == {"signals": "has to hold at least one"}
    assert fit(SignalsReport, {"signals": {"anomaly": True}}).within_limits()
    with pytest.raises(FieldTooLarge):
        fit(SignalsReport, {"signals": {"x": "y" * LARGEST["signals"]}}).within_limits()


def test_a_draft_is_as_large_as_a_policy_file_may_be():
    assert LARGEST_DRAFT == MAX_BYTES


def test_a_call_without_fields_takes_none():
    assert fit(Nothing, {})
    assert set(problems({"force": True}, Nothing)) == {"force"}
