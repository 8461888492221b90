"""Lists of requests for one person: a line for each, and pages to turn.

A list decides nothing: each line leads to the whole request.
"""

from __future__ import annotations

from app.domain.lists import QueuePage
from app.domain.request import Request
from app.slack import ids

from . import buttons, phrases, progress
from .brief import facts
from .kit import actions, button, context, divider, header, marked, paragraph, plain, section
from .text import Block, Message, cut, escaped

_TITLE = 120
_TURNS = "countersign_turns"


def queue(page: QueuePage, turn: ids.Turn) -> Message:
    """One page of a list: the one that `turn` led to."""
    headline = _headline(page, turn)
    rows = [block for request in page.requests for block in (divider(), *_row(request))][1:]
    rows = rows or [section(_nothing(page, turn))]
    blocks = [header(headline), *rows, *_turns(page, turn)]
    return Message(text=headline, blocks=blocks)


def one(request: Request) -> Message:
    """One request: what it is, how it stands, and a way to the whole of it."""
    title = phrases.title(request, _TITLE, "in Details")
    decision = request.state.decision
    ending = [] if decision is None else phrases.ending(request, decision, 500)
    parts: list[Block] = [
        header(title),
        *(ending or [section(" · ".join(stands(request)))]),
        paragraph(
            plain("\n".join([*facts(request), request.id])), accessory=buttons.details(request)
        ),
    ]
    return Message(text=phrases.headline(request), blocks=parts)


def stands(request: Request) -> list[str]:
    """How it stands, under which policy, and how far it has come, in mrkdwn."""
    come = progress.in_brief(request).strip(" ()") if request.pending else ""
    policy = escaped(cut(request.body.policy.name, _TITLE, "in Details"))
    return list(filter(None, [_state(request), policy, come]))


def _state(request: Request) -> str:
    state, decision = request.state, request.state.decision
    if decision is not None:
        return f"{phrases.ended(request, decision)} · {phrases.instant(decision.at_ms)}"
    if state.undoable is not None:
        return phrases.undoable(request, state.undoable)
    if state.held is not None:
        until = state.held.until_ms
        return "Held by the pause" if until is None else f"Held until {phrases.instant(until)}"
    if request.watched:
        return f"{phrases.goes_ahead(request)} unless stopped"
    return "Waits" if state.expires_ms is None else f"Until {phrases.instant(state.expires_ms)}"


def _headline(page: QueuePage, turn: ids.Turn) -> str:
    what = "Waiting for you" if turn.kind == "waiting" else "All that waits"
    of = f" under the policy {turn.policy}" if turn.policy else ""
    count, whole = len(page.requests), turn.cursor is None and page.cursor is None
    number = f": {count}" if whole and count else ""
    return f"{what}{of}{number}{', earliest due first' if count > 1 else ''}"


def _nothing(page: QueuePage, turn: ids.Turn) -> str:
    """In place of lines where there are none: why, and what to do."""
    if page.cursor is not None:
        return "Many were looked at, and none of them belongs here so far. Go on with Next page."
    if turn.cursor is not None:
        return "Nothing comes after that any more."
    if turn.kind == "waiting":
        return "Nothing waits for you. When something does, you get a card."
    return "Nothing waits that you may see."


def _row(request: Request) -> list[Block]:
    """What it is about, with the button, and below that how it stands."""
    title = escaped(phrases.title(request, _TITLE, "in Details"))
    what = marked(f"*{title}*\n{escaped(' · '.join(facts(request)))}".strip())
    return [
        paragraph(what, block_id=request.id, accessory=buttons.details(request)),
        context(marked(" · ".join(stands(request)))),
    ]


def _turns(page: QueuePage, turn: ids.Turn) -> list[Block]:
    first = ids.Turn(turn.kind, turn.policy) if turn.cursor is not None else None
    following = ids.Turn(turn.kind, turn.policy, page.cursor) if page.cursor is not None else None
    leads = ((ids.FIRST, "First page", first), (ids.NEXT, "Next page", following))
    turns = [button(action, label, to.as_value()) for action, label, to in leads if to is not None]
    return [actions(_TURNS, turns)] if turns else []
