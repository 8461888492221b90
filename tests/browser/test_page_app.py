"""What the app offers on the sandbox's page: commands, shortcuts and the Home tab."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from tests.browser.approval_app import REVISION, ApprovalApp, text
from tests.browser.pages import ANA, APPROVALS, BEN, GENERAL, control, message, open_as, post

pytestmark = pytest.mark.browser


def button(action_id: str, label: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": text(label), "value": "v"}


def page_of(number: int) -> dict[str, Any]:
    """One page of a queue, as a message and as a view's blocks."""
    words = {"type": "section", "text": text(f"Page {number} of 2")}
    turn = {"type": "actions", "elements": [button("previous", "Previous"), button("next", "Next")]}
    return {"text": f"Page {number}", "blocks": [words, turn]}


def write(page: Page, words: str, box: str = "Message #general") -> None:
    page.get_by_label(box).fill(words)
    page.get_by_label(box).press("Enter")


def answered(page: Page, words: str) -> Locator:
    return page.locator("#messages .ephemeral").filter(has_text=words)


def opens_a_form(app: ApprovalApp, payload: dict[str, Any]) -> None:
    app.slack.views_open(trigger_id=payload["trigger_id"], view=REVISION)


def test_a_queue_is_typed_for_and_turned_over_in_place(
    page: Page, sandbox: str, app: ApprovalApp
) -> None:
    app.on["/approvals"] = lambda _: page_of(1)

    def turn(payload: dict[str, Any]) -> None:
        assert payload["container"]["is_ephemeral"]
        WebhookClient(payload["response_url"]).send_dict({"replace_original": True, **page_of(2)})

    app.on["next"] = turn
    open_as(page, sandbox, place=GENERAL)
    write(page, "/approvals mine @ben")
    expect(answered(page, "Page 1 of 2")).to_contain_text("Only visible to you")
    assert app.got[-1]["text"] == f"mine <@{BEN}|ben>"
    control(answered(page, "Page 1 of 2"), "next").click()
    expect(answered(page, "Page 2 of 2")).to_be_visible()
    expect(answered(page, "Page 1 of 2")).to_have_count(0)
    open_as(page, sandbox, user=BEN, place=GENERAL)
    expect(answered(page, "Page 2 of 2")).to_have_count(0)


def test_a_command_is_suggested_and_a_typo_is_answered(page: Page, sandbox: str) -> None:
    open_as(page, sandbox, place=GENERAL)
    box = page.get_by_label("Message #general")
    box.press_sequentially("/app")
    expect(page.locator(".suggestion")).to_contain_text("/approvals")
    box.press("Tab")
    expect(box).to_have_value("/approvals ")
    expect(page.locator(".suggestion")).to_have_count(0)
    write(page, "/aprovals")
    expect(answered(page, "is not a valid command")).to_contain_text("Slackbot")


def test_slack_takes_no_commands_in_a_thread(page: Page, sandbox: str, slack: WebClient) -> None:
    open_as(page, sandbox)
    ts = post(slack, text="A message with a thread")
    message(page, ts).hover()
    message(page, ts).get_by_label("Reply in thread").click()
    write(page, "/approvals", box="Reply…")
    expect(page.locator("#replies")).to_contain_text("is not supported in threads")


def test_the_home_tab_is_told_of_drawn_and_kept_current(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    def publish(number: int) -> None:
        view = {"type": "home", "blocks": page_of(number)["blocks"]}
        slack.views_publish(user_id=ANA, view=view)

    app.on["app_home_opened"] = lambda _: publish(1)
    app.on["next"] = lambda _: publish(2)
    open_as(page, sandbox)
    page.locator("#channels").get_by_role("link", name="Home").click()
    home = page.locator("#messages .home")
    expect(home).to_contain_text("Page 1 of 2")
    event = next(one["event"] for one in app.got if one.get("type") == "event_callback")
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", ANA)
    control(home, "next").click()
    expect(home).to_contain_text("Page 2 of 2")
    clicked = app.got[-1]
    assert clicked["container"] == {"type": "view", "view_id": clicked["view"]["id"]}
    publish(1)
    expect(home).to_contain_text("Page 1 of 2")


def test_a_button_of_the_home_tab_opens_a_modal(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    slack.views_publish(user_id=ANA, view={"type": "home", "blocks": page_of(1)["blocks"]})
    app.on["next"] = lambda payload: opens_a_form(app, payload)
    open_as(page, sandbox, place="home")
    control(page.locator("#messages .home"), "next").click()
    expect(page.get_by_role("dialog", name="Ask for a revision")).to_be_visible()


def test_a_global_shortcut_opens_a_form_from_the_message_box(
    page: Page, sandbox: str, app: ApprovalApp
) -> None:
    app.on["countersign_request"] = lambda payload: opens_a_form(app, payload)
    open_as(page, sandbox, place=GENERAL)
    page.get_by_label("Shortcuts").click()
    page.locator(".shortcuts").get_by_role("button", name="Ask for an approval").click()
    expect(page.get_by_role("dialog", name="Ask for a revision")).to_be_visible()
    assert app.got[-1]["type"] == "shortcut"


def test_a_message_shortcut_knows_the_message(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    app.on["countersign_request_from_message"] = lambda payload: opens_a_form(app, payload)
    open_as(page, sandbox)
    ts = post(slack, text="Please refund order 1042")
    message(page, ts).hover()
    message(page, ts).get_by_label("More message actions").click()
    message(page, ts).get_by_role("button", name="Ask for an approval").click()
    expect(page.get_by_role("dialog", name="Ask for a revision")).to_be_visible()
    assert app.got[-1]["message"]["text"] == "Please refund order 1042"
    assert (app.got[-1]["message_ts"], app.got[-1]["channel"]["id"]) == (ts, APPROVALS)


def test_the_apps_entries_fit_a_phone(page: Page, sandbox: str, slack: WebClient) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    slack.views_publish(user_id=ANA, view={"type": "home", "blocks": page_of(1)["blocks"]})
    open_as(page, sandbox)
    page.get_by_role("button", name="Channels").click()
    page.locator("#channels").get_by_role("link", name="Home").click()
    expect(page.locator("#messages .home")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
