"""Blocks in pages that a view can hold. Nothing is left out, and nothing is cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from .kit import paragraph, plain, section
from .text import PART, Block, length, split

_BLOCKS, _SIZE = 80, 50_000
"""Of the blocks and bytes of a page; Slack takes 100 of a view, and 250 kB."""


def pages(blocks: Iterable[Block]) -> list[list[Block]]:
    """As many pages as it takes, at least one; blocks stay in their order."""
    done, page, size = list[list[Block]](), list[Block](), 0
    for block in blocks:
        adds = len(json.dumps(block, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if page and (len(page) == _BLOCKS or size + adds > _SIZE):
            done, page, size = [*done, page], [], 0
        page.append(block)
        size += adds
    return [*done, page]


def whole(text: str) -> list[Block]:
    """Text that others wrote, in as many sections as it takes."""
    return [paragraph(plain(part), expand=True) for part in split(text, PART)]


def listed(lines: Sequence[str]) -> list[Block]:
    """Lines of our own mrkdwn, as many in a section as it holds; a longer line is plain text."""
    blocks, held = list[Block](), ""
    for line in lines:
        joined = f"{held}\n{line}" if held else line
        if length(joined) <= PART:
            held = joined
            continue
        blocks += [section(held)] if held else []
        held = line if length(line) <= PART else ""
        blocks += [] if held else whole(line)
    return [*blocks, section(held)] if held else blocks


def titled(heading: str, blocks: Sequence[Block]) -> list[Block]:
    """Blocks under a heading of our own; nothing where there are none."""
    return [section(f"*{heading}*"), *blocks] if blocks else []
