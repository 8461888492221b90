"""Modals on the sandbox's page: stacked, changed while they are open, and their inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from slack_sdk import WebClient

from tests.browser.approval_app import OPTIONS, ApprovalApp, field, text
from tests.browser.pages import control, message, open_as, post
from tests.world import eventually

pytestmark = pytest.mark.browser

Payload = dict[str, Any]


def actions(*labels: str, **more: Any) -> dict[str, Any]:
    elements = [
        {"type": "button", "action_id": label, "text": text(label), **more} for label in labels
    ]
    return {"type": "actions", "block_id": "actions", "elements": elements}


def modal(title: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"type": "modal", "title": text(title), "submit": text("Send"), "close": text("Cancel")}
    return {**known, "callback_id": "form", "blocks": list(blocks), **more}


@pytest.fixture
def opened(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> Callable[[dict[str, Any]], Locator]:
    """Opens a modal from a button, and gives it."""

    def open_it(view: dict[str, Any]) -> Locator:
        app.on["open"] = lambda payload: slack_opens(app, payload, view)
        open_as(page, sandbox)
        ts = post(slack, text="A card", blocks=[actions("open")])
        control(message(page, ts), "open").click()
        dialog = page.locator("#modal")
        expect(dialog).to_contain_text(view["title"]["text"])
        return dialog

    return open_it


def slack_opens(app: ApprovalApp, payload: Payload, view: dict[str, Any]) -> None:
    app.slack.views_open(trigger_id=payload["trigger_id"], view=view)


def cleared(app: ApprovalApp) -> list[bool]:
    """Of each view that was closed, whether all of them were."""
    return [one["is_cleared"] for one in app.got if one["type"] == "view_closed"]


def test_modals_are_stacked_and_left_one_by_one_or_all_at_once(
    page: Page, app: ApprovalApp, opened: Callable[..., Locator]
) -> None:
    def push(payload: Payload) -> None:
        view = modal("Second", {"type": "divider"}, notify_on_close=True)
        app.slack.views_push(trigger_id=payload["trigger_id"], view=view)

    app.on["deeper"] = push
    dialog = opened(modal("First", actions("deeper"), notify_on_close=True))
    control(dialog, "deeper").click()
    expect(dialog).to_contain_text("Second")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_contain_text("First")
    eventually(lambda: cleared(app) == [False], what="the app hearing that it was closed")
    control(dialog, "deeper").click()
    expect(dialog).to_contain_text("Second")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    both = [False, True, True]
    eventually(lambda: cleared(app) == both, what="the app hearing that both were closed")


def test_a_view_is_paged_in_place_and_what_was_typed_goes_with_the_click(
    page: Page, app: ApprovalApp, opened: Callable[..., Locator]
) -> None:
    typed = field("plain_text_input", optional=True) | {"optional": True}
    del typed["element"]["optional"]

    def turn(payload: Payload) -> None:
        view = payload["view"]
        second = modal("Page 2", typed, actions("previous", "next"))
        app.slack.views_update(view_id=view["id"], hash=view["hash"], view=second)

    app.on["next"] = turn
    dialog = opened(modal("Page 1", typed, actions("previous", "next")))
    dialog.get_by_label("plain_text_input").fill("kept")
    control(dialog, "next").click()
    expect(dialog).to_contain_text("Page 2")
    values = app.got[-1]["view"]["state"]["values"]
    assert values["plain_text_input"]["plain_text_input"]["value"] == "kept"
    expect(dialog.get_by_label("plain_text_input")).to_have_value("kept")
    expect(control(dialog, "next")).to_be_focused()


def test_an_answer_shows_errors_then_another_view_then_closes(
    page: Page, app: ApprovalApp, opened: Callable[..., Locator]
) -> None:
    number = field("number_input", is_decimal_allowed=True, max_value="500", initial_value="120.5")
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"number_input": "More than was paid."}},
        {"response_action": "push", "view": modal("Sure?", {"type": "divider"})},
        {"response_action": "clear"},
    ]
    app.on["form"] = lambda _: answers.pop(0)
    dialog = opened(modal("Edit", number))
    send = dialog.get_by_role("button", name="Send")
    amount = dialog.get_by_label("number_input")
    expect(amount).to_have_value("120.5")
    amount.fill("500.01")
    send.click()
    expect(dialog.locator(".field-error")).to_have_text("Please enter a number of at most 500.")
    amount.fill("130")
    send.click()
    expect(dialog.locator(".field-error")).to_have_text("More than was paid.")
    send.click()
    expect(dialog).to_contain_text("Sure?")
    send.click()
    expect(dialog).to_be_hidden()
    assert answers == []


def test_every_input_begins_with_what_it_is_given(
    page: Page, app: ApprovalApp, opened: Callable[..., Locator]
) -> None:
    groups = [{"label": text("All"), "options": OPTIONS}]
    blocks = [
        field("plain_text_input", initial_value="words", max_length=9),
        field("number_input", is_decimal_allowed=False, initial_value="12"),
        field("url_text_input", initial_value="https://example.com"),
        field("email_text_input", initial_value="ana@example.com"),
        field("datepicker", initial_date="2026-12-24"),
        field("static_select", option_groups=groups, initial_option=OPTIONS[1]),
        field("radio_buttons", options=OPTIONS, initial_option=OPTIONS[0]),
        field("checkboxes", options=OPTIONS, initial_options=OPTIONS),
        field("users_select", initial_user="U0BEN00001"),
    ]
    dialog = opened(modal("Given", *blocks))
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()
    given = {kind: dict(state, type=None) for kind, state in app.submitted.items()}
    assert given == {
        "plain_text_input": {"type": None, "value": "words"},
        "number_input": {"type": None, "value": "12"},
        "url_text_input": {"type": None, "value": "https://example.com"},
        "email_text_input": {"type": None, "value": "ana@example.com"},
        "datepicker": {"type": None, "selected_date": "2026-12-24"},
        "static_select": {"type": None, "selected_option": OPTIONS[1]},
        "radio_buttons": {"type": None, "selected_option": OPTIONS[0]},
        "checkboxes": {"type": None, "selected_options": OPTIONS},
        "users_select": {"type": None, "selected_user": "U0BEN00001"},
    }


@pytest.mark.parametrize("trigger", ["on_enter_pressed", "on_character_entered"])
def test_an_input_can_tell_the_app_before_the_form_is_sent(
    page: Page, app: ApprovalApp, opened: Callable[..., Locator], trigger: str
) -> None:
    config = {"trigger_actions_on": [trigger]}
    typed = field("plain_text_input", dispatch_action_config=config) | {"dispatch_action": True}
    choice = field("static_select", options=OPTIONS) | {"dispatch_action": True}

    def grow(payload: Payload) -> None:
        (action,) = payload["actions"]
        said = action.get("value") or action["selected_option"]["value"]
        words = {"type": "section", "text": text(f"You gave {said}")}
        view = modal("Growing", typed, choice, words)
        app.slack.views_update(view_id=payload["view"]["id"], view=view)

    app.on |= {"plain_text_input": grow, "static_select": grow}
    dialog = opened(modal("Growing", typed, choice))
    dialog.get_by_label("static_select").select_option("High")
    expect(dialog).to_contain_text("You gave high")
    box = dialog.get_by_label("plain_text_input")
    box.fill("refund")
    if trigger == "on_enter_pressed":
        box.press("Enter")
    expect(dialog).to_contain_text("You gave refund")
    expect(box).to_be_focused()
    expect(box).to_have_value("refund")
    expect(dialog.get_by_label("static_select")).to_have_value("1")


def test_a_button_that_asks_first_is_pressed_twice(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    pressed: list[Payload] = []
    app.on["sure"] = pressed.append
    words = {"title": "Approve 120.00 USD?", "text": "It is sent.", "confirm": "Yes", "deny": "No"}
    confirm = {name: text(value) for name, value in words.items()}
    open_as(page, sandbox)
    ts = post(slack, text="A card", blocks=[actions("sure", confirm=confirm)])
    asked = page.get_by_role("alertdialog", name="Approve 120.00 USD?")
    control(message(page, ts), "sure").click()
    asked.get_by_role("button", name="No").click()
    expect(asked).to_have_count(0)
    assert pressed == []
    control(message(page, ts), "sure").click()
    with page.expect_response("**/api/click"):
        asked.get_by_role("button", name="Yes").click()
    assert len(pressed) == 1


def test_a_long_view_begins_at_its_top(page: Page, opened: Callable[..., Locator]) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    long = [{"type": "section", "text": text(f"Line {at}")} for at in range(40)]
    dialog = opened(modal("Long", *long, field("plain_text_input")))
    expect(dialog.get_by_label("plain_text_input")).to_be_focused()
    expect(dialog.get_by_text("Line 0", exact=True)).to_be_in_viewport()
