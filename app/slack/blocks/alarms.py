"""What the admins are told, as one message."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.alarms import Alarm

from .kit import paragraph, plain
from .text import Message, cut, escaped, one_line

_ALARM, _FIRST = 700, 200


def told(alarms: Sequence[Alarm]) -> Message:
    """One block for each, at most ten; what others wrote into them stays text."""
    first, more = alarms[0].text, len(alarms) - 1
    notification = escaped(cut(one_line(f"Countersign: {first}"), _FIRST, "below"))
    texts = [cut(alarm.text, _ALARM, "in the log") for alarm in alarms]
    return Message(
        text=f"{notification} (and {more} more)" if more else notification,
        blocks=[paragraph(plain(text)) for text in texts],
    )
