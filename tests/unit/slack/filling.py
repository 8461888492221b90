"""Forms as somebody fills them in: what stands in their inputs when they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.slack import form_ids
from app.slack.blocks import inputs
from app.slack.submission import Values
from policies.schema import Input

_KEYS = {
    "radio_buttons": ("initial_option", "selected_option"),
    "static_select": ("initial_option", "selected_option"),
    "datepicker": ("initial_date", "selected_date"),
}


def kept(blocks: Sequence[Mapping[str, Any]]) -> Values:
    """What a form holds that is sent as it was opened."""
    state: dict[str, Any] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            initial, key = _KEYS.get(element["type"], ("initial_value", "value"))
            value = {"type": element["type"], key: element.get(initial)}
            state[block["block_id"]] = {element["action_id"]: value}
    return Values.model_validate({"values": state})


def filled_in(declared: Mapping[str, Input], **answers: Any) -> Values:
    """A form in which each input holds this: text, a day, or what was chosen."""
    state: dict[str, Any] = {}
    for block in inputs.drawn(declared, {}):
        name, element = block["block_id"].removeprefix(form_ids.input_block("")), block["element"]
        _, key = _KEYS.get(element["type"], ("", "value"))
        given = answers.get(name)
        if key == "selected_option" and given is not None:
            given = {"value": given if given == "-" else form_ids.option(given)}
        state[block["block_id"]] = {element["action_id"]: {"type": element["type"], key: given}}
    return Values.model_validate({"values": state})
