"""One message for a burst of requests: a line each, and a way to its card.

Nothing here decides: nobody decides on what they have not seen whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, ContextBlock, HeaderBlock, SectionBlock

from app.domain.request import Request
from app.slack import ids

from . import fields, phrases, progress
from .people import listed
from .text import Message, checked, cut, escaped, length, marked, one_line, plain

_ITEM, _TITLE, _FIELD = 245, 110, 60
"""The most characters of an item, of its title and of each of its fields, as they are sent: with
these a message of 20 items fits (`app/domain/bursts.py`)."""

_TITLE_CUT, _POLICY, _NAMES, _FIELDS = 100, 80, 300, 2


def digest(requests: Sequence[Request], gone: int = 0) -> Message:
    """The requests as they stand now; `gone` more were here and are erased."""
    headline = _headline(requests)
    waiting = [request for request in requests if request.pending]
    head: list[Block] = [
        HeaderBlock(text=plain(headline)),
        ContextBlock(elements=[plain(_intro(waiting, gone))]),
    ]
    return Message(
        text=f"{headline}: {listed([escaped(_title(one)) for one in waiting or requests], _NAMES)}",
        blocks=checked([*head, *(block for one in requests for block in _item(one))]),
    )


def _headline(requests: Sequence[Request]) -> str:
    """`14 requests wait for a decision`, later `1 of 14 waits …`, at last that none does."""
    waiting, count = sum(request.pending for request in requests), len(requests)
    if not waiting:
        return f"None of these {count} requests waits any more"
    verb = "waits" if waiting == 1 else "wait"
    of = "" if waiting == count else f"{waiting} of "
    return f"{of}{count} requests {verb} for a decision"


def _intro(waiting: Sequence[Request], gone: int) -> str:
    how = "They came at once. Open sends you a whole card, to decide on. " if waiting else ""
    left_out = f" No longer kept: {gone:,} more." if gone else ""
    return f"{how}The titles are the requesters' own words.{left_out}"


def _item(request: Request) -> list[Block]:
    title = _title(request)
    stands = marked(_stands(request, _ITEM - _sent(title)))
    return [
        SectionBlock(block_id=request.id, text=plain(title), accessory=_open(request)),
        ContextBlock(elements=[stands]),
    ]


def _open(request: Request) -> ButtonElement | None:
    if not request.pending:
        return None
    value = ids.opens(request.id)
    return ButtonElement(action_id=ids.OPEN, text=plain("Open"), value=value)


def _title(request: Request) -> str:
    """The requester's title; instead of one that grows too long when it is sent, what it is."""
    title = phrases.title(request)
    words = cut(title, _TITLE_CUT, "on its card")
    if _sent(words) <= _TITLE:
        return words
    return f"{request.id} (its title of {length(title):,} characters is on its card)"


def _stands(request: Request, room: int) -> str:
    """How it stands, and before that as much of what it is about as there is room for."""
    decision = request.state.decision
    if decision is not None:
        words = phrases.ended(request, decision)
        brief = f"{phrases.SIGNS[decision.outcome]} {phrases.ENDINGS[decision.outcome]}"
        return words if _sent(words) <= room else brief
    parts = [*_about(request), *_state(request)]
    while _sent(" · ".join(parts)) > room:
        parts.pop(0)
    return " · ".join(parts)


def _about(request: Request) -> list[str]:
    """The first short fields of the payload, and the policy."""
    rows = fields.rows(request.body.evaluation.fields, request.body.payload)
    short = [f"{one_line(row.label)}: {row.value}" for row in rows if row.short and not row.ours]
    brief = [words for words in map(escaped, short) if _sent(words) <= _FIELD]
    policy = escaped(cut(request.body.policy.name, _POLICY, "on its card"))
    return [*brief[:_FIELDS], policy]


def _state(request: Request) -> list[str]:
    expires_ms, brief = request.state.expires_ms, progress.in_brief(request).strip(" ()")
    until = "at any time" if expires_ms is None else f"until {phrases.instant(expires_ms)}"
    return [brief, until] if brief else [until]


def _sent(text: str) -> int:
    """How long it is in what is sent."""
    return length(json.dumps(text, ensure_ascii=False)) - 2
