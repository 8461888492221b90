"""Slack's blocks as plain data: what a message, a form and a Home are made of.

Slack refuses a whole message for one text that is too long, so that raises `ValueError` here, where
it is made. Limits: docs.slack.dev, reference/block-kit; what a message takes in all: `text.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from app.domain.seen import visible

from .text import CELLS, HEADER, Block, length

Element = dict[str, Any]
"""What stands in a block: a button, an input, an option of a list."""

Text = dict[str, Any]
"""Words as they stand (`plain`), or mrkdwn (`marked`)."""

_SECTION, _CELL, _CONTEXT, _ACTIONS = 3_000, 2_000, 3_000, 25
_BUTTON, _VALUE, _OPTION, _KEY, _MENU = 75, 2_000, 75, 150, 5
_TITLE, _ASKED, _ANSWER = 100, 300, 30

T = TypeVar("T")


def plain(text: str) -> Text:
    """Text that Slack does not interpret at all; the place for what others wrote."""
    return {"type": "plain_text", "text": visible(text), "emoji": False}


def marked(text: str) -> Text:
    """Our own words in mrkdwn; `verbatim` keeps Slack from finding links in them by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": held(plain(text), HEADER)}


def divider() -> Block:
    return {"type": "divider"}


def context(text: Text) -> Block:
    """Small print."""
    return {"type": "context", "elements": [held(text, _CONTEXT)]}


def section(text: str) -> Block:
    """Our own words, never folded behind "see more"."""
    return paragraph(marked(text), expand=True)


def paragraph(
    text: Text,
    *,
    expand: bool | None = None,
    block_id: str | None = None,
    accessory: Element | None = None,
) -> Block:
    """A text with an element beside it; Slack folds it where it is long, unless it is to expand."""
    given = present(expand=expand, block_id=block_id, accessory=accessory)
    return {"type": "section", "text": held(text, _SECTION), **given}


def columns(
    cells: Sequence[Text], *, block_id: str | None = None, accessory: Element | None = None
) -> Block:
    """Short texts in two columns, row by row, with an element beside them."""
    fields = [held(cell, _CELL) for cell in few(cells, CELLS)]
    given = present(block_id=block_id, accessory=accessory)
    return {"type": "section", "fields": fields, **given}


def boxed(text: str) -> Block:
    """Longer text that others wrote, as it stands, in a box that it can't reach out of."""
    return rich_text({"type": "rich_text_preformatted", "elements": [words(visible(text))]})


def rich_text(*parts: Element) -> Block:
    """Lines and lists in which nothing acts but what is made to."""
    return {"type": "rich_text", "elements": list(parts)}


def line(*parts: Element) -> Element:
    """Of rich text."""
    return {"type": "rich_text_section", "elements": list(parts)}


def bullets(lines: Sequence[Element]) -> Element:
    """Of rich text."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def words(text: str, *style: str) -> Element:
    """In a line of rich text; the `style` is bold or italic."""
    styled = {"style": dict.fromkeys(style, True)} if style else {}
    return {"type": "text", "text": text, **styled}


def link(url: str) -> Element:
    """In a line of rich text; it says where it leads."""
    return {"type": "link", "url": url, "text": url}


def actions(block_id: str, elements: Sequence[Element]) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": few(elements, _ACTIONS)}


def button(
    action_id: str,
    label: str,
    value: str = "",
    style: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """The `style` is primary or danger; `confirm` is a `dialog` that comes first."""
    text, carried = held(plain(label), _BUTTON), within(value, _VALUE) or None
    given = present(value=carried, style=style, confirm=confirm)
    return {"type": "button", "action_id": action_id, "text": text, **given}


def dialog(title: str, text: str, confirm: str, deny: str) -> Element:
    """What is asked once more before a button does anything."""
    return {
        "title": held(plain(title), _TITLE),
        "text": held(plain(text), _ASKED),
        "confirm": held(plain(confirm), _ANSWER),
        "deny": held(plain(deny), _ANSWER),
    }


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    """The menu behind ⋯."""
    return {"type": "overflow", "action_id": action_id, "options": few(options, _MENU)}


def option(text: str, value: str, description: str | None = None) -> Element:
    """One of a menu or a list."""
    about = held(plain(description), _OPTION) if description else None
    return {
        "text": held(plain(text), _OPTION),
        "value": within(value, _KEY),
        **present(description=about),
    }


def held(text: Text, most: int) -> Text:
    """The text, if so much can stand there."""
    within(text["text"], most)
    return text


def within(text: str, most: int) -> str:
    """The same of a bare text."""
    if length(text) > most:
        raise ValueError(f"Slack takes {most:,} characters here, and not {length(text):,}")
    return text


def few(things: Sequence[T], most: int) -> list[T]:
    """The things, if so many can stand there, and at least one does."""
    if not 0 < len(things) <= most:
        raise ValueError(f"Slack takes {most:,} of these, and not {len(things):,}")
    return list(things)


def present(**given: Any) -> dict[str, Any]:
    """What there is something to say of."""
    return {name: value for name, value in given.items() if value is not None}
