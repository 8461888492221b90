"""A request in a few words of plain text: its title, and the fields that say how much of what."""

from __future__ import annotations

from itertools import islice

from app.domain.request import Request

from .text import cut, length, one_line, quoted
from .values import Row, each

_FIELD, _FIELDS, _LEAST = 40, 3, 80


def title(request: Request, most: int, rest: str) -> str:
    """The requester's title in quotation marks, on one line of at most so many characters."""
    words = cut(own_title(request), most - len("“”"), rest)
    return quoted(words) if words else "Untitled request"


def own_title(request: Request) -> str:
    """The same as they wrote it, whole; it may be empty."""
    return one_line(request.body.title)


def about(request: Request, most: int) -> str:
    """`Refund order 1042 · Amount: 120.00 USD · Customer: Acme`, at most so many characters."""
    parts = [title(request, max(_LEAST, most // 2), "on the card")]
    for words in facts(request):
        if length(" · ".join([*parts, words])) <= most:
            parts.append(words)
    return " · ".join(parts)


def facts(request: Request) -> list[str]:
    """The first fields that are short, each with its label: three at most.

    In quotation marks where the name is not the policy's, or it could pass for more than one.
    """
    shown = each(request.evaluation.fields, request.payload)
    said = (_fact(row) for row in shown if row.short and not row.ours)
    return list(islice((words for words in said if length(words) <= _FIELD), _FIELDS))


def _fact(row: Row) -> str:
    words = one_line(f"{row.label}: {row.value}")
    return quoted(words) if row.theirs or "·" in words else words
