"""From a condition as people write it to the CEL that is compiled, and back for positions.

CEL keeps integers and doubles apart; JSON and people do not. So every number is a double here:
`50` is read as `50.0`, `size(x)` as `double(size(x))`, and a payload's integers are converted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from policies.atoms import MAX_NUMBER

MAX_LENGTH = 2_000
MAX_PRODUCTS = 12
"""Keeps doubles from overflowing: a number has 53 bits, the sums of 2,000 characters add 11, and 13
factors of 64 bits stay below 2^1024. Lists hold no arithmetic, or a product could be multiplied
again under another name, as in `[x * x].all(y, y * y > 1)`."""

_QUOTED = r"""(?:[rR](?:'[^'\n]*'|"[^"\n]*")|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_TOKEN = re.compile(
    rf"""
      (?P<triple>[rR]?(?:\"\"\"|''')) | (?P<text>{_QUOTED}) | (?P<comment>//)
    | (?P<bytes>\b[bB][rR]?['"]) | (?P<escaped>`)
    | (?P<asked>(?<![.\w])has\(\s*(?P<whose>payload|signals)\.(?P<what>[A-Za-z_]\w*)\s*\))
    | (?P<pattern>\bmatches\s*\(\s*(?P<regex>{_QUOTED})\s*\))
    | (?P<computed>\bmatches\s*\()
    | (?P<member>\.\s*size\s*\() | (?P<size>\bsize\s*\()
    | (?P<loop>\.\s*(?:all|exists|exists_one|filter)\s*\()
    | (?P<scan>\.\s*(?:contains|startsWith|endsWith)\s*\()
    | (?P<field>(?<![.\w])(?P<source>payload|signals|risk)
        \s*\.\s*(?P<name>[A-Za-z_]\w*)(?!\w|\s*\())
    | (?P<within>\bin\b) | (?P<equal>[=!]=) | (?P<comma>,) | (?P<word>[A-Za-z_]\w*)
    | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?P<suffix>\w*))
    | (?P<open>\() | (?P<close>\)) | (?P<times>\*) | (?P<over>/) | (?P<modulo>%)
    | (?P<plus>\+) | (?P<minus>-) | (?P<enter>[\[{{]) | (?P<leave>[\]}}])
    """,
    re.VERBOSE | re.ASCII,
)
_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "triple": "put text in single or double quotes",
        "bytes": "put text in quotes without a b before them",
        "escaped": "write names without `",
        "comment": "a condition holds no comment; write it on a line of its own, after a #",
        "computed": "matches() takes its pattern as quoted text, as in matches('^AC-')",
        "member": "write size(x) for x.size()",
        "modulo": "conditions have no remainder operator",
    }
)


class DialectError(ValueError):
    """Something that a condition can't hold, and the offset where it stands."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


class Effort(NamedTuple):
    """What can take an evaluation time: how often a condition does each.

    `loops` go through lists, `scans` look through a text, `equals` through two values, and `sums`
    put texts or lists together; `commas` bound the lists that are written out.
    """

    loops: int
    scans: int
    equals: int
    sums: int
    commas: int


class Translation(NamedTuple):
    """CEL text, the (source, name) pairs that it reads and asks about, its regular expressions.

    `moves` holds (offset in the CEL text, offset in the condition) wherever the two part.
    """

    cel: str
    reads: tuple[tuple[str, str], ...]
    asks: tuple[tuple[str, str], ...]
    patterns: tuple[tuple[int, str], ...]
    moves: tuple[tuple[int, int], ...]
    effort: Effort

    def origin(self, offset: int) -> int:
        """Where in the condition the character at this offset of the CEL text comes from."""
        there, here = self.moves[bisect_right(self.moves, offset, key=lambda move: move[0]) - 1]
        return here + offset - there


def translate(text: str, free: bool) -> Translation:
    """Reads a condition; `free` says that the payload has no declared inputs. DialectError."""
    if len(text) > MAX_LENGTH:
        raise DialectError(0, f"a condition has at most {MAX_LENGTH:,} characters")
    reading = _Reading(free)
    for match in _TOKEN.finditer(text):
        reading.take(match)
    return reading.finish(text)


class _Reading:
    """One pass over a condition."""

    def __init__(self, free: bool) -> None:
        self.free = free
        self.pieces: list[tuple[int, int, str]] = []
        self.reads: dict[tuple[str, str], None] = {}
        self.asks: dict[tuple[str, str], None] = {}
        self.patterns: list[tuple[int, str]] = []
        self.closers: list[str] = []
        self.kinds: Counter[str] = Counter()
        self.products = 0
        self.brackets = 0

    def take(self, match: re.Match[str]) -> None:
        """Notes what a token means, and what stands for it in CEL if that is something else."""
        kind = str(match.lastgroup)
        if kind in _REFUSED:
            raise DialectError(match.start(), _REFUSED[kind])
        if self.brackets > 0 and _is_arithmetic(match):
            raise DialectError(match.start(), "write no arithmetic between [ ] or { }")
        self.kinds[kind] += 1
        match kind:
            case "number":
                self._replace(match, _number(match))
            case "field":
                self.reads[match["source"], match["name"]] = None
            case "asked":
                self._ask(match)
            case "pattern":
                self.patterns.append((match.start("regex"), match["regex"]))
            case "size":
                self.closers.append("))")
                self._replace(match, "double(size(")
            case "open" | "loop" | "scan":
                self.closers.append(")")
            case "close":
                self._replace(match, self.closers.pop() if self.closers else ")")
            case "times" | "over":
                self._multiply(match)
            case "enter":
                self.brackets += 1
            case "leave":
                self.brackets -= 1

    def _ask(self, match: re.Match[str]) -> None:
        """has() of a declared input becomes a variable: CEL's own looks into objects only."""
        name = match["whose"], match["what"]
        if self.free and match["whose"] == "payload":
            self.reads[name] = None
            return
        self.asks[name] = None
        self._replace(match, f"has.{match['whose']}.{match['what']}")

    def _multiply(self, match: re.Match[str]) -> None:
        """`/` becomes `%`, which CEL leaves undefined for doubles, and conditions define.

        CEL's own division gives infinity for a zero divisor, and an error must not approve.
        """
        self.products += 1
        if self.products > MAX_PRODUCTS:
            raise DialectError(match.start(), f"write at most {MAX_PRODUCTS} times * or /")
        if match.lastgroup == "over":
            self._replace(match, "%")

    def _replace(self, match: re.Match[str], piece: str) -> None:
        self.pieces.append((match.start(), match.end(), piece))

    def finish(self, text: str) -> Translation:
        cel, done, moves = "", 0, [(0, 0)]
        for start, end, piece in self.pieces:
            cel += text[done:start] + piece
            moves += [(len(cel) - len(piece), start), (len(cel), end)]
            done = end
        return Translation(
            cel + text[done:],
            tuple(self.reads),
            tuple(self.asks),
            tuple(self.patterns),
            tuple(moves),
            self._effort(),
        )

    def _effort(self) -> Effort:
        kinds = self.kinds
        return Effort(
            loops=kinds["loop"],
            scans=kinds["scan"] + kinds["pattern"] + kinds["size"],
            equals=kinds["equal"] + kinds["within"],
            sums=kinds["plus"],
            commas=kinds["comma"],
        )


def _is_arithmetic(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].rstrip()
    is_sign = match.lastgroup == "minus" and before.endswith(("[", "{", ",", ":", "("))
    return match.lastgroup in ("times", "over", "plus", "minus") and not is_sign


def _number(match: re.Match[str]) -> str:
    text = match["number"]
    if match["suffix"]:
        raise DialectError(match.start(), f"{text[:40]} is no number; write it in decimal digits")
    if float(text) > MAX_NUMBER:
        raise DialectError(match.start(), f"a number lies within ±{MAX_NUMBER:,}")
    return text if any(mark in text for mark in ".eE") else f"{text}.0"
