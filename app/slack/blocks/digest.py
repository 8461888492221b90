"""One message for a burst of requests: a line each, and a way to its card.

Nothing here decides: nobody decides on what they have not seen whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from app.domain.request import Request
from app.slack import ids

from . import fields, phrases, progress
from .brief import own_title
from .kit import Element, button, columns, context, header, marked, plain
from .people import listed, mention
from .text import Block, Message, escaped, length, one_line

_ITEM, _TITLE, _FIELD = 260, 110, 30
"""The most characters of an item, of its title and of each of its fields, as they are sent: with
these a message of `bursts.MOST` items fits."""

_TITLE_CUT, _NAMES, _FIELDS = 100, 300, 2


def digest(requests: Sequence[Request], gone: int = 0) -> Message:
    """The requests as they stand now; `gone` more were here and are erased."""
    headline = _headline(requests)
    waiting = list(filter(_waits, requests))
    head = [header(headline), context(plain(_intro(waiting, gone)))]
    return Message(
        text=f"{headline}: {listed([escaped(_title(one)) for one in waiting or requests], _NAMES)}",
        blocks=[*head, *map(_item, requests)],
    )


def _headline(requests: Sequence[Request]) -> str:
    """`14 requests wait for a decision`, later `1 of 14 waits …`, at last that none does."""
    waiting, count = sum(map(_waits, requests)), len(requests)
    if not waiting:
        return "None of these requests waits any more"
    verb = "waits" if waiting == 1 else "wait"
    of = "" if waiting == count else f"{waiting} of "
    return f"{of}{count} request{'' if count == 1 else 's'} {verb} for a decision"


def _waits(request: Request) -> bool:
    """For an answer: a decision that can be taken back is one, until it is."""
    return request.pending and request.state.undoable is None


def _intro(waiting: Sequence[Request], gone: int) -> str:
    how = "Open sends you the whole card, to decide on. " if waiting else ""
    left_out = f" No longer kept: {gone:,} more." if gone else ""
    return f"{how}Titles are the requesters' words.{left_out}"


def _item(request: Request) -> Block:
    """A row of a table: what it is about, how it stands, and the button."""
    what = _what(request, _ITEM - _sent(_least(request)))
    cells = [plain(what), marked(_stands(request, _ITEM - _sent(what)))]
    return columns(cells, block_id=request.id, accessory=_open(request))


def _open(request: Request) -> Element | None:
    if not _waits(request):
        return None
    value = ids.opens(request.id)
    return button(ids.OPEN, "Open", value)


def _what(request: Request, room: int) -> str:
    """The title, and below it the first short fields of the payload where they fit."""
    rows = fields.rows(request.evaluation.fields, request.payload)
    short = [_brief(row) for row in rows if row.short and not row.ours]
    about = " · ".join([words for words in short if _sent(words) <= _FIELD][:_FIELDS])
    whole = f"{_title(request)}\n{about}"
    return whole if about and _sent(whole) <= room else _title(request)


def _brief(row: fields.Row) -> str:
    """`120.00 USD` or `Acme` speak for themselves; a bare number needs its label."""
    words = any(char.isalpha() for char in row.value)
    return one_line(row.value if words else f"{row.label}: {row.value}")


def _title(request: Request) -> str:
    """The requester's title; instead of one that grows too long when it is sent, what it is."""
    words = phrases.title(request, _TITLE_CUT, "on its card")
    if _sent(words) <= _TITLE:
        return words
    size = length(own_title(request))
    return f"{request.id} (its title of {size:,} characters is on its card)"


def _stands(request: Request, room: int) -> str:
    """How it ended, or until when it waits, how far it has come, and by which policy."""
    decision, undo = request.state.decision, request.state.undoable
    if undo is not None:
        words = phrases.undoable(request, undo)
        brief = f"{phrases.ENDINGS[undo.decision.outcome]}, and can still be taken back"
        return words if _sent(words) <= room else brief
    if decision is not None:
        words = phrases.ended(request, decision)
        brief = f"{phrases.SIGNS[decision.outcome]} {phrases.ENDINGS[decision.outcome]}"
        return words if _sent(words) <= room else brief
    least, come = _least(request), progress.in_brief(request).strip(" ()")
    whole = "\n".join([least, " · ".join(filter(None, [escaped(request.body.policy.name), come]))])
    return whole if _sent(whole) <= room else least


def _least(request: Request) -> str:
    """Until when it waits, and for whom where somebody was chosen: a mention tells them."""
    if not _waits(request):
        return ""
    expires_ms, chosen = request.state.expires_ms, [mention(one) for one in request.state.assigned]
    until = "Waits" if expires_ms is None else f"Until {phrases.instant(expires_ms)}"
    if not chosen:
        return until
    lead = f"{until}\nAsked: "
    room = _ITEM - _sent(_title(request)) - _sent(lead) - len(" and 20 more")
    return lead + listed(chosen, room)


def _sent(text: str) -> int:
    """How long it is in what is sent."""
    return length(json.dumps(text, ensure_ascii=False)) - 2
