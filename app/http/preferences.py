"""What a client prefers, in the headers `Prefer` (RFC 7240) and `Accept` (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_WAIT_S = 60
"""Nobody waits longer in one call; proxies between here and there give up at about that."""

_WAIT = re.compile(r'\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?', re.IGNORECASE)


def wait_s(prefer: Sequence[str]) -> int | None:
    """Seconds to wait, as far as we do; None where no header asks for it.

    A preference that can't be read is ignored, as RFC 7240 (section 2) has it.
    """
    wanted = (match for part in _listed(prefer) if (match := _WAIT.fullmatch(part)))
    first = next(wanted, None)
    return None if first is None else min(int(first[1]), LONGEST_WAIT_S)


def wants_csv(accept: Sequence[str]) -> bool:
    """Whether CSV is named and JSON is not."""
    types = {part.partition(";")[0].strip().lower() for part in _listed(accept)}
    return "text/csv" in types and "application/json" not in types


def _listed(headers: Sequence[str]) -> list[str]:
    return [part for header in headers for part in header.split(",")]
