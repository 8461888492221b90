"""Asking by hand and approving with edits, in a real browser, with pictures for the docs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.world import ANA, APPROVALS, DEV, World, running_with

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

REFUND = """
policy: refund
description: Money back to a customer.
inputs:
  amount:   {type: number, minimum: 0, maximum: 5000, label: Amount, format: money, currency: USD,
             editable: true}
  customer: {type: string, max_length: 200, label: Customer}
  tier:     {type: string, enum: [standard, enterprise], label: Tier, editable: true}
  due:      {type: string, format: date, label: Pay it by, required: false, editable: true}
  goodwill: {type: boolean, label: Is it goodwill, required: false}
  account:  {type: string, secret: true, label: Account to pay into, required: false}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
"""
ACCESS = """
policy: access
description: Access to a system, for a while.
inputs:
  system:  {type: string, enum: [billing, crm, warehouse, payroll, ledger, mail, search]}
  ticket:  {type: string, format: url, label: Ticket}
  days:    {type: integer, minimum: 1, maximum: 30, label: Days}
  tables:  {type: list, max_length: 20, label: Tables, required: false}
  filter:  {type: object, label: Filter, required: false}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running_with({"refund": REFUND, "access": ACCESS}) as world:
        yield world


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return Path(os.environ.get("COUNTERSIGN_PICTURES", tmp_path))


def as_somebody(page: Page, world: World, user: str) -> None:
    page.set_viewport_size({"width": 1060, "height": 1240})
    page.goto("about:blank")
    page.goto(f"{world.stack.sandbox_url}/?user={user}#{APPROVALS}")
    expect(page.locator(f'[data-user="{user}"]')).to_have_attribute("aria-current", "true")


def sent(form: Locator, name: str) -> None:
    form.get_by_role("button", name=name).click()


def test_a_message_becomes_a_request_and_is_approved_with_edits(
    page: Page, world: World, pictures: Path
) -> None:
    as_somebody(page, world, DEV)
    page.get_by_label("Message #approvals").fill("Acme sent the coffee machine back, 120 USD.")
    page.get_by_label("Message #approvals").press("Enter")
    said = page.locator("#messages [data-ts]").filter(has_text="Acme sent the coffee").first
    said.hover()
    said.get_by_label("More message actions").click()
    said.get_by_role("button", name="Ask for an approval").click()
    form = page.locator("#modal[role=dialog]")
    expect(form).to_contain_text("What is it about?")
    form.get_by_label("What is it about?").select_option(label="refund")
    page.screenshot(path=pictures / "by-hand-policy.png")
    sent(form, "Next")
    expect(form.get_by_label("Title")).to_have_value("Acme sent the coffee machine back, 120 USD.")
    form.get_by_label("Amount").fill("120")
    form.get_by_label("Customer").fill("Acme")
    form.get_by_label("standard").check()
    form.get_by_label("Why", exact=True).fill("The pump broke after two days.")
    page.screenshot(path=pictures / "by-hand.png")
    sent(form, "Ask")
    expect(form).to_be_hidden()

    as_somebody(page, world, ANA)
    card = page.locator("#messages [data-ts]").filter(has_text="by hand in Slack").first
    expect(card).to_contain_text("From the requester: @Dev, by hand in Slack")
    card.evaluate("(message) => message.scrollIntoView({block: 'start'})")
    page.screenshot(path=pictures / "by-hand-card.png")
    card.locator('[data-action-id="countersign_menu"]').click()
    page.get_by_text("Approve with edits …").click()
    form = page.locator("#modal[role=dialog]")
    expect(form.get_by_label("Amount")).to_have_value("120")
    form.get_by_label("Amount").fill("100")
    form.get_by_label("Why you changed it").fill("They keep the grinder.")
    page.screenshot(path=pictures / "edit.png")
    sent(form, "Approve with edits")
    expect(form).to_be_hidden()
    expect(card).to_contain_text("Approved by @Ana")
    expect(card).to_contain_text("100.00 USD")
    card.evaluate("(message) => message.scrollIntoView({block: 'start'})")
    page.screenshot(path=pictures / "edited.png")


def test_the_command_opens_a_form_with_an_input_of_each_kind(
    page: Page, world: World, pictures: Path
) -> None:
    as_somebody(page, world, DEV)
    page.get_by_label("Message #approvals").fill("/approvals request access")
    page.get_by_label("Message #approvals").press("Enter")
    form = page.locator("#modal[role=dialog]")
    form.get_by_label("Title").fill("Read the ledger")
    form.get_by_label("System").select_option(label="ledger")
    form.get_by_label("Ticket").fill("https://tickets.example/4711")
    form.get_by_label("Days").fill("31")
    form.get_by_label("Tables").fill("invoices\npayments")
    form.get_by_label("Filter").fill('{"year": 2026')
    sent(form, "Ask")
    expect(form.locator(".field-error")).to_contain_text("at most 30")
    form.get_by_label("Days").fill("14")
    sent(form, "Ask")
    expect(form.locator(".field-error")).to_contain_text("Is not JSON")
    page.screenshot(path=pictures / "by-hand-complaint.png")
    form.get_by_label("Filter").fill('{"year": 2026}')
    sent(form, "Ask")
    expect(form).to_be_hidden()
