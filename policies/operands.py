"""A condition taken apart at its outermost `&&` or `||`, to explain each operand by itself."""

from __future__ import annotations

import re
from typing import Literal

_TOKEN = re.compile(
    r"""
      (?P<text>[rR]?"(?:[^"\\\n]|\\.)*"|[rR]?'(?:[^'\\\n]|\\.)*')
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<join>&&|\|\|) | (?P<choice>\?)
    """,
    re.VERBOSE,
)


def operands(condition: str) -> tuple[Literal["&&", "||"] | None, tuple[str, ...]]:
    """The operator and its operands; (None, the condition) where there is none outside brackets.

    With both operators on the outside `||` binds less, so that each operand is a run of `&&`.
    """
    joins = _outermost(condition)
    operator: Literal["&&", "||"] | None = None
    if "&&" in joins.values():
        operator = "&&"
    if "||" in joins.values():
        operator = "||"
    if operator is None:
        return None, (condition.strip(),)
    parts, begin = [], 0
    for at, join in joins.items():
        if join == operator:
            parts.append(condition[begin:at])
            begin = at + len(operator)
    parts.append(condition[begin:])
    return operator, tuple(" ".join(part.split()) for part in parts)


def _outermost(condition: str) -> dict[int, str]:
    """The && and || outside of quotes and brackets, by offset; none beside a `? :`."""
    depth, found = 0, {}
    for token in _TOKEN.finditer(condition):
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "join" if depth == 0:
                found[token.start()] = token.group()
            case "choice" if depth == 0:
                return {}
    return found
