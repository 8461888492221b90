"""What monitors said of a request after it was opened: shown as theirs, never interpreted."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, SectionBlock

from app.domain.request import Report, Request

from . import fields
from .space import Space
from .text import cut, one_line, plain

_VALUE = 200


def said(request: Request, space: Space) -> list[Block]:
    """One line a report, the newest first."""
    lines = [line(report, space.rest) for report in reversed(request.state.reports)]
    words = plain(cut("\n".join(lines), space.said, space.rest))
    return [SectionBlock(text=words, expand=True)] if lines else []


def line(report: Report, rest: str, most: int = _VALUE) -> str:
    """`A monitor says: anomaly: yes (fraud-bot)`; what would look like more lines stays on one."""
    [row] = fields.rows((), {report.name: report.value})
    name, by = (cut(one_line(text), most, rest) for text in (report.name, report.by))
    return f"A monitor says: {name}: {cut(one_line(row.value), most, rest)} ({by})"
