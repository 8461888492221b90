"""What monitors said of a request after it was opened: shown as theirs, never interpreted."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, SectionBlock

from app.domain.request import Report, Request

from . import fields
from .space import Space
from .text import cut, one_line, plain

_NAME, _VALUE = 80, 200
_REST = "in the request"


def said(request: Request, space: Space) -> list[Block]:
    """One line a report, the newest first."""
    lines = [_line(report) for report in reversed(request.state.reports)]
    words = plain(cut("\n".join(lines), space.said, _REST))
    return [SectionBlock(text=words, expand=True)] if lines else []


def _line(report: Report) -> str:
    """`A monitor says: anomaly: yes (fraud-bot)`; what would look like more lines stays on one."""
    [row] = fields.rows((), {report.name: report.value})
    name, by = (cut(one_line(text), _NAME, _REST) for text in (report.name, report.by))
    return f"A monitor says: {name}: {cut(one_line(row.value), _VALUE, _REST)} ({by})"
