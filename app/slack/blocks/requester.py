"""What the requester says about a request: shown, marked as theirs, and never interpreted."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from app.domain.request import Request

from .brief import own_title
from .fields import as_json
from .kit import Text, boxed, marked, plain, section
from .people import mention
from .text import HEADER, Block, cut, escaped, length, one_line, quoted

INTRO = "*From the requester* (their own words, nobody has checked them)"
_NAMES, _LINK = 500, 500
_MOST, _FEWEST = 2_500, 150
_REST = "in the request"


def asked_by(request: Request) -> str:
    """Whose words the title is; plain text, whole."""
    behalf = request.body.on_behalf_of
    of = f" on behalf of {quoted(one_line(behalf))}" if behalf else ""
    return one_line(f"From the requester: {request.body.client}{of}")


def byline(request: Request, rest: str) -> Text:
    """The same on a card, where Slack itself names whoever asked by hand."""
    behalf = request.body.on_behalf_of
    if request.by_hand and behalf:
        return marked(f"From the requester: {mention(behalf)}, by hand in Slack")
    return plain(cut(asked_by(request), _NAMES, rest))


def said(request: Request, fits: Callable[[list[Block]], bool], rest: str) -> list[Block]:
    """The requester's words, as many as fit: they are shown, and are not what is executed."""
    text, most = words(request), _MOST
    if not text:
        return []
    intro = section(INTRO)
    while most >= _FEWEST:
        blocks = [intro, boxed(cut(text, most, rest))]
        if fits(blocks):
            return blocks
        most //= 2
    return left_out(request, rest)


def left_out(request: Request, rest: str) -> list[Block]:
    """Instead of the requester's words, where there is no room for them; `rest`: where they are."""
    text = words(request)
    note = f"_The requester's own words ({len(text):,} characters) are {rest}._"
    return [section(note)] if text else []


def link(request: Request) -> str:
    """Where the whole request is; mrkdwn."""
    return escaped(cut(request.body.links.get("request", request.id), _LINK, _REST))


def words(request: Request) -> str:
    """The title where the header has to cut it, and the context; empty when there is neither."""
    title, context = own_title(request), request.body.context
    parts = [title] if length(quoted(title)) > HEADER else []
    if context not in (None, "", [], {}):
        parts.append(_readable(context))
    return "\n\n".join(parts).strip()


def _readable(context: JsonValue) -> str:
    """Text as it is, an object as one line a key: `ticket: SUP-2291`."""
    match context:
        case str():
            return context
        case dict():
            return "\n".join(f"{key}: {_readable(value)}" for key, value in context.items())
        case _:
            return as_json(context)
