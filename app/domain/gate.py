"""The global pause: who paused everything, when and why, and what waits."""

from __future__ import annotations

import re

from policies.plan import Frozen

from .errors import ReasonRefused

LONGEST_REASON = 500
"""Characters of the reason for a pause, which stands on record and in one line of a message."""

_PERSON = re.compile(r".* \(([UW][A-Z0-9]{6,20})\)", re.ASCII | re.DOTALL)


def on_record(by: str) -> str:
    """`Ana (U0ANA00001)` as events name her: by the id alone; whoever typed stays as they are."""
    person = _PERSON.fullmatch(by)
    return by if person is None else person[1]


class Pause(Frozen):
    """Nothing is approved without a person, and no callback leaves, until somebody resumes."""

    by: str
    at_ms: int
    reason: str


class GateState(Frozen):
    """What waits, in numbers, whether or not everything is paused.

    `held` waits for the end of a pause, `limited` until its client's limit lets people be asked.
    So many `callbacks` wait to be sent, for the first time or again, and so many are `under_way`,
    which may still arrive.
    """

    pause: Pause | None
    held: int
    limited: int
    callbacks: int
    under_way: int


def reason_of(text: str) -> str:
    """The reason for a pause, as it goes on record. Raises `ReasonRefused`."""
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_REASON:
        raise ReasonRefused(
            "A pause needs its reason.",
            f"Write one line of text, {LONGEST_REASON} characters at most.",
        )
    return text.strip()
