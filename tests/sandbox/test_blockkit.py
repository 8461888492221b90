"""Every limit that FACTS lists: the last value Slack takes, and the first that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.blockkit import checked_blocks, checked_view
from sandbox.wire import SlackError
from tests.sandbox.conftest import actions, button, modal, option, plain, section, text_input

Block = dict[str, Any]


def select(count: int = 2, **more: Any) -> Block:
    options = [option(f"o{index}") for index in range(count)]
    return {"type": "static_select", "action_id": "s", "options": options, **more}


def confirm(**more: str) -> Block:
    words = {"title": "Sure?", "text": "Really", "confirm": "Yes", "deny": "No", **more}
    return {name: plain(text) for name, text in words.items()}


def fields(count: int, length: int = 1) -> Block:
    return {"type": "section", "fields": [plain("x" * length)] * count}


def buttons(count: int) -> Block:
    return actions(*(button(action_id=f"a{index}") for index in range(count)))


def context(count: int) -> Block:
    return {"type": "context", "elements": [plain("x")] * count}


def radio(count: int) -> Block:
    return actions({**select(count), "type": "radio_buttons"})


def rich(*inline: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*inline]}]}


def number(**more: Any) -> Block:
    element = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, **more}
    return {"type": "input", "label": plain("How many"), "element": element}


def refusal(*blocks: Any) -> str:
    with pytest.raises(SlackError) as refused:
        checked_blocks(list(blocks))
    return str(refused.value)


LIMITS = [
    pytest.param(lambda n: section("x" * n), 3000, id="section text"),
    pytest.param(fields, 10, id="fields"),
    pytest.param(lambda n: fields(1, n), 2000, id="field text"),
    pytest.param(lambda n: {"type": "header", "text": plain("x" * n)}, 150, id="header"),
    pytest.param(buttons, 25, id="elements in actions"),
    pytest.param(context, 10, id="elements in context"),
    pytest.param(lambda n: actions(button(text=plain("x" * n))), 75, id="button text"),
    pytest.param(lambda n: actions(button(value="x" * n)), 2000, id="button value"),
    pytest.param(lambda n: actions(button(action_id="x" * n)), 255, id="action_id"),
    pytest.param(lambda n: section(block_id="x" * n), 255, id="block_id"),
    pytest.param(
        lambda n: actions(button(confirm=confirm(title="x" * n))), 100, id="confirm title"
    ),
    pytest.param(lambda n: actions(button(confirm=confirm(text="x" * n))), 300, id="confirm text"),
    pytest.param(lambda n: actions(button(confirm=confirm(deny="x" * n))), 30, id="confirm deny"),
    pytest.param(lambda n: actions(select(n)), 100, id="options"),
    pytest.param(radio, 10, id="radio buttons"),
    pytest.param(
        lambda n: actions(select(options=[{"text": plain("x" * n), "value": "v"}])),
        75,
        id="option text",
    ),
    pytest.param(
        lambda n: actions(select(options=[{**option("o"), "description": plain("x" * n)}])),
        75,
        id="option description",
    ),
    pytest.param(
        lambda n: actions(select(options=[{"text": plain("o"), "value": "v" * n}])),
        150,
        id="option value",
    ),
    pytest.param(lambda n: actions({**select(n), "type": "overflow"}), 5, id="overflow options"),
]


@pytest.mark.parametrize(("make", "limit"), LIMITS)
def test_the_limit_is_taken_and_one_more_is_refused(make: Any, limit: int) -> None:
    assert checked_blocks([make(limit)])
    assert "invalid_blocks" in refusal(make(limit + 1))


def test_a_message_has_fifty_blocks_at_most() -> None:
    assert len(checked_blocks([{"type": "divider"}] * 50)) == 50
    assert "array of 0 to 50" in refusal(*[{"type": "divider"}] * 51)


def test_all_blocks_together_have_a_limit_that_is_documented_nowhere() -> None:
    assert checked_blocks([section("x" * 2900)] * 4)
    assert refusal(*[section("x" * 2900)] * 5) == "msg_blocks_too_long"


REFUSED = [
    ({"type": "video"}, "unsupported type: video"),
    ({"type": "divider", "colour": "red"}, "unknown field: colour"),
    ({"type": "section"}, "needs text or fields"),
    (section(""), "1 to 3000 characters"),
    (section(expand="yes"), "a boolean"),
    ({"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}, "emoji"),
    ({"type": "image", "image_url": "https://example.com/a.png"}, "alt_text"),
    ({"type": "image", "image_url": "https://example.com/a.png", "alt_text": ""}, "alt_text"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
    (actions(button(), button()), "`action_id` must be unique"),
    (actions(button(style="green")), "one of primary, danger"),
    (actions(button(text="Go")), "unsupported type: None"),
    (actions(button(confirm={"title": plain("Sure?")})), "missing required field: text"),
    (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input"),
    (actions(select(options=[option("a"), option("a")])), "must be unique"),
    (actions(select(initial_option=option("z"))), "among the options"),
    (actions({"type": "static_select"}), "either options or option_groups"),
    (actions({"type": "datepicker", "initial_date": "tomorrow"}), "YYYY-MM-DD"),
    (text_input(), "unsupported type: input"),
    (rich({"type": "text", "text": "x", "style": {"blink": True}}), "unknown field: blink"),
    (actions({"type": "datepicker", "initial_date": "2026-02-30"}), "a day of the calendar"),
    (actions({"type": "overflow", "options": []}), "array of 1 to 5"),
    ("a string", "unsupported type: None"),
    (None, "unsupported type: None"),
    ({"type": ["section"]}, "unsupported type"),
    ({"type": "section", "text": None}, "unsupported type: None"),
    (actions(), "array of 1 to 25"),
]


@pytest.mark.parametrize(("block", "reason"), REFUSED)
def test_what_slack_does_not_take_is_refused_with_the_reason(block: Any, reason: str) -> None:
    assert reason in refusal(block)


def test_the_refusal_points_at_the_place() -> None:
    said = refusal(section(), actions(button(text=plain("x" * 76))))
    assert "[json-pointer:/blocks/1/elements/0/text/text]" in said


def test_a_block_id_stands_once_in_a_message() -> None:
    assert "`block_id` must be unique" in refusal(section(block_id="x"), section(block_id="x"))


def test_missing_ids_are_given_and_the_given_blocks_stay_as_they_were() -> None:
    blocks = [{"type": "actions", "elements": [{"type": "button", "text": plain("Go")}]}]
    checked = checked_blocks(blocks)
    assert checked[0]["block_id"]
    assert checked[0]["elements"][0]["action_id"]
    assert "block_id" not in blocks[0]


def test_every_kind_of_rich_text_is_taken() -> None:
    inline = {"type": "text", "text": "x", "style": {"bold": True}}
    link = {"type": "link", "url": "https://example.com", "text": "there"}
    people = [{"type": "user", "user_id": "U0ANA00001"}, {"type": "broadcast", "range": "here"}]
    when = {"type": "date", "timestamp": 1_800_000_000, "format": "{date}", "fallback": "then"}
    part = {"type": "rich_text_section", "elements": [inline, link, *people, when]}
    a_list = {"type": "rich_text_list", "style": "bullet", "elements": [part]}
    pre = {"type": "rich_text_preformatted", "elements": [inline]}
    quote = {"type": "rich_text_quote", "elements": [inline]}
    assert checked_blocks([{"type": "rich_text", "elements": [part, a_list, pre, quote]}])


VIEW_LIMITS = [
    pytest.param(lambda n: modal(title=plain("x" * n)), 24, id="title"),
    pytest.param(lambda n: modal(submit=plain("x" * n)), 24, id="submit"),
    pytest.param(lambda n: modal(close=plain("x" * n)), 24, id="close"),
    pytest.param(lambda n: modal(private_metadata="x" * n), 3000, id="private_metadata"),
    pytest.param(lambda n: modal(callback_id="x" * n), 255, id="callback_id"),
    pytest.param(lambda n: modal(*[{"type": "divider"}] * n), 100, id="blocks"),
    pytest.param(lambda n: modal(text_input(max_length=n)), 3000, id="max_length"),
]


@pytest.mark.parametrize(("make", "limit"), VIEW_LIMITS)
def test_a_view_has_limits_too(make: Any, limit: int) -> None:
    assert checked_view(make(limit), "modal")
    with pytest.raises(SlackError, match="invalid_arguments"):
        checked_view(make(limit + 1), "modal")


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    view: Block = modal(text_input())
    assert checked_view(view, "modal")
    del view["submit"]
    with pytest.raises(SlackError, match="submit button"):
        checked_view(view, "modal")


def test_a_view_of_more_than_250_kb_is_too_large() -> None:
    blocks = [section("x" * 2900) for _ in range(87)]
    with pytest.raises(SlackError, match="view_too_large"):
        checked_view(modal(*blocks), "modal")


def test_only_one_element_of_a_view_may_take_the_focus() -> None:
    first, second = (text_input(name, focus_on_load=True) for name in ("one", "two"))
    assert checked_view(modal(first), "modal")
    with pytest.raises(SlackError, match="focus_on_load"):
        checked_view(modal(first, second), "modal")


def test_a_home_tab_is_no_modal_and_takes_no_input() -> None:
    assert checked_view({"type": "home", "blocks": []}, "home")
    for view in (modal(), {"type": "home", "blocks": [text_input()]}, {"type": "home"}, None, []):
        with pytest.raises(SlackError, match="invalid_arguments"):
            checked_view(view, "home")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"min_value": 1}, "a number in a string"),
        ({"min_value": "2", "max_value": "1"}, "min_value <= initial_value <= max_value"),
        ({"min_value": "2", "initial_value": "1"}, "min_value <= initial_value <= max_value"),
        ({"initial_value": "1.5"}, "allows no decimals"),
        ({"is_decimal_allowed": None}, "a boolean"),
    ],
)
def test_a_number_has_limits_that_fit_together(more: Block, reason: str) -> None:
    fits = {"min_value": "-1.5", "initial_value": "0", "max_value": "10"}
    assert checked_view(modal(number(is_decimal_allowed=True, **fits)), "modal")
    with pytest.raises(SlackError) as refused:
        checked_view(modal(number(**more)), "modal")
    assert reason in str(refused.value)


def test_the_least_length_of_a_text_is_not_above_the_greatest() -> None:
    assert checked_view(modal(text_input(min_length=5, max_length=5)), "modal")
    with pytest.raises(SlackError, match="min_length"):
        checked_view(modal(text_input(min_length=6, max_length=5)), "modal")


@pytest.mark.parametrize("kind", ["url_text_input", "email_text_input"])
def test_an_address_is_asked_for_in_a_modal_alone(kind: str) -> None:
    element = {"type": kind, "action_id": "x", "initial_value": "a", "placeholder": plain("b")}
    view = modal({"type": "input", "label": plain("Where"), "element": element})
    assert checked_view(view, "modal")
    assert "unsupported type" in refusal(actions(element))
