"""What Slack's own client says under an input before it submits. Its wording is not documented."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from sandbox.form import KEYS, Values, fields_of
from sandbox.wire import JsonObject

NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?")
URL = re.compile(r"https?://[^\s/]+\.?\S*")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def in_view(blocks: list[JsonObject], values: Values) -> dict[str, str]:
    """By block_id, what is missing or of the wrong form in the inputs of a modal."""
    found: dict[str, str] = {}
    for block, element in fields_of(blocks):
        value = values[block["block_id"]][element["action_id"]][KEYS[element["type"]]]
        if block["type"] != "input" or (not value and block.get("optional")):
            continue
        what = _in_value(element, value) if value else "Please complete this required field."
        if what:
            found[block["block_id"]] = what
    return found


def _in_value(element: JsonObject, value: str) -> str | None:
    check = CHECKS.get(element["type"])
    return check(element, value) if check else None


def _text(element: JsonObject, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    return None if least <= len(value) <= most else f"Please enter {least} to {most} characters."


def _number(element: JsonObject, value: str) -> str | None:
    if not NUMBER.fullmatch(value):
        return "Please enter a number."
    number = Decimal(value)
    if not element["is_decimal_allowed"] and "." in value:
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None


def _url(_element: JsonObject, value: str) -> str | None:
    return None if URL.fullmatch(value) else "Please enter a valid URL."


def _email(_element: JsonObject, value: str) -> str | None:
    return None if EMAIL.fullmatch(value) else "Please enter a valid email address."


CHECKS: dict[str, Callable[[JsonObject, str], str | None]] = {
    "plain_text_input": _text,
    "number_input": _number,
    "url_text_input": _url,
    "email_text_input": _email,
}
