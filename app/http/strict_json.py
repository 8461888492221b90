"""Bytes to a JSON value that every reader understands in the same way, or a refusal. Pure.

What is signed must be what was sent, so everything that parsers are known to disagree about is
refused: equal keys, NaN, lone surrogates, integers that a double can't hold (RFC 8259, RFC 7493).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

from pydantic import JsonValue

from .errors import InvalidJson, NumberTooLarge

LARGEST_INTEGER = 2**53 - 1
"""The last integer below which a double holds every integer exactly (RFC 7493, 2.2)."""

DEEPEST = 64
"""Levels of arrays and objects inside each other."""

_TOO_LARGE = LARGEST_INTEGER + 1
_DIGITS = 17  # of an integer that is certainly too large, sign included
_SHOWN = 100  # characters of a key or path in an error


def parse(body: bytes) -> JsonValue:
    """The value that `body` holds. Raises `InvalidJson`, or `NumberTooLarge` with its field."""
    try:
        value: JsonValue = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise _invalid(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _invalid(f"line {error.lineno}, column {error.colno} can't be read") from None
    except RecursionError:
        raise _too_deep() from None
    for path, part in _parts(value):
        _check(path, part)
    return value


def size(value: JsonValue) -> int:
    """Bytes of the value as compact JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _invalid(f"the key {json.dumps(twice[:_SHOWN])} is there twice in one object")
    return found


def _integer(digits: str) -> int:
    """Never converts what is too large anyway: that takes time that grows with the square."""
    return int(digits) if len(digits) <= _DIGITS else _TOO_LARGE


def _no_constant(name: str) -> NoReturn:
    raise _invalid(f"{name} is not a JSON number")


def _parts(value: JsonValue) -> Iterator[tuple[tuple[str | int, ...], JsonValue]]:
    """Every value inside `value`, and itself, with the path that leads there."""
    left: list[tuple[tuple[str | int, ...], JsonValue]] = [((), value)]
    while left:
        path, part = left.pop()
        yield path, part
        if isinstance(part, dict):
            left.extend(((*path, key), inner) for key, inner in part.items())
        elif isinstance(part, list):
            left.extend(((*path, place), inner) for place, inner in enumerate(part))


def _check(path: tuple[str | int, ...], part: JsonValue) -> None:
    if isinstance(part, dict | list) and len(path) >= DEEPEST:
        raise _too_deep()
    texts = (part,) if isinstance(part, str) else part if isinstance(part, dict) else ()
    if any(not _is_unicode(text) for text in texts):
        raise _invalid("a \\u escape is half of a surrogate pair")
    if isinstance(part, int | float) and not _is_exact(part):
        raise NumberTooLarge(
            "A number is too large to be carried exactly.",
            ((_path(path), f"larger than {LARGEST_INTEGER}, the largest exact number in JSON"),),
            "Send it as a string, where the policy takes one.",
        )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_exact(number: float) -> bool:
    """Past this a double skips numbers; what was written may be read as another one."""
    return abs(number) <= LARGEST_INTEGER


def _path(path: tuple[str | int, ...]) -> str:
    """`("payload", "lines", 3)` as `payload.lines[3]`."""
    names = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(names).removeprefix(".")[:_SHOWN]


def _too_deep() -> InvalidJson:
    return _invalid(f"it is nested deeper than {DEEPEST} levels")


def _invalid(why: str) -> InvalidJson:
    return InvalidJson(f"The body is not strict JSON: {why}.", "Send JSON (RFC 8259) in UTF-8.")
