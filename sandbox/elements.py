"""What stands in a block, and in an element."""

from __future__ import annotations

from sandbox.wire import JsonObject


def elements_of(block: JsonObject) -> list[JsonObject]:
    """The interactive elements of a block, wherever they stand in it."""
    if block["type"] == "actions":
        return list(block["elements"])
    held = block.get("element") or block.get("accessory")
    return [held] if held and held["type"] != "image" else []


def options_of(element: JsonObject) -> list[JsonObject]:
    """Every option of an element, those in groups included."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(o for group in groups for o in group["options"])]
