"""What Slack refuses although each part of the blocks has the right form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sandbox.elements import elements_of, options_of
from sandbox.wire import JsonObject


def in_blocks(blocks: list[JsonObject], at: str) -> Iterator[str]:
    """Each contradiction, as Slack words it; `at` is the JSON pointer of the blocks."""
    named = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(named)) < len(named):
        yield f"[ERROR] each `block_id` must be unique [json-pointer:{at}]"
    elements = [element for block in blocks for element in elements_of(block)]
    if sum(element.get("focus_on_load", False) for element in elements) > 1:
        yield f"[ERROR] only one element may have focus_on_load [json-pointer:{at}]"
    for index, block in enumerate(blocks):
        for what in _in_block(block):
            yield f"[ERROR] {what} [json-pointer:{at}/{index}]"


def _in_block(block: JsonObject) -> Iterator[str]:
    if block["type"] == "section" and not block.keys() & {"text", "fields"}:
        yield "a section needs text or fields"
    named = [e["action_id"] for e in elements_of(block) if "action_id" in e]
    if len(set(named)) < len(named):
        yield "each `action_id` must be unique in its block"
    for element in elements_of(block):
        yield from _in_options(element)
        yield from _in_typed(element)


def _in_options(element: JsonObject) -> Iterator[str]:
    options = options_of(element)
    lists = ("options" in element) + ("option_groups" in element)
    if element["type"] in ("static_select", "multi_static_select") and lists != 1:
        yield "a select needs either options or option_groups"
    if len({option["value"] for option in options}) < len(options):
        yield "the values of the options must be unique"
    initial = [*element.get("initial_options", []), element.get("initial_option")]
    if any(wanted not in [None, *options] for wanted in initial):
        yield "what is selected at first must be among the options"


def _in_typed(element: JsonObject) -> Iterator[str]:
    if element.get("min_length", 0) > element.get("max_length", 3000):
        yield "min_length must not be greater than max_length"
    if "initial_date" in element and not _is_day(element["initial_date"]):
        yield "initial_date must be a day of the calendar"
    if element["type"] == "number_input":
        yield from _in_number(element)


def _in_number(element: JsonObject) -> Iterator[str]:
    given = {
        name: Decimal(element[name])
        for name in ("min_value", "initial_value", "max_value")
        if name in element
    }
    if list(given.values()) != sorted(given.values()):
        yield "a number needs min_value <= initial_value <= max_value"
    if not element["is_decimal_allowed"] and any(n != n.to_integral() for n in given.values()):
        yield "a number that allows no decimals must have whole limits"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
