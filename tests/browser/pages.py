"""The sandbox's page as a test looks at it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect
from slack_sdk import WebClient

ANA, BEN = "U0ANA00001", "U0BEN00001"
APPROVALS, GENERAL = "C0APPROVAL", "C0GENERAL1"


def message(page: Page, ts: str) -> Locator:
    return page.locator(f'#messages [data-ts="{ts}"]')


def control(place: Locator, action: str) -> Locator:
    return place.locator(f'[data-action-id="{action}"]')


def open_as(page: Page, sandbox: str, user: str = ANA, place: str = APPROVALS) -> None:
    """This person's page, without the modals that an earlier test left open."""
    views = page.request.get(f"{sandbox}/api/state?user={user}").json()["views"]
    for view in views[:1]:
        wanted = {"user": user, "view_id": view["id"], "all": True}
        page.request.post(f"{sandbox}/api/close", data=wanted)
    page.goto(f"{sandbox}/?user={user}#{place}")
    expect(page.locator(f'[data-user="{user}"]')).to_have_attribute("aria-current", "true")


def post(slack: WebClient, channel: str = APPROVALS, **content: Any) -> str:
    return str(slack.chat_postMessage(channel=channel, **content)["ts"])
