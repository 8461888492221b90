"""Cells of a table that somebody opens in a spreadsheet. Pure."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
"""A cell that begins so may be run by a spreadsheet (OWASP, CSV injection)."""


def cell(value: str | None) -> str:
    """The value, with an apostrophe before what a spreadsheet would take for a formula."""
    text = value or ""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
