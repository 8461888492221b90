"""Slack's limits, escaping and cutting: the one place that knows them.

Nothing is cut without saying how much is missing and where it is. Limits: docs.slack.dev,
reference/block-kit; the one for a whole message is undocumented (13,200), so we stay well below.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    SectionBlock,
)

HEADER = 150
MESSAGE_BLOCKS = 50
MESSAGE_SIZE = 12_500
CELLS = 10
PART = 2_900
"""The most characters of a longer text in one box or section; Slack takes 3,000 in a section."""

_SUSPECT = re.compile(r"[^\n\t -~]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what is not drawn, or turns round what is: control and format characters,
halves of surrogate pairs, separators."""

_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""Letters, marks and what is not assigned by category, and blank all the same (Unicode's
Default_Ignorable_Code_Point, and the empty Braille pattern)."""

_LOOKS = frozenset("\ufe0e\ufe0f")
"""What chooses between an emoji and a plain sign; behind anything else it is not seen."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What is sent to Slack. `text` is the notification, and what a screen reader reads."""

    text: str
    blocks: list[Json]


def length(text: str) -> int:
    """Slack does not say what it counts; UTF-16 units are never fewer than characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked(blocks: Iterable[Block]) -> list[Json]:
    """The blocks as they are sent, checked by slack-sdk's own models."""
    return [block.to_dict() for block in blocks]


def fits(blocks: list[Json]) -> bool:
    """Whether one message holds these blocks."""
    written = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
    return len(blocks) <= MESSAGE_BLOCKS and length(written) <= MESSAGE_SIZE


def clean(text: str) -> str:
    """Text whose every character is seen: what is invisible, or turns the direction, by its code.

    What is read has to be what will be executed. Also all that Slack takes: no control characters,
    no broken surrogate pairs. Up to eight times as long.
    """
    return _SUSPECT.sub(_seen, text.replace("\r\n", "\n"))


def _seen(found: re.Match[str]) -> str:
    char = found.group()
    if char in _LOOKS and _is_sign(found.string[max(found.start() - 1, 0) : found.start()]):
        return char
    hidden = _BLANK.match(char) or unicodedata.category(char) in _UNSEEN
    return f"[U+{ord(char):04X}]" if hidden else char


def _is_sign(char: str) -> bool:
    return char != "" and not char.isascii() and unicodedata.category(char)[0] in "SP"


def one_line(text: str) -> str:
    """Text without line breaks, so that it can't look like more than one thing."""
    return " ".join(clean(text).split())


def cut(text: str, most: int, rest: str) -> str:
    """At most `most` long. `rest` says where the missing part is, as in `… (+1,200 characters, …)`.

    `most` is at least 80 and `rest` a few words. It is clean before it is measured.
    """
    text = clean(text)
    if length(text) <= most:
        return text
    room = most - len(f"… (+{len(text):,} characters, {rest})")
    kept = text[:room]
    while length(kept) > room:
        kept = kept[:-1]
    return f"{kept}… (+{len(text) - len(kept):,} characters, {rest})"


def shortened(text: str, most: int) -> str:
    """One line of at most `most`; `…` at its end says that there is more, said elsewhere."""
    line = one_line(text)
    if length(line) <= most:
        return line
    kept = line[: most - 1]
    while length(kept) >= most:
        kept = kept[:-1]
    return f"{kept}…"


def split(text: str, most: int) -> list[str]:
    """The same text in parts of at most `most`, of which nothing is missing; at least one part.

    It is clean before it is measured.
    """
    text, parts, start = clean(text), list[str](), 0
    while start < len(text) or not parts:
        part = text[start : start + most]
        while (over := length(part) - most) > 0:
            part = part[: -((over + 1) // 2)]
        parts.append(part)
        start += len(part)
    return parts


def escaped(text: str) -> str:
    """Text from elsewhere inside mrkdwn: no mentions, no links (up to five times as long)."""
    return clean(text).translate(_ESCAPES)


def plain(text: str) -> PlainTextObject:
    """Text that Slack does not interpret at all; the place for what others wrote."""
    return PlainTextObject(text=clean(text), emoji=False)


def marked(text: str) -> MarkdownTextObject:
    """Our own words in mrkdwn; `verbatim` keeps Slack from finding links in them by itself."""
    return MarkdownTextObject(text=text, verbatim=True)


def section(text: str) -> SectionBlock:
    """Our own words, never folded behind "see more"."""
    return SectionBlock(text=marked(text), expand=True)


def boxed(text: str) -> RichTextBlock:
    """Longer text that others wrote, as it stands, in a box that it can't reach out of."""
    words = RichTextElementParts.Text(text=clean(text))
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[words])])


def date(instant_ms: int, fallback: str, form: str = "{date_short_pretty} at {time}") -> str:
    """An instant that Slack shows in each reader's own time zone; `fallback` is ISO text."""
    return f"<!date^{instant_ms // 1000}^{form}|{fallback}>"
