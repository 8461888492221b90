"""What monitors said of a request after it was opened: shown as theirs, never interpreted."""

from __future__ import annotations

from app.domain.request import Report, Request

from . import fields
from .kit import paragraph, plain
from .space import Space
from .text import Block, cut, one_line

_VALUE = 200


def said(request: Request, space: Space) -> list[Block]:
    """One line a report, the newest first."""
    lines = [line(report, _VALUE, space.rest) for report in reversed(request.state.reports)]
    words = plain(cut("\n".join(lines), space.said, space.rest))
    return [paragraph(words, expand=True)] if lines else []


def line(report: Report, most: int | None, rest: str) -> str:
    """`A monitor says: anomaly: yes (fraud-bot)`; what would look like more lines stays on one.

    Each part of it is at most so long, or whole.
    """
    [row] = fields.rows((), {report.name: report.value})
    parts = [one_line(text) for text in (report.name, row.value, report.by)]
    name, value, by = parts if most is None else [cut(part, most, rest) for part in parts]
    return f"A monitor says: {name}: {value} ({by})"
