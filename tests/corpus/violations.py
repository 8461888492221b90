"""What hostile text would have got away with in something drawn; shares no code with the app."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from app.slack.blocks.text import Message
from tests.slack_limits import check_message, check_view

_OURS = re.compile(
    r"<@[UW](?!0EVE)[A-Z0-9]+>|<!subteam\^S(?!0EVIL)[A-Z0-9]+>|<#C(?!0EVIL)[A-Z0-9]+>"
    r"|<!date\^[0-9]+\^[^<>^|]*\|[0-9TZ:.-]+>"
)
_ACTS = re.compile(
    r":tada:|:\+1:|:100:|[*_~`]Forged|Forged[*_~`]|^ *(?:&gt;)+ ?Forged", re.MULTILINE
)
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff\ufe00-\ufe0d]"
)
_PADDING = re.compile(
    r"\S[ \t\u00a0\u2000-\u200a\u3000]{9}|\n(?:[ \t\u00a0\u3000]*\n){3}|([^\w\s])\1{20}"
)
_MARKED = re.compile(r" \[mixed (?:letters|digits): U\+[0-9A-F]+[^\]]*\]")
_WORD = re.compile(r"[^\W_]+")
_BUTTON = re.compile(r"countersign_[a-z_]+(?:[:.].*)?", re.DOTALL)
_FORMS = ("CYRILLIC", "GREEK", "CHEROKEE", "LISU", "ARMENIAN")


def violations(drawn: Message | dict[str, Any]) -> Iterator[str]:
    """A line for each thing that should not be there; none where nobody can be fooled."""
    yield from _limits(drawn)
    if isinstance(drawn, Message):
        yield from _acting(drawn.text)
        yield from _unseen(drawn.text)
        if "\n" in drawn.text:
            yield "a notification of several lines"
        yield from _of(drawn.blocks)
    else:
        yield from _of(drawn["blocks"])


def _limits(drawn: Message | dict[str, Any]) -> Iterator[str]:
    try:
        check_message(drawn) if isinstance(drawn, Message) else check_view(drawn)
    except (AssertionError, KeyError) as broken:
        yield f"Slack's limits: {str(broken).splitlines()[0][:200]}"


def _of(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _of(one)
    elif isinstance(node, dict):
        yield from _object(node)
        for name, one in node.items():
            if name != "private_metadata":
                yield from _of(one)


def _object(node: dict[str, Any]) -> Iterator[str]:
    match node:
        case {"type": "mrkdwn", "text": text}:
            yield from _acting(text)
            if node.get("verbatim") is not True:
                yield "mrkdwn in which Slack looks for links"
        case {"type": "plain_text"} if node.get("emoji") is not False:
            yield "plain text with emoji"
        case {"type": "header", "text": {"text": text}} if "Forged" in text:
            if not text.startswith("“") or text.count("”") > 1 or text.count("“") > 1:
                yield f"a heading in the requester's words: {text!r}"
        case {"type": "text", "style": {"bold": True}, "text": text} if "Forged" in text:
            if not text.startswith("“"):
                yield f"the requester's words in bold: {text!r}"
        case {"type": "button" | "overflow", "action_id": action}:
            if not _BUTTON.fullmatch(action) or "Forged" in str(node.get("text")):
                yield f"a button of theirs: {action!r}"
    for name in ("text", "initial_value"):
        if isinstance(node.get(name), str):
            yield from _unseen(node[name])


def _acting(text: str) -> Iterator[str]:
    rest = _OURS.sub("", text)
    if "<" in rest or ">" in rest:
        yield f"something that acts: {rest[:200]!r}"
    if found := _ACTS.search(text):
        yield f"formatting: {text[max(found.start() - 40, 0) : found.end() + 40]!r}"


def _unseen(text: str) -> Iterator[str]:
    for at, char in enumerate(text):
        if not char.isascii() or char < " ":
            chooses = char in "\ufe0e\ufe0f"
            sign = at > 0 and unicodedata.category(text[at - 1])[0] in "SP"
            hidden = unicodedata.category(char)[0] == "C" or char in "\u2028\u2029"
            if (hidden and char not in "\n\t") or _BLANK.match(char) or (chooses and not sign):
                yield f"not seen: U+{ord(char):04X}"
    if found := _PADDING.search(text):
        yield f"padding: {found[0][:30]!r}"
    if re.search(r"[\u0300-\u036f]{5}", text):
        yield "stacked marks"
    yield from _mixed(text)


def _mixed(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        kinds = {form for char in found[0] for form in _FORMS if _is(char, form)}
        plain = any(char.isascii() and char.isalpha() for char in found[0])
        if len(kinds) + plain > 1 and not _MARKED.match(text, found.end()):
            yield f"mixed letters: {text[found.start() : found.end() + 30]!r}"


def _is(char: str, form: str) -> bool:
    return not char.isascii() and unicodedata.name(char, "").startswith(form)
