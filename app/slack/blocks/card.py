"""The card: what will be executed, why a person is asked, and the buttons; later how it ended."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock

from app.domain.request import Request

from . import fields, phrases, requester, review
from .text import (
    CELLS,
    HEADER,
    MESSAGE_BLOCKS,
    Json,
    Message,
    checked,
    cut,
    escaped,
    fits,
    marked,
    plain,
    section,
)

_CUT_FIELD, _POLICY = 400, 100
_MOST_ROWS = MESSAGE_BLOCKS * CELLS // 2
"""More rows than this never fit, so no time is spent on them."""


def card(request: Request) -> Message:
    """The request as it stands now.

    A payload that does not fit whole is shown in part, says so, and has no Approve button.
    """
    rows = fields.rows(request.body.evaluation.fields, request.body.payload)
    frame = _frame(request, whole=True)
    payload = _payload(request, rows)
    if payload is None or not frame.holds([*payload, *checked(requester.left_out(request))]):
        frame = _frame(request, whole=False)
        payload = _payload_in_part(request, rows, frame)
    shown = payload
    said = requester.said(request, lambda more: frame.holds([*shown, *more]))
    blocks = [*frame.head, *payload, *said, *frame.tail]
    return Message(text=phrases.headline(request), blocks=blocks)


@dataclass(frozen=True)
class _Frame:
    """What stands around the payload, and so how much room there is for it."""

    head: list[Json]
    tail: list[Json]

    def holds(self, body: list[Json]) -> bool:
        return fits([*self.head, *body, *self.tail])


def _frame(request: Request, *, whole: bool) -> _Frame:
    head = [
        HeaderBlock(text=plain(cut(phrases.title(request), HEADER, "below"))),
        ContextBlock(elements=[plain(requester.asked_by(request))]),
    ]
    plan, decision = request.body.evaluation.plan, request.state.decision
    tail = [_record(request)]
    if decision is not None:
        head += phrases.ending(decision)
        tail = [review.was_asked(request), *tail]
    elif plan is not None:
        tail = [*review.asked(request, plan, whole=whole), *tail]
    return _Frame(checked(head), checked(tail))


def _heading(request: Request) -> Block:
    return section("*What will be executed*" if request.pending else "*What was asked*")


def _payload(request: Request, rows: Sequence[fields.Row]) -> list[Json] | None:
    """Every field in full, or None where there are more than can ever fit."""
    if len(rows) > _MOST_ROWS:
        return None
    drawn = fields.drawn(rows) if rows else [section("_Nothing: the payload is empty._")]
    return checked([_heading(request), *drawn])


def _payload_in_part(request: Request, rows: Sequence[fields.Row], frame: _Frame) -> list[Json]:
    """As many fields as fit, long ones cut, and a sentence that says what is missing."""
    few = [row.cut(_CUT_FIELD, "not shown here") for row in rows[:_MOST_ROWS]]
    beside = checked(requester.left_out(request))

    def shown(count: int) -> list[Json]:
        left_out = _left_out(request, rows, count)
        return checked([_heading(request), *fields.drawn(few[:count]), left_out])

    def too_many(count: int) -> bool:
        return not frame.holds([*shown(count), *beside])

    return shown(bisect_right(range(1, len(few) + 1), False, key=too_many))


def _left_out(request: Request, rows: Sequence[fields.Row], kept: int) -> Block:
    instead = ", so it can't be approved here" if request.pending else ""
    return section(
        f":warning: *This request is too long for a message{instead}.* "
        f"{kept:,} of {len(rows):,} fields are shown, long ones cut. "
        f"The whole request: {requester.link(request)}"
    )


def _record(request: Request) -> Block:
    policy = escaped(cut(request.body.policy.name, _POLICY, "in the request"))
    digest = request.body.digest[:12]
    return ContextBlock(elements=[marked(f"Policy {policy} · digest {digest} · {request.id}")])
