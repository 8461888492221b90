"""The Home tab as a reviewer sees it, in a real browser. Its pictures are those of the docs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.world import ANA, APPROVE, BEN, REJECT, World, pressed, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

REFUNDS = [("Acme", 120), ("Globex", 480), ("Initech", 75), ("Hooli", 310), ("Umbrella", 95)]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return Path(os.environ.get("COUNTERSIGN_PICTURES", tmp_path))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running(COUNTERSIGN_ADMINS="ana@example.com") as world:
        yield world


def refund(world: World, customer: str, amount: int, **changes: Any) -> dict[str, Any]:
    payload = {"amount": amount, "customer": customer, "tier": "standard"}
    title = f"Refund the last order of {customer}"
    return world.ask(**({"title": title, "payload": payload} | changes))


def opened(page: Page, world: World, height: int = 1_500, user: str = ANA) -> Locator:
    """A person's Home, just opened."""
    page.set_viewport_size({"width": 1060, "height": height})
    page.goto(f"{world.stack.sandbox_url}/?user={user}#home")
    home = page.locator(".home")
    expect(home).to_contain_text("Waiting for you")
    return home


def test_a_refusal_is_read_where_it_was_pressed(page: Page, world: World, pictures: Path) -> None:
    request = refund(world, "Tyrell", 205)
    home = opened(page, world, height=760, user=BEN)
    world.fault(method="views.publish", kind="ratelimited", retry_after="2")
    pressed(world, ANA, request, REJECT)
    home.locator(f'[data-action-id="{APPROVE}"]').click()
    world.heal()
    expect(home).to_contain_text("Nothing was decided by this.")
    expect(home.locator(f'[data-action-id="{APPROVE}"]')).to_have_count(0)
    page.screenshot(path=pictures / "home-refused.png")


def test_a_reviewer_pages_through_what_waits_and_answers_there(
    page: Page, world: World, pictures: Path
) -> None:
    done = [refund(world, "Vandelay", 60), refund(world, "Wonka", 44_000)]
    pressed(world, ANA, done[0], APPROVE)
    pressed(world, ANA, done[1], REJECT)
    for customer, amount in REFUNDS:
        refund(world, customer, amount, on_behalf_of="dev@example.com")
    last = refund(world, "Stark", 210)
    refund(world, "Wayne", 85)
    refund(world, "Soylent", 130, on_behalf_of="ana@example.com")
    home = opened(page, world)
    expect(home).to_contain_text("Refund the last order of Acme")
    expect(home).to_contain_text("Rejected by @Ana")
    expect(home).to_contain_text("This deployment")
    expect(home).not_to_contain_text("Stark")
    page.screenshot(path=pictures / "home.png")

    home.get_by_role("button", name="Next").click()
    expect(home).to_contain_text("Refund the last order of Stark")
    expect(home).not_to_contain_text("Acme")
    page.screenshot(path=pictures / "home-second-page.png")
    home.locator(f'[data-action-id="{APPROVE}"]').first.click()
    expect(home).to_contain_text("You approved “Refund the last order of Stark”")
    assert world.get(last["id"])["status"] == "approved"
    page.screenshot(path=pictures / "home-answered.png")
    home.get_by_role("button", name="Previous").click()
    expect(home).to_contain_text("Refund the last order of Acme")


def test_somebody_says_on_their_home_that_they_are_away(
    page: Page, world: World, pictures: Path
) -> None:
    home = opened(page, world)
    home.get_by_role("button", name="I'm away …").click()
    form = page.locator("#modal[role=dialog]")
    expect(form).to_contain_text("Who decides in your place?")
    page.screenshot(path=pictures / "home-away.png")
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_be_hidden()
