"""Each field of the payload is drawn in full, with the policy's label and format."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from app.slack.blocks.fields import Row, as_json, drawn, money, rows
from policies.plan import Field

AMOUNT = Field(name="amount", label="Amount", type="number", format="money", currency="USD")
DUE = Field(name="due", label="Due", type="string", format="date")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1200, "USD", "1,200.00 USD"),
        (1200.5, "USD", "1,200.50 USD"),
        (10.005, "EUR", "10.005 EUR"),
        (0.1 + 0.2, "EUR", "0.30000000000000004 EUR"),
        (-3, "USD", "-3.00 USD"),
        (1500, "JPY", "1,500 JPY"),
        (12, None, "12.00"),
        (1e16, "USD", "1e+16 USD"),
    ],
)
def test_money_is_grouped_and_never_rounded(amount, currency, shown):
    assert money(amount, currency) == shown


def test_a_date_comes_with_its_weekday_and_is_never_moved_to_another_zone():
    assert rows([DUE], {"due": "2026-11-20"}) == [Row("Due", "2026-11-20 (Friday)")]
    assert rows([DUE], {"due": "2026-11-20T23:30:00Z"})[0].value == "2026-11-20T23:30:00Z (Friday)"
    assert rows([DUE], {"due": "2026-13-99"})[0].value == "2026-13-99"


def test_a_field_that_is_missing_says_so_in_our_words():
    assert rows([AMOUNT], {}) == [Row("Amount", "not given", ours=True)]


def test_what_the_policy_does_not_name_is_drawn_too():
    assert rows([AMOUNT], {"amount": 5, "note": "hi"})[1] == Row("note", "hi", theirs=True)


@pytest.mark.parametrize(
    ("value", "shown", "ours"),
    [
        (None, "none", True),
        (True, "yes", True),
        ("yes", "yes", False),
        ("", "empty", True),
        (" padded ", '" padded "', False),
        (12345678, "12345678", False),
        (["a", 1], '["a", 1]', False),
    ],
)
def test_values_of_other_types_can_be_told_from_text(value, shown, ours):
    [row] = rows([], {"key": value})
    assert (row.label, row.value, row.ours) == ("key", shown, ours)


def test_a_label_acts_on_nothing_even_where_it_comes_from_the_payload():
    hostile = ["*x*", ":tada:", "<!here>", "`x`", "a_b"]
    payload: dict[str, JsonValue] = dict.fromkeys(hostile, 1)
    [table] = drawn(rows([], payload))
    assert [cell["type"] for cell in table["fields"]] == ["plain_text"] * 10


def test_a_name_in_bold_is_the_policys_and_never_a_key_of_the_payload():
    known = [Field(name="order", label="Order (net), 5%", type="number")]
    [table] = drawn(rows(known, {"order": 1, "Approved by": "CFO"}))
    cells = [(cell["type"], cell["text"]) for cell in table["fields"]]
    assert cells[0] == ("mrkdwn", "*Order (net), 5%*")
    assert cells[2:] == [("plain_text", "Approved by"), ("plain_text", "CFO")]


def test_nested_values_are_drawn_as_indented_json_in_a_box():
    order: JsonValue = {"items": [{"sku": f"item-{number}", "count": 2} for number in range(5)]}
    label, box = drawn(rows([], {"order": order}))
    assert label["text"]["text"] == "order"
    [words] = box["elements"][0]["elements"]
    assert words["text"] == as_json(order)
    assert '\n  "items": [\n' in words["text"]


def test_five_short_fields_share_a_table_and_long_ones_stand_between_in_their_order():
    payload: dict[str, JsonValue] = {"a": 1, "b": "x" * 200, "c": 3}
    payload |= {f"k{number}": number for number in range(5)}
    kinds = [block["type"] for block in drawn(rows([], payload))]
    assert kinds == ["section", "section", "rich_text", "section", "section"]


def test_a_key_of_many_lines_cannot_pass_for_something_else_on_the_card():
    [box] = drawn(rows([], {"a\n\nApproved by CFO": "x"}))
    [words] = box["elements"][0]["elements"]
    assert words["text"] == '"a\\n\\nApproved by CFO": x'


def test_a_secret_is_drawn_by_its_label_alone_whatever_its_format():
    secret = AMOUNT.model_copy(update={"secret": True})
    assert rows([secret], {"amount": 4711}) == [
        Row("Amount", "secret, not shown to anybody", ours=True)
    ]
