"""Slack's views as plain data: a modal, a Home, and the inputs of a form. Limits as in `kit.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .kit import Element, few, held, plain, present, within
from .text import Block

VIEW_BLOCKS = 100
_TITLE, _METADATA, _LABEL, _LIST, _RADIO = 24, 3_000, 2_000, 100, 10


def home(blocks: Sequence[Block]) -> dict[str, Any]:
    """A view for views.publish."""
    return {"type": "home", "blocks": few(blocks, VIEW_BLOCKS)}


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    metadata: str | None = None,
    *,
    submit: str | None = None,
    close: str = "Cancel",
) -> dict[str, Any]:
    """A view for views.open; what it is about travels in it as `metadata`."""
    sends = None if submit is None else held(plain(submit), _TITLE)
    carried = None if metadata is None else within(metadata, _METADATA)
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": held(plain(title), _TITLE),
        "close": held(plain(close), _TITLE),
        "blocks": few(blocks, VIEW_BLOCKS),
        **present(submit=sends, private_metadata=carried),
    }


def asked(
    block_id: str, label: str, element: Element, hint: str | None = None, *, optional: bool = False
) -> Block:
    """An input with its label, which is plain text like its hint."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": held(plain(label), _LABEL),
        "element": element,
        "optional": optional,
        **present(hint=held(plain(hint), _LABEL) if hint else None),
    }


def text_input(
    action_id: str,
    most: int,
    text: str | None = None,
    *,
    multiline: bool = False,
    focused: bool = False,
) -> Element:
    """For text of at most so many characters, with what stands there first; one input of a form
    may be `focused`, where it is typed at once."""
    return {
        "type": "plain_text_input",
        "action_id": action_id,
        "max_length": most,
        "multiline": multiline,
        "focus_on_load": focused,
        **present(initial_value=text or None),
    }


def url_input(action_id: str, address: str | None) -> Element:
    return {"type": "url_text_input", "action_id": action_id, **present(initial_value=address)}


def number_input(
    action_id: str, number: str | None, least: str | None, most: str | None, *, decimal: bool
) -> Element:
    """Its limits and what stands there first, in digits."""
    given = present(initial_value=number, min_value=least, max_value=most)
    return {
        "type": "number_input",
        "action_id": action_id,
        "is_decimal_allowed": decimal,
        **given,
    }


def day_input(action_id: str, day: str | None = None) -> Element:
    return {"type": "datepicker", "action_id": action_id, **present(initial_date=day)}


def person_input(action_id: str) -> Element:
    return {"type": "users_select", "action_id": action_id}


def choice(
    action_id: str, options: Sequence[Element], initial: Element | None = None, *, radio: bool
) -> Element:
    """Radio buttons, or a list."""
    kind, most = ("radio_buttons", _RADIO) if radio else ("static_select", _LIST)
    return {
        "type": kind,
        "action_id": action_id,
        "options": few(options, most),
        **present(initial_option=initial),
    }
