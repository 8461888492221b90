"""A reviewer's day beyond one press, in a real browser. Its pictures are those of the docs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import control
from tests.world import ANA, APPROVALS, APPROVE, REVISE, World, running_with

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CREDIT = """
policy: credit
description: Credit to a customer.
inputs:
  amount:   {type: number, minimum: 0, label: Amount, format: money, currency: USD, editable: true}
  customer: {type: string, label: Customer}
  until:    {type: string, format: date, label: Valid until, required: false}
  invoice:  {type: string, format: url, label: Invoice, required: false}
  items:    {type: list, label: Items, required: false}
risk:
  impact_radius: {when: payload.amount >= 1000, because: It is much money.}
review:
  channel: "#approvals"
  reviewers: ["@finance-approvers"]
  backups: [cfo@example.com]
  sla: {remind: [2h], escalate: 8h, expire: 1d, result: 4h}
rules:
  - id: large
    when: payload.amount >= 5000
    then: review
    because: Large credits are confirmed by their amount.
    review: {confirm: amount}
  - {id: otherwise, then: review, because: Every other credit gets one look.}
"""
HASTY = """
policy: hasty
inputs: {city: {type: string, label: City}}
review: {channel: "#approvals", reviewers: ["@finance-approvers"], undo: 30m}
"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running_with({"credit": CREDIT, "hasty": HASTY}) as world:
        yield world


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return Path(os.environ.get("COUNTERSIGN_PICTURES", tmp_path))


def as_ana(page: Page, world: World, height: int = 900) -> None:
    page.set_viewport_size({"width": 1060, "height": height})
    page.goto("about:blank")
    page.goto(f"{world.stack.sandbox_url}/?user={ANA}#{APPROVALS}")
    expect(page.locator(f'[data-user="{ANA}"]')).to_have_attribute("aria-current", "true")


def card_of(page: Page, request: dict[str, Any]) -> Locator:
    """The card of a request, its beginning in view."""
    card = page.locator("#messages [data-ts]").filter(has_text=request["id"]).first
    expect(card).to_be_visible()
    card.evaluate("(message) => message.scrollIntoView({block: 'start'})")
    return card


def form_of(page: Page) -> Locator:
    return page.locator("#modal[role=dialog]")


def asked(page: Page, command: str, words: str) -> Locator:
    """The answer to a command; asked anew while Slack is too slow to say who asks."""
    box, answers = page.get_by_label("Message #approvals"), page.locator("#messages .ephemeral")
    answer = answers.filter(has_text=words)
    for _ in range(5):
        before = answers.count()
        box.fill(command)
        box.press("Enter")
        expect(answers).not_to_have_count(before)
        if answer.count():
            break
    expect(answer.last).to_be_visible()
    return answer.last


def credit(world: World, amount: float, **more: Any) -> dict[str, Any]:
    payload = {
        "amount": amount,
        "customer": "Acme",
        "until": "2026-12-31",
        "invoice": "https://billing.example.com/invoices/4711",
        "items": ["Coffee machine", "Grinder"],
    }
    given = {"policy": "credit", "title": f"Credit for Acme's order {amount:.0f}"}
    return world.ask(**{**given, "payload": payload, **more})


def test_a_large_approval_takes_the_amount_typed_and_says_what_came_of_it(
    page: Page, world: World, pictures: Path
) -> None:
    request = credit(world, 7200, context="The machine failed three times; they want it back.")
    as_ana(page, world, 1_000)
    card = card_of(page, request)
    expect(card).to_contain_text("It is much money.")
    page.screenshot(path=pictures / "card.png")
    control(card, "countersign_confirm").click()
    form = form_of(page)
    form.locator("input").fill("720")
    form.get_by_role("button", name="Approve").click()
    expect(form.locator(".field-error")).to_contain_text("That is not the Amount")
    page.screenshot(path=pictures / "confirm.png")
    form.locator("input").fill("7,200")
    form.get_by_role("button", name="Approve").click()
    expect(form).to_be_hidden()
    expect(card).to_contain_text("Approved by @Ana")
    told = {
        "ok": True,
        "text": "Credit booked, cr_881",
        "link": "https://billing.example.com/cr_881",
    }
    world.web.post(f"/v1/requests/{request['id']}/result", json=told).raise_for_status()
    expect(card).to_contain_text("Done: “Credit booked, cr_881”")
    expect(control(card, APPROVE)).to_have_count(0)
    page.screenshot(path=pictures / "result.png")


def test_what_reaches_far_is_asked_for_twice(page: Page, world: World, pictures: Path) -> None:
    request = credit(world, 1200)
    as_ana(page, world)
    card = card_of(page, request)
    control(card, APPROVE).click()
    sure = page.locator("[role=alertdialog]")
    expect(sure).to_contain_text("are you sure?")
    page.screenshot(path=pictures / "sure.png")
    sure.get_by_role("button", name="Not yet").click()
    assert world.get(request["id"])["status"] == "pending"
    control(card, APPROVE).click()
    sure.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("Approved by @Ana")


def test_a_decision_is_taken_back(page: Page, world: World, pictures: Path) -> None:
    request = world.ask(policy="hasty", title="Open the branch in Bath", payload={"city": "Bath"})
    as_ana(page, world)
    card = card_of(page, request)
    control(card, APPROVE).click()
    undo = control(card, "countersign_undo")
    expect(undo).to_be_visible()
    expect(control(card, APPROVE)).to_have_count(0)
    page.screenshot(path=pictures / "undo.png")
    undo.click()
    expect(control(card, APPROVE)).to_be_visible()
    assert world.get(request["id"])["undoable"] is None


def test_what_is_asked_again_shows_what_is_different(
    page: Page, world: World, pictures: Path
) -> None:
    first = credit(world, 480, title="Credit for Acme's returned machine")
    as_ana(page, world, 1_100)
    card = card_of(page, first)
    control(card, REVISE).click()
    form = form_of(page)
    form.locator("textarea").fill("They keep the grinder, so take it off.")
    form.get_by_role("button", name="Send").click()
    expect(card).to_contain_text("They keep the grinder")
    page.screenshot(path=pictures / "resubmission-1.png")
    payload = {**first["payload"], "amount": 390, "items": ["Coffee machine"]}
    answer = world.web.post(f"/v1/requests/{first['id']}/revisions", json={"payload": payload})
    second = answer.raise_for_status().json()
    again = card_of(page, second)
    expect(again).to_contain_text("revision 2")
    expect(again).to_contain_text("They keep the grinder, so take it off.")
    expect(again).to_contain_text("480.00 USD → 390.00 USD")
    page.screenshot(path=pictures / "resubmission-2.png")
    control(again, APPROVE).click()
    expect(again).to_contain_text("Approved by @Ana")
    assert world.delivered(second["id"])["data"]["root_id"] == first["id"]
    page.screenshot(path=pictures / "resubmission-3.png")


def test_the_queue_is_asked_for_by_command(page: Page, world: World, pictures: Path) -> None:
    for number in range(12):
        credit(world, 100 + number, title=f"Credit for order {2000 + number}")
    as_ana(page, world, 1_000)
    answer = asked(page, "/approvals", "Waiting for you")
    expect(answer).to_contain_text("Only visible to you")
    expect(answer.get_by_role("button", name="Details").first).to_be_visible()
    page.screenshot(path=pictures / "queue.png")
    answer.get_by_role("button", name="Next page").click()
    expect(answer.get_by_role("button", name="First page")).to_be_visible()
    typo = asked(page, "/approvals shwo req_1", "Did you mean")
    expect(typo).to_contain_text("show")
    page.screenshot(path=pictures / "queue-typo.png")
