"""What a person fills into a modal, and what Slack's own client says before it submits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import ANA, Slack, modal, plain


def submitted(slack: Slack, kind: str, value: str | None, **more: Any) -> Any:
    element = {"type": kind, "action_id": "x", **more}
    block = {"type": "input", "block_id": "b", "label": plain("Label"), "element": element}
    opened = slack.call("views.open", trigger_id=slack.trigger(), view=modal(block))
    state = {"b": {"x": {"value": value}}}
    return slack.page("submit", user=ANA, view_id=opened["view"]["id"], state=state)


TAKEN = [
    ("number_input", "12", {"is_decimal_allowed": False}),
    ("number_input", "-12.50", {"is_decimal_allowed": True, "min_value": "-12.5"}),
    ("number_input", "10", {"is_decimal_allowed": False, "max_value": "10"}),
    ("url_text_input", "https://example.com/a", {}),
    ("email_text_input", "ana@example.com", {}),
    ("plain_text_input", "abc", {"min_length": 3, "max_length": 3}),
]


@pytest.mark.parametrize(("kind", "value", "more"), TAKEN)
def test_what_fits_reaches_the_app_as_a_string(
    slack: Slack, kind: str, value: str, more: dict[str, Any]
) -> None:
    assert submitted(slack, kind, value, **more) == {"ok": True}
    values = slack.app.payload["view"]["state"]["values"]
    assert values == {"b": {"x": {"type": kind, "value": value}}}


REFUSED = [
    ("number_input", "twelve", {"is_decimal_allowed": True}, "a number"),
    ("number_input", "1e3", {"is_decimal_allowed": True}, "a number"),
    ("number_input", "1.5", {"is_decimal_allowed": False}, "a whole number"),
    ("number_input", "0", {"is_decimal_allowed": False, "min_value": "1"}, "at least 1"),
    ("number_input", "11", {"is_decimal_allowed": False, "max_value": "10"}, "at most 10"),
    ("number_input", None, {"is_decimal_allowed": False}, "required"),
    ("url_text_input", "example", {}, "valid URL"),
    ("email_text_input", "ana", {}, "valid email"),
    ("plain_text_input", "ab", {"min_length": 3}, "3 to 3000 characters"),
]


@pytest.mark.parametrize(("kind", "value", "more", "said"), REFUSED)
def test_what_does_not_fit_is_said_under_its_input(
    slack: Slack, kind: str, value: str | None, more: dict[str, Any], said: str
) -> None:
    answer = submitted(slack, kind, value, **more)
    assert said in answer["errors"]["b"]
    assert slack.app.payload["type"] == "block_actions"  # the click that opened the modal


def test_a_form_begins_with_its_initial_values(slack: Slack) -> None:
    number = {"type": "number_input", "action_id": "x", "is_decimal_allowed": False}
    day = {"type": "datepicker", "action_id": "x", "initial_date": "2026-12-24"}
    fields = [{**number, "initial_value": "5"}, day]
    blocks = [
        {"type": "input", "block_id": f"b{at}", "label": plain("L"), "element": element}
        for at, element in enumerate(fields)
    ]
    opened = slack.call("views.open", trigger_id=slack.trigger(), view=modal(*blocks))["view"]
    slack.page("submit", user=ANA, view_id=opened["id"], state={})
    values = slack.app.payload["view"]["state"]["values"]
    assert values["b0"]["x"]["value"] == "5"
    assert values["b1"]["x"]["selected_date"] == "2026-12-24"
