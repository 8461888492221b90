"""What a person sees of a text that others wrote: what they could not see is marked, in brackets.

What is read has to be what will be executed, so every mark says exactly what stands in its place.
"""

from __future__ import annotations

from collections import Counter

import regex

from . import scripts

_HIDDEN = regex.compile(r"((?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800])\1*+")
"""What is not drawn, or turns round what is: control and format characters, halves of surrogate
pairs, what is blank by Unicode's Default_Ignorable_Code_Point, and the empty Braille pattern."""

_LOOK = regex.compile(r"(?<=(?![\x00-\x7f])[\p{S}\p{P}])[\ufe0e\ufe0f]")
"""What chooses between an emoji and a plain sign; behind anything else it is not seen."""

_ORPHAN = regex.compile(r"(?<![\p{L}\p{M}\p{N}]|(?![\x00-\x7f])\p{S})(?![\ufe0e\ufe0f])\p{M}++")
"""Marks with no letter of their own to stand on: they would strike out what we wrote before."""

_ACCENT = regex.compile(r"\p{M}")
_STACK = regex.compile(r"\p{M}{5,}+")
_LINES = regex.compile(r"(?<=\n)(?:[\t\p{Zs}]*+\n){3,}+")
_SPACES = regex.compile(r"(?<=[^\s])[\t\p{Zs}]{9,}+|^[\t\p{Zs}]{41,}+", regex.MULTILINE)
"""More than it takes to align a table, or to indent code."""

_DRAWN = r"[^\p{L}\p{M}\p{N}\s\ufe0e\ufe0f]"
_REPEATS = regex.compile(
    rf"({_DRAWN})\1{{20,}}+|({_DRAWN}[^\p{{L}}\p{{N}}\n\t]{{1,3}}?)\2{{9,}}+|(\\[nrt])\3{{3,}}+"
)
"""One sign, or a few in turn, over and over, or JSON's line breaks. Letters and digits are
content, however many."""

_ODD = regex.compile(r"[^A-Za-z0-9]{9}|\\")
"""Plain ASCII without such a run, or an escape of JSON's, has nothing of all that in it."""

_MARK = regex.compile(r"\[(?:U\+|[0-9,]++ |mixed |lookalike ).{1,80}?\]")
_LONGEST = 120
"""No mark of ours is longer than this."""

_FEW = 3
_SORTS = {" ": "space", "\t": "tab"}


def clean(text: str) -> str:
    """Text whose every character is seen, and of which nothing is pushed out of sight.

    Marked are: by its code what is invisible or turns the direction, by its count what only takes
    room, and words of mixed scripts. Doing it again changes nothing. At most 15 times as long.
    """
    if text.isascii() and text.isprintable() and not _ODD.search(text):
        return text
    return scripts.marked(_padding(visible(text)))


def visible(text: str) -> str:
    """Text with a code for every character that nobody sees; all that Slack and terminals take.

    What was clean before, and was cut since, stays as long as it is.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return str(_ORPHAN.sub(_code, _HIDDEN.sub(_hidden, text)))


def is_plain(text: str) -> bool:
    """Whether all of it is seen as it stands."""
    return clean(text) == text


def before(text: str, end: int) -> int:
    """Where to end instead of at `end` of a clean text: no mark is cut off from its word, and no
    accent from its letter."""
    while 0 < end < len(text) and _ACCENT.match(text, end):
        end -= 1
    for found in _MARK.finditer(text, max(end - _LONGEST, 0), end + _LONGEST):
        start = _begin(text, found.start())
        if start < end < found.end():
            return start
    return end


def _begin(text: str, mark: int) -> int:
    """Where the word begins behind which a mark stands; of a mark by itself, its own beginning."""
    if not text.startswith(" ", mark - 1):
        return mark
    return max(text.rfind(blank, 0, mark - 1) for blank in " \n") + 1


def _hidden(found: regex.Match[str]) -> str:
    run, char = found[0], found[1]
    if _LOOK.match(found.string, found.start()):
        return f"{char}{_HIDDEN.sub(_hidden, run[1:])}"
    code = f"U+{ord(char):04X}"
    return f"[{len(run):,} times {code}]" if len(run) > _FEW else f"[{code}]" * len(run)


def _code(found: regex.Match[str]) -> str:
    return "".join(f"[U+{ord(mark):04X}]" for mark in found[0])


def _padding(text: str) -> str:
    text = _LINES.sub(_empty_lines, _SPACES.sub(_spaces, text))
    return str(_STACK.sub(_stack, _REPEATS.sub(_repeated, text)))


def _spaces(found: regex.Match[str]) -> str:
    return f" [{_counted(found[0])}] "


def _empty_lines(found: regex.Match[str]) -> str:
    lines, blank = found[0].count("\n"), found[0].replace("\n", "")
    return f"[{lines:,} empty lines{f' with {_counted(blank)}' if blank else ''}]\n"


def _counted(blank: str) -> str:
    """`12 spaces, 3 times U+00A0`."""
    return ", ".join(_sort(char, count) for char, count in Counter(blank).items())


def _sort(char: str, count: int) -> str:
    if char in _SORTS:
        return f"{count:,} {_SORTS[char]}{'' if count == 1 else 's'}"
    return f"{count:,} times U+{ord(char):04X}"


def _repeated(found: regex.Match[str]) -> str:
    unit = found[1] or found[2] or found[3]
    return f"[{len(found[0]) // len(unit):,} times {unit}]"


def _stack(found: regex.Match[str]) -> str:
    return f"[{len(found[0]):,} marks: {scripts.codes(found[0])}]"
