"""What came after a decision: whether it counts already, and what was done about it."""

from __future__ import annotations

from app.domain.request import Request, Result
from policies.calendar import in_words

from . import fields, kit, phrases
from .kit import boxed, section
from .text import Block, Message, cut, escaped, one_line, quoted
from .values import linked

_LINK, _TITLE, _TEXT = 1_000, 300, 500
_NOTHING = "(no words)"


def shown(request: Request, most: int) -> list[Block]:
    """What was told of an approval, in at most so many characters; or that nothing was."""
    result = request.state.result
    if result is not None:
        return _result(result, most)
    return [section(f":warning: *{_unused(request)}*")] if request.state.unused else []


def _result(result: Result, most: int) -> list[Block]:
    """`Done: “Refund sent, re_123”`, with its link; in the words of the client."""
    lead, words = kit.words(f"{_said(result)} ", "bold"), kit.words(_words(result, most))
    link = fields.inline(linked(cut(result.link, _LINK, "in the request"))) if result.link else []
    parts = [lead, words, *([kit.words("\n"), *link] if link else [])]
    told = section(f"_Told by the requester_ · {phrases.instant(result.at_ms)}")
    return [kit.rich_text(kit.line(*parts)), told]


def _unused(request: Request) -> str:
    plan = request.plan
    within = None if plan is None else plan.result_s
    how_long = "in time" if within is None else f"within {in_words(within)}"
    return f"Approved, and no result was told {how_long}"


def told(request: Request, to: str) -> Message:
    """A word in the thread of its card, to those who decided it."""
    title = escaped(phrases.title(request, _TITLE, "on the card"))
    result = request.state.result
    if result is None:
        words = f"{to} This was approved, and nobody has told what came of it: *{title}*.".strip()
        return Message(text=words, blocks=[section(words)])
    lead = f"{to} {_said(result)} *{title}*".strip()
    said = cut(one_line(result.text), _TEXT, "in the request") or _NOTHING
    text = f"{lead}: {escaped(_words(result, _TEXT))}"
    return Message(text=text, blocks=[section(lead), boxed(said)])


def _words(result: Result, most: int) -> str:
    """Theirs, in quotation marks that they can't close."""
    said = cut(one_line(result.text), most - len("“”"), "in the request")
    return quoted(said) if said else _NOTHING


def _said(result: Result) -> str:
    return "Done:" if result.ok else "Failed:"
