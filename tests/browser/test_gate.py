"""The whole gate as a reviewer sees it, in a real browser. Its pictures are those of the docs.

`COUNTERSIGN_PICTURES=docs/images` keeps them there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.world import (
    ANA,
    APPROVE,
    BEN,
    CHLOE,
    REJECT,
    REVISE,
    World,
    at_once,
    eventually,
    running,
)

CONFIRM = "countersign_confirm"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running() as world:
        yield world


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return Path(os.environ.get("COUNTERSIGN_PICTURES", tmp_path))


def opened_card(page: Page, world: World, title: str, **changes: Any) -> tuple[str, Locator]:
    """A new request, and its card on Ana's page; a refund unless `changes` say otherwise."""
    given: dict[str, Any] = {
        "title": title,
        "context": "The parcel arrived damaged; the customer sent photos.",
        "on_behalf_of": "dev@example.com",
    }
    request = world.ask(**(given | changes))
    page.set_viewport_size({"width": 1060, "height": 760})
    page.goto(f"{world.stack.sandbox_url}/?user={ANA}")
    card = page.locator("#messages [data-ts]").filter(has_text=title).first
    expect(card).to_be_visible()
    return str(request["id"]), card


def button(card: Locator, action: str) -> Locator:
    return card.locator(f'[data-action-id="{action}"]')


def test_a_reviewer_approves(page: Page, world: World, pictures: Path) -> None:
    request_id, card = opened_card(page, world, "Refund order 1042 for Acme")
    expect(card).to_contain_text("120.00 USD")
    expect(card).to_contain_text("The parcel arrived damaged")
    expect(card).to_contain_text("Every other refund gets one look.")
    page.set_viewport_size({"width": 1060, "height": 930})  # the whole card, its title included
    page.screenshot(path=pictures / "waiting.png")
    page.set_viewport_size({"width": 1060, "height": 760})
    button(card, APPROVE).click()
    expect(card).to_contain_text("Approved by @Ana")
    expect(card.locator("[data-action-id]")).to_have_count(0)
    page.screenshot(path=pictures / "decided.png")
    assert world.delivered(request_id)["data"]["approved"] is True


def test_a_reviewer_says_what_should_change(page: Page, world: World, pictures: Path) -> None:
    request_id, card = opened_card(page, world, "Refund order 1043 for Acme")
    button(card, REVISE).click()
    form = page.locator("#modal[role=dialog]")
    form.get_by_role("button", name="Send").click()
    expect(form.locator(".field-error")).to_be_visible()
    form.locator("textarea").fill("Refund the shipping too, please.")
    page.screenshot(path=pictures / "revise.png")
    form.get_by_role("button", name="Send").click()
    expect(form).to_be_hidden()
    expect(card).to_contain_text("Refund the shipping too, please.")
    callback = world.delivered(request_id)
    assert callback["type"] == "request.revision_requested"
    assert callback["data"]["comment"] == "Refund the shipping too, please."


def test_what_is_too_long_for_a_card_is_read_whole_and_approved_on_its_last_page(
    page: Page, world: World, pictures: Path
) -> None:
    lines = [f"{n}. The parcel of order {n} arrived late." for n in range(1, 1_301)]
    payload = {
        "tool": "send_letters",
        "arguments": {"letters": lines},
        "reasoning": "Everybody whose parcel arrived late should hear of it.",
        "predicted_effect": "1,300 letters are sent.",
    }
    request_id, card = opened_card(
        page,
        world,
        "Send 1,300 letters",
        policy="agent-tool-call",
        payload=payload,
        signals={"confidence": 0.95, "reversible": False, "affected": 1, "earlier_calls": 40},
        context=None,
    )
    expect(button(card, APPROVE)).to_have_count(0)
    page.screenshot(path=pictures / "too-long.png")
    card.get_by_role("button", name="Open the whole request").click()
    whole = page.locator("#modal[role=dialog]")
    expect(whole).to_contain_text("Page 1 of 2")
    page.screenshot(path=pictures / "whole.png")
    whole.get_by_role("button", name="History").click()
    expect(whole).to_contain_text("Its card was posted in #approvals")
    page.screenshot(path=pictures / "history.png")
    whole.get_by_role("button", name="Back to the request").click()
    whole.get_by_role("button", name="Next page").click()
    expect(whole).to_contain_text("1300. The parcel of order 1300 arrived late.")
    whole.locator(".modal-body").evaluate("(body) => body.scrollTo(0, body.scrollHeight)")
    page.screenshot(path=pictures / "last-page.png")
    button(whole, APPROVE).click()
    expect(whole).to_contain_text("You approved “Send 1,300 letters”.")
    whole.locator("footer").get_by_role("button", name="Close").click()
    expect(card).to_contain_text("Approved by @Ana")
    assert world.delivered(request_id)["data"]["payload"] == payload


def test_two_people_approve_what_is_large(page: Page, world: World, pictures: Path) -> None:
    payload = {"amount": 7200, "customer": "Globex", "tier": "enterprise", "reason": "Overcharged"}
    request_id, card = opened_card(
        page,
        world,
        "Refund order 1045 for Globex",
        payload=payload,
        context="Charged twice in October.",
    )
    assert world.press(BEN, world.card(request_id), CONFIRM)["ok"]
    world.write(BEN, "7200")
    expect(card).to_contain_text("1 of 2")
    expect(card).to_contain_text("The order exists and was paid.")
    page.screenshot(path=pictures / "two-people.png")
    button(card, CONFIRM).click()
    form = page.locator("#modal[role=dialog]")
    form.locator("input").fill("7,200")
    form.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("Approved by @Ben and @Ana")
    assert [one["id"] for one in world.delivered(request_id)["data"]["by"]] == [BEN, ANA]


def test_somebody_chooses(page: Page, world: World, pictures: Path) -> None:
    payload = {
        "record": "account A-100",
        "field": "city",
        "crm_value": "Bristol",
        "erp_value": "Bath",
        "crm_updated_at": "2026-11-18",
        "erp_updated_at": "2026-11-02",
    }
    request_id, card = opened_card(
        page,
        world,
        "Two cities for account A-100",
        policy="data-sync-conflict",
        payload=payload,
        context=None,
    )
    expect(card.get_by_role("button", name="Custom")).to_be_visible()
    page.screenshot(path=pictures / "choices.png")
    card.get_by_role("button", name="Use ERP").click()
    expect(card).to_contain_text("Use ERP")
    expect(card.locator("[data-action-id]")).to_have_count(0)
    assert world.delivered(request_id)["data"]["choice"] == "use_erp"


def test_somebody_stops_what_would_go_ahead(page: Page, world: World, pictures: Path) -> None:
    payload = {
        "tool": "update_ticket",
        "arguments": {"id": 4711, "status": "done"},
        "reasoning": "The customer was answered.",
        "predicted_effect": "The ticket is closed.",
    }
    signals = {"confidence": 0.95, "reversible": True, "affected": 1, "earlier_calls": 40}
    request_id, card = opened_card(
        page,
        world,
        "Close ticket 4711",
        policy="agent-tool-call",
        payload=payload,
        signals=signals,
        context=None,
    )
    expect(card).to_contain_text("Goes ahead")
    page.screenshot(path=pictures / "watched.png")
    card.get_by_role("button", name="Stop").click()
    form = page.locator("#modal[role=dialog]")
    form.locator("textarea").fill("The customer wrote again.")
    form.get_by_role("button", name="Stop").click()
    expect(form).to_be_hidden()
    expect(card).to_contain_text("The customer wrote again.")
    callback = world.delivered(request_id)
    assert (callback["type"], callback["data"]["by"][0]["id"]) == ("request.rejected", ANA)


def test_what_waits_is_urged_and_a_backup_decides(page: Page, world: World, pictures: Path) -> None:
    title = "Refund order 1045 for Acme"
    request_id, card = opened_card(page, world, title)
    page.set_viewport_size({"width": 1240, "height": 860})

    def picture(name: str) -> None:
        card.evaluate("(message) => message.scrollIntoView({block: 'start'})")
        page.screenshot(path=pictures / name)

    world.its_hour_has_come(request_id, "remind_ms")
    card.get_by_label("Reply in thread").click()
    replies = page.locator("#replies")
    expect(replies).to_contain_text("This still waits for a decision")

    world.its_hour_has_come(request_id, "escalate_ms")
    expect(replies).to_contain_text("This is not decided yet, so more people are asked")
    expect(page.locator("#messages")).to_contain_text("so more people are asked")
    picture("escalated.png")

    world.decide(request_id, APPROVE, CHLOE)
    expect(card).to_contain_text("Approved by @Chloe")
    expect(card.locator("[data-action-id]")).to_have_count(0)
    picture("backup.png")
    assert world.delivered(request_id)["data"]["by"][0]["id"] == CHLOE


def test_a_burst_is_one_message_and_each_request_is_opened_out_of_it(
    page: Page, world: World, pictures: Path
) -> None:
    customers = ("Acme", "Globex", "Initech", "Umbrella", "Hooli", "Stark")
    jobs = [
        partial(
            world.ask,
            title=f"Refund order {2042 + n} for {customer}",
            payload={"amount": 120 + 37 * n, "customer": customer, "tier": "standard"},
        )
        for n, customer in enumerate(customers * 2)
    ]
    asked = at_once(jobs, 8)

    def shared() -> list[dict[str, Any]] | None:
        found = [one for one in asked if world.digests(one["id"])]
        return found if len(found) >= 4 else None

    shown = eventually(shared, what="a digest")
    first, second, third, *_ = [str(one["id"]) for one in shown]
    ts = world.digests(first)[0]["ts"]
    page.set_viewport_size({"width": 1060, "height": 900})
    page.goto(f"{world.stack.sandbox_url}/?user={ANA}")
    digest = page.locator(f'#messages [data-ts="{ts}"]')
    expect(digest).to_contain_text("requests wait for a decision")
    digest.get_by_role("button", name="Open").first.click()
    expect(page.locator("#messages")).to_contain_text("Its card is in your direct messages")
    world.decide(first, APPROVE, ANA)
    world.decide(second, REJECT, BEN)
    world.web.post(f"/v1/requests/{third}/cancel", json={}).raise_for_status()
    for words in ("Approved by @Ana", "Rejected by @Ben", "Withdrawn"):
        expect(digest).to_contain_text(words)
    digest.evaluate("(message) => message.scrollIntoView({block: 'start'})")
    page.screenshot(path=pictures / "burst.png")


def test_somebody_else_decides_and_the_open_page_follows(page: Page, world: World) -> None:
    request_id, card = opened_card(page, world, "Refund order 1044 for Acme")
    expect(button(card, REJECT)).to_be_visible()
    world.decide(request_id, REJECT, BEN)
    expect(card).to_contain_text("Rejected by @Ben")
    expect(card.locator("[data-action-id]")).to_have_count(0)
