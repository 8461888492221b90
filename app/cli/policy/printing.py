"""Text for people: lines that fit, hanging under what they belong to; no colour says it alone."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

from app.domain import seen

WIDTH = 100


def clean(text: str) -> str:
    """Text of a policy or a request on one line, with nothing that would steer a terminal."""
    return " ".join(seen.clean(text).split())


def say(text: str, indent: int = 0, label: str = "", width: int = 0, colour: str = "") -> None:
    """A paragraph behind its label, which has `width` columns; further lines hang under it."""
    column = f"{clean(label)} ".ljust(width) if label else " " * width
    _hang(text, indent, column, width, colour)


def row(cells: Sequence[tuple[str, int]], text: str, indent: int = 0) -> None:
    """A paragraph behind cells, each with its columns."""
    column = "".join(f"{clean(cell)} ".ljust(width) for cell, width in cells)
    _hang(text, indent, column, len(column), "")


def _hang(text: str, indent: int, column: str, width: int, colour: str) -> None:
    start = " " * indent
    lines = textwrap.wrap(
        clean(text),
        WIDTH,
        initial_indent=start + column,
        subsequent_indent=start + " " * width,
        break_on_hyphens=False,
    )
    first, *others = lines or [(start + column).rstrip()]
    if colour:
        first = start + click.style(column, fg=colour) + first[len(start + column) :]
    click.echo("\n".join((first, *others)))


def head(text: str) -> None:
    """A heading, with an empty line before it."""
    click.echo(f"\n{click.style(clean(text), bold=True)}")


def counted(number: int, what: str) -> str:
    """`1 policy`, `no problems`, `3 tests`."""
    plural = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"1 {what}" if number == 1 else f"{number or 'no'} {plural}"
