"""A card as somebody reads it, and a request as far along as a test wants it."""

from __future__ import annotations

from typing import Any

from app.domain import lifecycle
from app.domain.request import Request
from app.slack import ids
from app.slack.blocks.card import card
from app.slack.blocks.text import Message
from tests.builders import NOW


def after(request: Request, command: Any, now: int = NOW) -> Request:
    transition = lifecycle.apply(request, command, now)
    assert transition is not None
    assert transition.after is not None
    return transition.after


def buttons(request: Request) -> list[tuple[str, str | None]]:
    """The buttons that answer, with their styles; Details answers nothing."""
    found = [block for block in card(request).blocks if block["type"] == "actions"]
    return [
        (one["action_id"], one.get("style"))
        for block in found
        for one in block["elements"]
        if one["type"] == "button" and one["action_id"] != ids.DETAILS
    ]


def menu(request: Request) -> list[str]:
    """The entries of the card's menu."""
    found = [block for block in card(request).blocks if block["type"] == "actions"]
    menus = [one for block in found for one in block["elements"] if one["type"] == "overflow"]
    return [option["text"]["text"] for one in menus for option in one["options"]]


def in_short(request: Request) -> str:
    """The state and the title in the notification of a card, without what comes after them."""
    return card(request).text.split(" · ")[0]


def words(request: Request) -> str:
    """Everything a reader sees, one text a line."""
    return words_of(card(request))


def words_of(message: Message) -> str:
    return "\n".join(texts(message.blocks))


def texts(node: Any) -> list[str]:
    """Every text in these blocks."""
    if isinstance(node, list):
        return [text for one in node for text in texts(one)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for key, one in node.items() for text in texts(one)]
