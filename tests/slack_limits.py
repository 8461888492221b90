"""What Slack takes of a message and of a view, told apart from how the app makes them.

Each check fails with the place of what is wrong. docs.slack.dev/reference/block-kit and
.../reference/views; where the docs are silent, what FACTS measured (a whole message) or what is
said of the nearest thing (a text in rich_text: as in a message).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MESSAGE_BLOCKS, MESSAGE_CHARACTERS, MESSAGE_TEXT = 50, 13_200, 4_000
VIEW_BLOCKS, VIEW_BYTES, METADATA = 100, 250_000, 3_000
TEXT, CELL, CELLS, HEADER, ID = 3_000, 2_000, 10, 150, 255
RICH = 13_200

_IN_MESSAGES = {"header", "divider", "section", "context", "actions", "rich_text"}
_ELEMENTS = {"actions": 25, "context": 10}
_INTERACTIVE = {
    "button",
    "overflow",
    "static_select",
    "multi_static_select",
    "users_select",
    "datepicker",
    "radio_buttons",
    "checkboxes",
    "plain_text_input",
    "number_input",
    "url_text_input",
}
_OPTIONS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}


def check_message(message: Any) -> None:
    """A `text` for notifications and screen readers, and `blocks`."""
    assert 0 < _units(message.text) <= MESSAGE_TEXT, "the fallback text"
    assert message.text.strip(), "the fallback text says nothing"
    _sendable(message.text, "text")
    assert len(message.blocks) <= MESSAGE_BLOCKS, f"{len(message.blocks)} blocks in a message"
    assert _units(_written(message.blocks)) <= MESSAGE_CHARACTERS, "a message too long"
    check_blocks(message.blocks, _IN_MESSAGES)


def check_view(view: dict[str, Any]) -> None:
    """A modal or somebody's Home."""
    assert view["type"] in ("modal", "home")
    assert 0 <= len(view["blocks"]) <= VIEW_BLOCKS, f"{len(view['blocks'])} blocks in a view"
    assert len(_written(view).encode()) <= VIEW_BYTES, "a view too large"
    assert _units(view.get("private_metadata", "")) <= METADATA, "private_metadata"
    assert len(view.get("callback_id", "")) <= ID, "callback_id"
    inputs = any(block["type"] == "input" for block in view["blocks"])
    assert not inputs or view["type"] == "home" or "submit" in view, "inputs without a submit"
    if view["type"] == "modal":
        _plain(view["title"], 24, "title")
        for name in ("submit", "close"):
            if name in view:
                _plain(view[name], 24, name)
    check_blocks(view["blocks"], _IN_MESSAGES | {"input"})


def check_blocks(blocks: list[dict[str, Any]], kinds: set[str]) -> None:
    """Each block by itself, and that no two go by one name."""
    named = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(set(named)) == len(named), "a block_id twice"
    focused = 0
    for index, block in enumerate(blocks):
        at = f"blocks[{index}] ({block['type']})"
        assert block["type"] in kinds, at
        assert 0 < len(block.get("block_id", "x")) <= ID, at
        _BLOCKS[block["type"]](block, at)
        elements = list(_interactive(block))
        actions = [one["action_id"] for one in elements]
        assert len(set(actions)) == len(actions), f"{at}: an action_id twice"
        focused += sum(one.get("focus_on_load", False) for one in elements)
    assert focused <= 1, "two inputs want the focus"


def _header(block: dict[str, Any], at: str) -> None:
    _plain(block["text"], HEADER, at)


def _section(block: dict[str, Any], at: str) -> None:
    assert block.keys() & {"text", "fields"}, f"{at}: nothing to read"
    if "text" in block:
        _text(block["text"], TEXT, at)
    if "fields" in block:
        assert 0 < len(block["fields"]) <= CELLS, f"{at}: fields"
        for cell in block["fields"]:
            _text(cell, CELL, at)
    if "accessory" in block:
        _element(block["accessory"], at)


def _several(block: dict[str, Any], at: str) -> None:
    assert 0 < len(block["elements"]) <= _ELEMENTS[block["type"]], f"{at}: elements"
    for element in block["elements"]:
        if block["type"] == "context":
            _text(element, TEXT, at)
        else:
            _element(element, at)


def _rich_text(block: dict[str, Any], at: str) -> None:
    assert block["elements"], f"{at}: nothing to read"
    for part in block["elements"]:
        lines = part["elements"] if part["type"] == "rich_text_list" else [part]
        assert lines, f"{at}: an empty list"
        for line in lines:
            assert line["elements"], f"{at}: an empty line"
            for one in line["elements"]:
                _inline(one, at)


def _inline(one: dict[str, Any], at: str) -> None:
    if one["type"] == "link":
        assert one["url"].startswith(("https://", "http://")), f"{at}: {one['url']!r}"
        assert one["text"] == one["url"], f"{at}: a link that names something else"
    elif one["type"] == "text":
        assert 0 < _units(one["text"]) <= RICH, f"{at}: a text of {_units(one['text'])}"
    _sendable(one.get("text", ""), at)


def _input(block: dict[str, Any], at: str) -> None:
    _plain(block["label"], 2_000, at)
    if "hint" in block:
        _plain(block["hint"], 2_000, at)
    _element(block["element"], at)


def _divider(block: dict[str, Any], at: str) -> None:
    assert block.keys() <= {"type", "block_id"}, at


_BLOCKS = {
    "header": _header,
    "section": _section,
    "context": _several,
    "actions": _several,
    "rich_text": _rich_text,
    "input": _input,
    "divider": _divider,
}


def _element(element: dict[str, Any], at: str) -> None:
    assert element["type"] in _INTERACTIVE, f"{at}: {element['type']}"
    assert 0 < len(element["action_id"]) <= ID, f"{at}: action_id"
    if element["type"] == "button":
        _plain(element["text"], 75, at)
        assert len(element.get("value", "")) <= 2_000, f"{at}: value"
        assert element.get("style", "primary") in ("primary", "danger"), f"{at}: style"
    if "placeholder" in element:
        _plain(element["placeholder"], 150, at)
    assert _units(element.get("initial_value", "")) <= 3_000, f"{at}: initial_value"
    if "confirm" in element:
        _confirm(element["confirm"], at)
    options = element.get("options", [])
    if element["type"] in ("overflow", "radio_buttons", "checkboxes"):
        assert options, f"{at}: no option"
    assert len(options) <= _OPTIONS.get(element["type"], 100), f"{at}: options"
    values = [option["value"] for option in options]
    assert len(set(values)) == len(values), f"{at}: an option twice"
    for option in options:
        _text(option["text"], 75, at)
        assert 0 < len(option["value"]) <= 150, f"{at}: an option's value"
        if "description" in option:
            _text(option["description"], 75, at)


def _confirm(asked: dict[str, Any], at: str) -> None:
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        _text(asked[name], most, f"{at}: confirm.{name}")


def _text(text: dict[str, Any], most: int, at: str) -> None:
    assert text["type"] in ("plain_text", "mrkdwn"), at
    assert 0 < _units(text["text"]) <= most, f"{at}: a text of {_units(text['text'])}, not {most}"
    _sendable(text["text"], at)


def _plain(text: dict[str, Any], most: int, at: str) -> None:
    assert text["type"] == "plain_text", at
    _text(text, most, at)


def _sendable(text: str, at: str) -> None:
    """No halves of surrogate pairs, and no control characters but line breaks and tabs."""
    wrong = {
        char
        for char in text
        if (char < " " and char not in "\n\t") or 0xD800 <= ord(char) <= 0xDFFF
    }
    assert not wrong, f"{at}: {wrong!r}"


def _interactive(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    held = [*block.get("elements", ()), block.get("element"), block.get("accessory")]
    return (one for one in held if one and one["type"] in _INTERACTIVE)


def _units(text: str) -> int:
    """UTF-16 units, which are never fewer than characters: Slack does not say what it counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _written(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))
