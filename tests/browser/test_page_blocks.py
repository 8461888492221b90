"""How the sandbox's page draws blocks: rich text, fields, menus and replies in the channel."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from tests.browser.approval_app import ApprovalApp, option, text
from tests.browser.pages import APPROVALS, control, message, open_as, post

pytestmark = pytest.mark.browser


def section(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(inline)}


def words(said: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": said, **({"style": style} if style else {})}


def a_list(style: str, *items: str, **more: Any) -> dict[str, Any]:
    elements = [section(words(item)) for item in items]
    return {"type": "rich_text_list", "style": style, "elements": elements, **more}


def test_rich_text_has_its_lists_quotes_styles_and_dates(
    page: Page, sandbox: str, slack: WebClient
) -> None:
    when = {"type": "date", "timestamp": 1_790_000_000, "format": "{date_num}", "fallback": "then"}
    parts = [
        section(words("bold", bold=True), words("gone", strike=True), words("it", italic=True)),
        section(words("code", code=True), when),
        section({"type": "link", "url": "https://example.com/", "text": "the order"}),
        a_list("bullet", "one", "two"),
        a_list("bullet", "under two", indent=1),
        a_list("ordered", "third", offset=2),
        {"type": "rich_text_quote", "elements": [words("quoted")]},
        {"type": "rich_text_preformatted", "elements": [words("{\n  <b>}")]},
    ]
    open_as(page, sandbox)
    ts = post(slack, text="Rich", blocks=[{"type": "rich_text", "elements": parts}])
    shown = message(page, ts)
    for tag, said in {"strong": "bold", "s": "gone", "em": "it", "code": "code"}.items():
        expect(shown.locator(f".rich {tag}")).to_have_text(said)
    expect(shown.get_by_role("link", name="the order")).to_have_attribute(
        "href", "https://example.com/"
    )
    expect(shown).to_contain_text("2026-09-21")
    expect(shown.locator("ul.indent-0 li")).to_have_text(["one", "two"])
    expect(shown.locator("ul.indent-1 li")).to_have_text(["under two"])
    expect(shown.locator("ol")).to_have_attribute("start", "3")
    expect(shown.locator("blockquote")).to_have_text("quoted")
    expect(shown.locator("pre")).to_have_text("{\n  <b>}")


def test_fields_stand_beside_their_accessory(page: Page, sandbox: str, slack: WebClient) -> None:
    button = {"type": "button", "action_id": "view", "text": text("View all"), "style": "danger"}
    fields = [{"type": "mrkdwn", "text": f"*Field {at}*\nvalue {at}"} for at in range(4)]
    block = {"type": "section", "fields": fields, "accessory": button}
    open_as(page, sandbox)
    shown = message(page, post(slack, text="Fields", blocks=[block]))
    expect(shown.locator(".fields .text")).to_have_count(4)
    expect(shown.locator(".fields strong").first).to_have_text("Field 0")
    beside, fields_end = control(shown, "view").bounding_box(), shown.locator(".fields")
    assert beside is not None
    box = fields_end.bounding_box()
    assert box is not None
    assert beside["x"] >= box["x"] + box["width"]


def test_an_overflow_menu_sends_what_was_chosen(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("history")]}
    open_as(page, sandbox)
    shown = message(page, post(slack, text="x", blocks=[{"type": "actions", "elements": [menu]}]))
    shown.get_by_label("More actions", exact=True).click()
    with page.expect_response("**/api/click"):
        shown.get_by_role("button", name="History").click()
    assert app.got[-1]["actions"][0]["selected_option"]["value"] == "history"


def test_a_reply_shown_in_the_channel_leads_to_its_thread_and_can_be_changed(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    act = {"type": "button", "action_id": "act", "text": text("Approve")}
    blocks = [{"type": "actions", "block_id": "b", "elements": [act]}]
    open_as(page, sandbox)
    root = post(slack, text="Refund order 1042")
    ts = post(slack, text="Still waiting", thread_ts=root, reply_broadcast=True, blocks=blocks)
    shown = message(page, ts)
    expect(shown).to_contain_text("Replied to a thread: Refund order 1042")
    with page.expect_response("**/api/click"):
        control(shown, "act").click()
    assert app.got[-1]["container"]["thread_ts"] == root
    shown.get_by_role("button", name="Refund order 1042").click()
    reply = page.locator(f'#replies [data-ts="{ts}"]')
    expect(reply).to_contain_text("Also sent to the channel")
    expect(control(reply, "act")).to_be_visible()
    slack.chat_update(channel=APPROVALS, ts=ts, text="Approved")
    for place in (shown, reply):
        expect(place).to_contain_text("Approved")
        expect(control(place, "act")).to_have_count(0)


def test_a_choice_stays_when_its_message_is_drawn_anew(
    page: Page, sandbox: str, slack: WebClient, app: ApprovalApp
) -> None:
    select = {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")]}
    blocks = [{"type": "actions", "block_id": "b", "elements": [select]}]
    open_as(page, sandbox)
    ts = post(slack, text="Choose", blocks=blocks)
    with page.expect_response("**/api/click"):
        control(message(page, ts), "s").select_option("B")
    post(slack, text="A reply draws its parent anew", thread_ts=ts)
    expect(message(page, ts).get_by_role("button", name="1 reply")).to_be_visible()
    expect(control(message(page, ts), "s")).to_have_value("1")
