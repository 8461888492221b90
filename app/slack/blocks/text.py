"""What a message holds, escaping and cutting: the one place that knows them.

Nothing is cut without saying how much is missing and where it is. Limits: docs.slack.dev,
reference/block-kit; the one for a whole message is undocumented (13,200), so we stay well below.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from app.domain import seen
from app.domain.seen import clean, visible

HEADER = 150
MESSAGE_BLOCKS = 50
MESSAGE_SIZE = 12_500
CELLS = 10
PART = 2_900
"""The most characters of a longer text in one box or section; Slack takes 3,000 in a section."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_QUOTES = str.maketrans("“”„‟″", '"' * 5)

_ACTING = re.compile(
    r"(?<![^\W_])[*_~]|[*_~](?![^\W_])|`|:(?!\d\d(?!\w))(?=[^\s:]{1,100}:)|^[ \t]*>",
    re.ASCII | re.MULTILINE,
)
"""What mrkdwn would read as bold, italic, struck, code, an emoji or a quotation; it has no escape
for these. `a_b` and 12:30:00 are left alone."""

_INERT = str.maketrans("*_~`:>", "\u2217\u02cd\u223c\u02cb\u2236\u203a")
"""Signs that look the same, and do nothing."""

Block = dict[str, Any]
"""One part of a message, as Slack has it (`kit.py`)."""


@dataclass(frozen=True)
class Message:
    """What is sent to Slack. `text` is the notification, and what a screen reader reads."""

    text: str
    blocks: list[Block]


def length(text: str) -> int:
    """Slack does not say what it counts; UTF-16 units are never fewer than characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits(blocks: list[Block]) -> bool:
    """Whether one message holds these blocks."""
    written = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
    return len(blocks) <= MESSAGE_BLOCKS and length(written) <= MESSAGE_SIZE


def one_line(text: str) -> str:
    """Text without line breaks, so that it can't look like more than one thing."""
    return " ".join(clean(text).split())


def quoted(line: str) -> str:
    """What others wrote, in quotation marks that it can't close by itself. It is clean already."""
    return f"“{line.translate(_QUOTES)}”"


def cut(text: str, most: int, rest: str) -> str:
    """At most `most` long. `rest` says where the missing part is, as in `… (+1,200 characters, …)`.

    `most` is at least 80 and `rest` a few words. It is clean before it is measured.
    """
    text = clean(text)
    if length(text) <= most:
        return text
    room = most - len(f"… (+{len(text):,} characters, {rest})")
    kept = _start(text, room)
    return f"{kept}… (+{len(text) - len(kept):,} characters, {rest})"


def shortened(text: str, most: int) -> str:
    """One line of at most `most`; `…` at its end says that there is more, said elsewhere."""
    line = one_line(text)
    return line if length(line) <= most else f"{_start(line, most - 1)}…"


def split(text: str, most: int) -> list[str]:
    """The same text in parts of at most `most`, of which nothing is missing; at least one part.

    It is clean before it is measured.
    """
    text, parts = clean(text), list[str]()
    while text or not parts:
        part = _start(text, most) or text[: most // 2]
        parts.append(part)
        text = text[len(part) :]
    return parts


def _start(text: str, most: int) -> str:
    """The beginning of a clean text, at most so long, that ends neither in a mark nor before an
    accent."""
    end = min(most, len(text))
    while (over := length(text[:end]) - most) > 0:
        end -= (over + 1) // 2
    return text[: seen.before(text, end)]


def escaped(text: str) -> str:
    """Text from elsewhere inside mrkdwn, of which nothing acts (up to five times as long)."""
    inert = _ACTING.sub(lambda found: found[0].translate(_INERT), visible(text))
    return inert.translate(_ESCAPES)


def date(instant_ms: int, fallback: str, form: str = "{date_short_pretty} at {time}") -> str:
    """An instant that Slack shows in each reader's own time zone; `fallback` is ISO text."""
    return f"<!date^{instant_ms // 1000}^{form}|{fallback}>"
