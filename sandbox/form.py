"""What people have chosen and typed: `state.values`, kept as Slack keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.elements import elements_of, options_of
from sandbox.wire import JsonObject, Refusal

Values = dict[str, dict[str, JsonObject]]  # block_id -> action_id -> {"type": ..., <key>: ...}

KEYS = {
    "plain_text_input": "value",
    "number_input": "value",
    "url_text_input": "value",
    "email_text_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "users_select": "selected_user",
}


def initial_values(blocks: list[JsonObject], kept: Values | None = None) -> Values:
    """The state that blocks begin with; what `kept` holds for the same elements stays."""
    values: Values = {}
    for block, element in fields_of(blocks):
        key = KEYS[element["type"]]
        initial = element.get("initial_" + key.removeprefix("selected_"))
        value = {"type": element["type"], key: initial or ([] if key[-1] == "s" else None)}
        before = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
        if before is not None and before["type"] == element["type"]:
            value = before
        values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return values


def fields_of(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each element that holds a value, with its block."""
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in KEYS:
                yield block, element


def find_element(blocks: list[JsonObject], block_id: str, action_id: str) -> JsonObject:
    for block in blocks:
        for element in elements_of(block):
            if (block["block_id"], element["action_id"]) == (block_id, action_id):
                return element
    raise Refusal(404, f"there is no element {action_id!r} in a block {block_id!r} (any more)")


def filled_in(element: JsonObject, given: JsonObject) -> JsonObject:
    """A person's input as `{"type", <key>}`; Refusal when it is none that the element offers."""
    key = KEYS.get(element["type"], "selected_option")
    raw = given.get(key, given.get("value"))
    if key == "selected_option":
        chosen: Any = raw if raw is None else _option(element, raw)
    elif key == "selected_options":
        chosen = [_option(element, one) for one in (raw if isinstance(raw, list) else [])]
    elif raw is None or isinstance(raw, str):
        chosen = raw or None
    else:
        raise Refusal(422, f"{key} must be a string or null")
    return {"type": element["type"], key: chosen}


def fill_in(blocks: list[JsonObject], values: Values, given: JsonObject) -> None:
    """Puts a page's `{block_id: {action_id: input}}` into the state."""
    for block_id, inputs in given.items():
        for action_id, entry in inputs.items() if isinstance(inputs, dict) else [("", None)]:
            if not isinstance(entry, dict):
                raise Refusal(422, "state must be {block_id: {action_id: {...}}}")
            element = find_element(blocks, block_id, action_id)
            if element["type"] in KEYS:
                values[block_id][action_id] = filled_in(element, entry)


def _option(element: JsonObject, given: Any) -> JsonObject:
    value = given.get("value") if isinstance(given, dict) else given
    for option in options_of(element):
        if option["value"] == value:
            return option
    raise Refusal(422, f"{value!r} is not one of the options of {element['action_id']!r}")
