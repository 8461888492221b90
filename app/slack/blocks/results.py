"""What came of an approval, in the words of the client that acted on it; or that nobody tells."""

from __future__ import annotations

from app.domain.request import Request, Result

from . import phrases
from .text import Message, boxed, checked, cut, escaped, one_line, section

_TITLE, _TEXT = 300, 500


def told(request: Request, to: str) -> Message:
    """A word in the thread of its card, to those who decided it."""
    title = escaped(cut(phrases.title(request), _TITLE, "on the card"))
    result = request.state.result
    if result is None:
        words = f"{to} This was approved, and nobody has told what came of it: *{title}*.".strip()
        return Message(text=words, blocks=checked([section(words)]))
    lead = f"{to} {outcome(result)} *{title}*".strip()
    said = cut(one_line(result.text), _TEXT, "in the request")
    return Message(text=f"{lead}: {escaped(said)}", blocks=checked([section(lead), boxed(said)]))


def outcome(result: Result) -> str:
    return "Done:" if result.ok else "It failed:"
