"""Reading Retry-After (RFC 9110, 10.2.3) from whoever answers whatever. Pure."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_DATE = re.compile(r"[A-Za-z]{3,9}, [0-9A-Za-z: -]{18,32}")


def retry_after_s(words: str | None, now_s: int) -> float | None:
    """Seconds from `now_s` until the receiver wants to be asked again; None without a usable word.

    The RFC knows whole seconds and HTTP dates; fractions are read too, since some send them. A date
    gone by is 0.
    """
    return None if words is None else _read(words.strip(), now_s)


def _read(text: str, now_s: int) -> float | None:
    if _SECONDS.fullmatch(text):
        return float(text)
    if not _DATE.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" is read as no zone at all.
        return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None
