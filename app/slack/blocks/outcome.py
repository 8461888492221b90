"""What came after a decision: whether it counts already, and what was done about it."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextSectionElement

from app.domain.request import Request, Result
from policies.calendar import in_words

from . import fields, phrases
from .fields import Rich
from .text import cut, section
from .values import linked

_LINK = 1_000


def shown(request: Request, most: int) -> list[Block]:
    """What was told of an approval, in at most so many characters; or that nothing was."""
    result = request.state.result
    if result is not None:
        return _result(result, most)
    return [section(f":warning: *{_unused(request)}*")] if request.state.unused else []


def _result(result: Result, most: int) -> list[Block]:
    """`Done: Refund sent, re_123`, with its link; in the words of the client."""
    lead = Rich.Text(text="Done: " if result.ok else "Failed: ", style=Rich.TextStyle(bold=True))
    words = Rich.Text(text=cut(result.text, most, "in the request") or "(no words)")
    link = fields.inline(linked(cut(result.link, _LINK, "in the request"))) if result.link else []
    parts = [lead, words, *([Rich.Text(text="\n"), *link] if link else [])]
    told = section(f"_Told by the requester_ · {phrases.instant(result.at_ms)}")
    return [RichTextBlock(elements=[RichTextSectionElement(elements=parts)]), told]


def _unused(request: Request) -> str:
    plan = request.plan
    within = None if plan is None else plan.result_s
    how_long = "in time" if within is None else f"within {in_words(within)}"
    return f"Approved, and no result was told {how_long}"
