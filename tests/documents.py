"""The pages under docs, and what is shown on them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

DOCS = Path(__file__).parents[1] / "docs"


class Block(NamedTuple):
    """A fenced block of a page, and the line where its text begins."""

    page: str
    line: int
    language: str
    text: str


class Call(NamedTuple):
    """What a curl command sends. Without a body it is a GET."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] | None


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(page.name, text.count("\n", 0, found.start(2)) + 1, found[1], found[2])
        for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


def read_call(block: Block, **variables: str) -> Call:
    """The call of a curl command, with its variables filled in as a shell does."""
    words = shlex.split(block.text.replace("\\\n", " "))
    assert words[0] == "curl"
    filled = [re.sub(r"\$(\w+)", lambda at: variables.get(at[1], at[0]), word) for word in words]
    lines = [filled[at + 1] for at, word in enumerate(words) if word == "-H"]
    headers = dict(line.split(": ", 1) for line in lines)
    path = filled[1].removeprefix("$COUNTERSIGN_URL")
    if "-d" not in words:
        return Call(path, headers, None)
    assert headers["Content-Type"] == "application/json"
    return Call(path, headers, json.loads(filled[words.index("-d") + 1]))
