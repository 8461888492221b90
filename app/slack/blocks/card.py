"""The card: what will be executed, why a person is asked, and the buttons; later how it ended."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.request import Request
from app.domain.withholding import withholds

from . import (
    buttons,
    differences,
    fields,
    phrases,
    questions,
    reports,
    requester,
    results,
    review,
    watch,
)
from .kit import context, header, marked, section
from .space import BRIEF, PART, TIGHT, WHOLE, Space
from .text import CELLS, HEADER, MESSAGE_BLOCKS, Block, Message, cut, escaped, fits

_CUT_FIELD, _POLICY = 400, 100
_MOST_ROWS = MESSAGE_BLOCKS * CELLS // 2
"""More rows than this never fit, so no time is spent on them."""


def card(request: Request) -> Message:
    """The request as it stands now.

    A payload that does not fit whole is shown in part, says so, and has no button that approves;
    nor has one of which the readers here may not see all.
    """
    rows = fields.rows(request.evaluation.fields, request.payload)
    frame, shown = _in_whole(request, rows) or _in_part(request, rows)
    said = requester.said(request, lambda more: frame.holds([*shown, *more]), frame.rest)
    blocks = [*frame.head, *shown, *said, *frame.tail]
    return Message(text=phrases.line(request), blocks=blocks)


def _rest(request: Request, *, whole: bool) -> str:
    """Where everything is that does not fit: only what waits for an answer has a button for it."""
    if not _is_asked(request):
        return "in the request"
    return "in Details" if whole else "in the whole request"


def _is_asked(request: Request) -> bool:
    return request.pending and request.state.undoable is None and request.plan is not None


@dataclass(frozen=True)
class _Frame:
    """What stands around the payload, and so how much room there is for it."""

    head: list[Block]
    tail: list[Block]
    rest: str

    def holds(self, body: list[Block]) -> bool:
        return fits([*self.head, *body, *self.tail])


def _frame(request: Request, room: Space) -> _Frame:
    space = replace(room, rest=_rest(request, whole=room.whole))
    head = [
        header(phrases.title(request, HEADER, "below")),
        context(requester.byline(request, space.rest)),
        *_state(request, space),
        *differences.shown(request, space),
    ]
    said = [*reports.said(request, space), *questions.shown(request, space)]
    tail = [*said, *_asked(request, space), _record(request, space)]
    return _Frame(head, tail, space.rest)


def _state(request: Request, space: Space) -> list[Block]:
    """How it stands, where there is more to say than that it waits."""
    decision, stopped, undo = request.state.decision, request.state.stopped, request.state.undoable
    blocks = [] if decision is None else phrases.ending(request, decision, space.said)
    blocks += results.shown(request, space.said)
    if undo is not None:
        said = phrases.comment(undo.decision, space.said)
        return [section(phrases.undoable(request, undo)), *said]
    if request.watched:
        blocks = [watch.announced(request)]
    return blocks if stopped is None else [*blocks, *watch.stopped(stopped, space)]


def _asked(request: Request, space: Space) -> list[Block]:
    plan = request.plan
    if not request.pending:
        return [review.was_asked(request, space)]
    if plan is None:
        return []
    if request.state.undoable is not None:
        return [review.was_asked(request, space), *buttons.undo(request)]
    draw = watch.watched if request.watched else review.asked
    return draw(request, plan, space)


def _heading(request: Request) -> Block:
    return section(f"*{phrases.matter(request)}*")


def _payload(request: Request, rows: Sequence[fields.Row]) -> list[Block] | None:
    """Every field in full, or None where there are more than can ever fit."""
    if len(rows) > _MOST_ROWS:
        return None
    drawn = fields.drawn(rows) if rows else [section("_Nothing: the payload is empty._")]
    return [_heading(request), *drawn, *_hidden(request), *_withheld(request)]


def _in_whole(request: Request, rows: Sequence[fields.Row]) -> tuple[_Frame, list[Block]] | None:
    """All of the payload, with less of what was said about it where that makes room."""
    payload = _payload(request, rows)
    if payload is None:
        return None
    kept = withholds(request)
    spaces = (replace(space, whole=not kept) for space in (WHOLE, BRIEF))
    frames = (_frame(request, space) for space in spaces)
    frame = next((one for one in frames if one.holds([*payload, *_beside(request)])), None)
    return None if frame is None else (frame, payload)


def _in_part(request: Request, rows: Sequence[fields.Row]) -> tuple[_Frame, list[Block]]:
    """As many fields as fit, long ones cut, and a sentence that says what is missing."""
    few = [row.cut(_CUT_FIELD, _rest(request, whole=False)) for row in rows[:_MOST_ROWS]]

    def shown(count: int) -> list[Block]:
        missing = [*_hidden(request), _left_out(request, rows, count)]
        return [_heading(request), *fields.drawn(few[:count]), *missing]

    def too_many(count: int, frame: _Frame) -> bool:
        return not frame.holds([*shown(count), *_beside(request)])

    frame = _frame(request, PART)
    if too_many(0, frame):
        frame = _frame(request, TIGHT)
    counts = range(1, len(few) + 1)
    return frame, shown(bisect_right(counts, False, key=lambda count: too_many(count, frame)))


def _beside(request: Request) -> list[Block]:
    """The least that is said of the requester's words."""
    return requester.left_out(request, _rest(request, whole=False))


def _hidden(request: Request) -> list[Block]:
    return fields.hidden(request.evaluation.fields, request.payload)


def _left_out(request: Request, rows: Sequence[fields.Row], kept: int) -> Block:
    return section(
        f":warning: *This request is too long for a message{_instead(request)}.* "
        f"{kept:,} of {len(rows):,} fields are shown, long ones cut. {_whole(request)}"
    )


def _withheld(request: Request) -> list[Block]:
    """Where the rest is read, by those who may."""
    if not withholds(request) or not _is_asked(request):
        return []
    some = "Some of this is shown only to those who decide"
    return [section(f":lock: *{some}{_instead(request)}.* {_whole(request)}")]


def _instead(request: Request) -> str:
    """What that means for whoever reads it."""
    if request.watched:
        return ", and goes ahead as a whole unless it is stopped"
    return ", so it can't be approved here" if request.pending else ""


def _whole(request: Request) -> str:
    if _rest(request, whole=False) == "in the request":
        return f"The whole request: {requester.link(request)}"
    approve = "" if request.watched else " and approve it"
    return f"Press *Open the whole request* to read all of it{approve}."


def _record(request: Request, space: Space) -> Block:
    policy = escaped(cut(request.body.policy.name, _POLICY, space.rest))
    rule = request.evaluation.rule
    by = f"{policy}, rule {escaped(rule)}" if rule else policy
    digest = request.digest[:12]
    return context(marked(f"Policy {by} · digest {digest} · {request.id}"))
