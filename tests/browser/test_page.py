"""The sandbox's page in a real browser: live cards, people, hostile text, modals, warnings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from tests.browser.approval_app import ApprovalApp, card, text
from tests.browser.conftest import client, running_sandbox
from tests.browser.pages import ANA, APPROVALS, BEN, GENERAL, control, message, open_as, post

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> *bold* <!channel> <javascript:alert(1)|press>"


def test_a_card_appears_live_and_loses_its_buttons_when_decided(
    page: Page, sandbox: str, slack: WebClient
) -> None:
    open_as(page, sandbox)
    ts = post(slack, text="Refund", blocks=card("Refund for Northwind"))
    shown = message(page, ts)
    expect(shown.locator("h3")).to_have_text("Refund for Northwind")
    expect(shown.locator('[data-block-id="decide"] button')).to_have_count(4)
    decided = [{"type": "section", "text": {"type": "mrkdwn", "text": f"*Approved* by <@{BEN}>"}}]
    slack.chat_update(channel=APPROVALS, ts=ts, text="Approved", blocks=decided)
    expect(shown).to_contain_text("Approved by @Ben")
    expect(shown.locator("[data-action-id]")).to_have_count(0)


def test_each_person_sees_their_own_page(page: Page, sandbox: str, slack: WebClient) -> None:
    open_as(page, sandbox)
    slack.chat_postEphemeral(channel=APPROVALS, user=ANA, text="A word for Ana")
    word = page.get_by_text("A word for Ana", exact=True)
    expect(page.locator(".ephemeral").filter(has=word)).to_contain_text("Only visible to you")
    page.locator(f'[data-user="{BEN}"]').click()
    expect(page).to_have_url(re.compile(rf"\?user={BEN}#{APPROVALS}$"))
    expect(page.locator(f'[data-user="{BEN}"]')).to_have_attribute("aria-current", "true")
    expect(word).to_have_count(0)


def test_hostile_text_stays_text(page: Page, sandbox: str, slack: WebClient) -> None:
    ts = post(
        slack,
        text=HOSTILE,
        blocks=[
            {"type": "header", "text": text(HOSTILE)},
            {"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}},
            {"type": "section", "fields": [text(HOSTILE)]},
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_preformatted",
                        "elements": [{"type": "text", "text": HOSTILE}],
                    }
                ],
            },
        ],
    )
    open_as(page, sandbox)
    shown = message(page, ts)
    for literal in (shown.locator("h3"), shown.locator(".fields .text"), shown.locator("pre")):
        expect(literal).to_have_text(HOSTILE)
    interpreted = "<img src=x onerror=alert(1)> bold @channel <javascript:alert(1)|press>"
    expect(shown.locator(".section").first).to_have_text(interpreted)
    expect(shown.locator("img, script, a")).to_have_count(0)


def test_a_modal_asks_for_its_comment_and_closes(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    open_as(page, sandbox)
    ts = post(slack, text="Refund", blocks=card("Refund to revise"))
    control(message(page, ts), "revise").click()
    modal = page.get_by_role("dialog", name="Ask for a revision")
    expect(control(modal, "comment")).to_be_focused()
    send = modal.get_by_role("button", name="Send back")
    send.click()
    expect(modal.locator(".field-error")).to_have_text("Please complete this required field.")
    control(modal, "comment").fill("Why?")
    send.click()
    expect(modal.locator(".field-error")).to_have_text("Please say a little more.")
    control(modal, "comment").fill("Attach the invoice,\nplease.")
    send.click()
    expect(modal).to_be_hidden()
    assert app.submitted["comment"]["value"] == "Attach the invoice,\nplease."


def test_every_kind_of_field_is_filled_in_and_submitted(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    open_as(page, sandbox)
    ts = post(slack, text="Refund", blocks=card("Refund with many questions"))
    control(message(page, ts), "approve").click()
    modal = page.get_by_role("dialog", name="Every field")
    modal.get_by_label("plain_text_input").fill("words")
    modal.get_by_label("number_input").fill("12")
    modal.get_by_label("static_select", exact=True).select_option("High")
    control(modal, "multi_static_select").locator("summary").click()
    control(modal, "multi_static_select").get_by_label("Low").check()
    modal.get_by_role("radio", name="High").check()
    control(modal, "checkboxes").get_by_label("Low").check()
    modal.get_by_label("datepicker").fill("2026-12-24")
    modal.get_by_label("users_select").select_option("Ben")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_be_hidden()
    assert {kind: chosen(state) for kind, state in app.submitted.items()} == {
        "plain_text_input": "words",
        "number_input": "12",
        "static_select": "high",
        "multi_static_select": ["low"],
        "radio_buttons": "high",
        "checkboxes": ["low"],
        "datepicker": "2026-12-24",
        "users_select": BEN,
    }


def chosen(state: dict[str, Any]) -> Any:
    """What an input's state holds beside its type; of options their values."""
    (given,) = (value for key, value in state.items() if key != "type")
    if isinstance(given, list):
        return [one["value"] for one in given]
    return given["value"] if isinstance(given, dict) else given


def test_escape_closes_a_modal(page: Page, sandbox: str, slack: WebClient) -> None:
    open_as(page, sandbox)
    ts = post(slack, text="Refund", blocks=card("Refund to leave alone"))
    control(message(page, ts), "revise").click()
    modal = page.get_by_role("dialog")
    expect(modal).to_be_visible()
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()


def test_a_button_warns_when_the_app_fails(page: Page, sandbox: str, slack: WebClient) -> None:
    open_as(page, sandbox)
    ts = post(slack, text="Refund", blocks=card("Refund of a broken app"))
    control(message(page, ts), "silent").click()
    expect(message(page, ts).get_by_role("alert")).to_have_text("The app answered HTTP 500.")
    control(message(page, ts), "other").click()
    expect(message(page, ts).get_by_role("alert")).to_have_count(0)


def test_messages_replies_and_commands_are_sent(page: Page, sandbox: str) -> None:
    open_as(page, sandbox, place=GENERAL)
    write = page.get_by_label("Message #general")
    write.fill("Hello <b>all</b> & *welcome* @ben")
    write.press("Enter")
    said = page.locator("#messages [data-ts]").filter(has_text="Hello <b>all</b> & welcome @Ben")
    said.hover()
    said.get_by_label("Reply in thread").click()
    page.get_by_label("Reply…").fill("In the thread")
    page.get_by_label("Reply…").press("Enter")
    expect(page.locator("#replies")).to_contain_text("In the thread")
    expect(said.get_by_role("button", name="1 reply")).to_be_visible()
    write.fill("/approvals status")
    write.press("Enter")
    expect(page.locator("#messages .ephemeral")).to_contain_text("You asked for status")


def test_unread_messages_are_marked_until_they_are_read(
    page: Page, sandbox: str, slack: WebClient
) -> None:
    open_as(page, sandbox, place=GENERAL)
    post(slack, text="Something new")
    entry = page.locator(f'[data-channel="{APPROVALS}"]')
    expect(entry.locator(".count")).to_be_visible()
    entry.click()
    expect(page.locator("#title")).to_have_text("approvals")
    page.locator(f'[data-channel="{GENERAL}"]').click()
    expect(page.locator("#title")).to_have_text("general")
    expect(entry.locator(".count")).to_have_count(0)


def test_on_a_phone_the_sidebar_opens_from_a_button(page: Page, sandbox: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_as(page, sandbox)
    entry = page.locator(f'[data-channel="{GENERAL}"]')
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="Channels").click()
    entry.click()
    expect(page.locator("#title")).to_have_text("general")
    expect(entry).to_be_hidden()


def test_the_page_finds_a_restarted_sandbox_again(
    page: Page, app: ApprovalApp, tmp_path: Path
) -> None:
    state = tmp_path / "sandbox.json"
    with running_sandbox(app.url, state=state) as url:
        open_as(page, url)
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    with running_sandbox(app.url, int(url.rpartition(":")[2]), state):
        ts = post(client(url), text="Back again")
        expect(message(page, ts)).to_contain_text("Back again")
        expect(page.get_by_text("Reconnecting…")).to_be_hidden()
