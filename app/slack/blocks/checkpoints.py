"""A checkpoint of the record, as one message."""

from __future__ import annotations

import json

from app.domain.message import iso

from .kit import boxed, section
from .text import Message


def announced(line: str, before: int) -> Message:
    """What it is over in words, and the line itself, which can be checked as it stands.

    It stands for so many `before` it that were not posted one by one.
    """
    checkpoint = json.loads(line)["checkpoint"]
    text = (
        f"Checkpoint of the record: {checkpoint['seq']:,} entries by {iso(checkpoint['at_ms'])}, "
        f"hash {checkpoint['hash'][:16]}…"
    )
    if before > 0:
        text += f" The {before:,} before it were not posted one by one; it stands for them too."
    return Message(text=text, blocks=[section(text), boxed(line)])
