"""Words whose letters are not what they look like: of more than one script, or drawn like Latin.

Scripts are those of Unicode's Script_Extensions; which may meet in a word is what UTS #39 calls
highly restrictive: Latin with Japanese, Korean or Chinese, and nothing else.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import regex

_USED = regex.findall(
    r"\w+",
    "Adlm Arab Armn Beng Bopo Cakm Cans Cher Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr "
    "Hira Kana Khmr Knda Laoo Latn Lisu Mlym Mong Mtei Mymr Nkoo Olck Orya Sinh Syrc Taml Telu "
    "Tfng Thaa Thai Tibt Vaii Yiii",
)
"""The scripts in which people write today (UAX #31, tables 5 and 7); all others count as one."""

_SCRIPTS = {code: regex.compile(rf"\p{{scx={code}}}") for code in _USED}
_ANY = regex.compile(r"[\p{scx=Zyyy}\p{scx=Zinh}]")
_TOGETHER = {"Hani": {"Jpan", "Kore", "Hanb"}, "Hira": {"Jpan"}, "Kana": {"Jpan"}}
_TOGETHER |= {"Hang": {"Kore"}, "Bopo": {"Hanb"}}
_EAST_ASIAN = {"Jpan", "Kore", "Hanb"}

SIGNS = r"\u249c-\u24e9\U0001f110-\U0001f189"
"""Letters in circles, squares and brackets, which are no letters to Unicode."""

_LETTERS = rf"[\p{{L}}\p{{M}}\p{{N}}{SIGNS}]++"
_WORD = regex.compile(
    rf"\\[bfnrt](*SKIP)(*FAIL)|{_LETTERS}(?:(?<=\p{{Nd}})[.,](?=\p{{Nd}}){_LETTERS})*+"
)
"""Letters, marks and digits; a number goes on behind its comma, and the n of JSON's \\n is none."""

_DRAWN_LIKE_LATIN = regex.compile(
    "[аеорсхуіјѕһԁԛԝӏѵкАВЕЅІЈКМНОРСТХҮУԌԚԜӀѴ"  # Cyrillic
    "οανρικτυχγωΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳ"  # Greek
    "օոսհցզգքյՕՍԼՏ"  # Armenian
    r"\p{scx=Cher}\p{scx=Lisu}]++"
)
_STYLED = regex.compile(rf"[\U0001d400-\U0001d7ff\u2100-\u214f{SIGNS}]")
"""Bold, italic and other fancy letters, of which some stand for plain ones."""

_NAMED = 3


def marked(text: str) -> str:
    """The text, and behind each such word what is odd about it: ` [mixed letters: U+0430]`.

    Doing it again changes nothing. A word of Cyrillic letters that are all drawn like Latin ones
    is odd only where the text has no other word that is plainly Cyrillic.
    """
    if text.isascii():
        return text
    words = [found for found in _WORD.finditer(text) if not found[0].isascii()]
    plain = frozenset(script for found in words for script in _plainly(found[0]))
    parts, start = list[str](), 0
    for found in words:
        mark = _mark(found[0], plain)
        if mark and not text.startswith(mark, found.end()):
            parts += [text[start : found.end()], mark]
            start = found.end()
    return "".join([*parts, text[start:]])


def codes(chars: Sequence[str]) -> str:
    """`U+0430`, the first few of them, and how many more there are."""
    distinct = list(dict.fromkeys(chars))
    named = " ".join(f"U+{ord(char):04X}" for char in distinct[:_NAMED])
    more = len(distinct) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


@lru_cache(4_096)
def _mark(word: str, plain: frozenset[str]) -> str:
    if odd := _digits(word):
        return f" [mixed digits: {codes(odd)}]"
    if odd := _mixed(word):
        return f" [mixed letters: {codes(odd)}]"
    if odd := _styled(word) or ([] if plain & _scripts(word) else _borrowed(word)):
        return f" [lookalike letters: {codes(odd)}]"
    return ""


def _digits(word: str) -> list[str]:
    """Those that do not count from the same nought as the first kind."""
    digits = [char for char in word if char.isdecimal()]
    first = min(map(_zero, digits), default=0)
    return [char for char in digits if _zero(char) != first]


def _mixed(word: str) -> list[str]:
    """The letters that are not of the script of most, where no language has both."""
    known = [(char, scripts) for char in word if (scripts := _of(char))]
    if _meet([scripts for _, scripts in known]):
        return []
    counts = Counter(script for _, scripts in known for script in scripts)
    most = max(counts, key=lambda script: (counts[script], script == "Latn"))
    return [char for char, scripts in known if most not in scripts]


def _meet(each: Sequence[frozenset[str]]) -> bool:
    """Whether one language writes with all of these together."""
    if not each or frozenset.intersection(*each):
        return True
    rest = [_widened(scripts) for scripts in each if "Latn" not in scripts]
    return bool(frozenset.intersection(*rest) & _EAST_ASIAN)


def _widened(scripts: frozenset[str]) -> frozenset[str]:
    return scripts.union(*(_TOGETHER.get(script, ()) for script in scripts))


def _styled(word: str) -> list[str]:
    return [char for char in word if _STYLED.match(char) and _is_latin(char)]


def _is_latin(char: str) -> bool:
    meant = unicodedata.normalize("NFKC", char)
    return meant == char or meant.isascii()


def _borrowed(word: str) -> list[str]:
    """Its letters where every one of them is drawn like a Latin one."""
    letters = [char for char in word if _of(char)]
    return letters if letters and _DRAWN_LIKE_LATIN.fullmatch("".join(letters)) else []


@lru_cache(4_096)
def _plainly(word: str) -> frozenset[str]:
    """The script of a word that can't be taken for another; nothing for one that can."""
    scripts = _scripts(word)
    return scripts if len(scripts) == 1 and not _borrowed(word) else frozenset()


def _scripts(word: str) -> frozenset[str]:
    return frozenset(script for char in word for script in _of(char))


def _zero(digit: str) -> int:
    return ord(digit) - unicodedata.decimal(digit)


@lru_cache(4_096)
def _of(char: str) -> frozenset[str]:
    """The scripts of a character; none of one that goes with all."""
    if char.isascii():
        return frozenset({"Latn"} if char.isalpha() else ())
    if _ANY.match(char) or not regex.match(r"[\p{L}\p{M}\p{N}]", char):
        return frozenset()
    return frozenset(code for code, of in _SCRIPTS.items() if of.match(char)) or frozenset("?")
