"""How much of a message the parts around the payload may take."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Space:
    """The most characters of each part; `whole` says that the payload stands there in full.

    Only what is `whole` can be approved, so that nothing else of it may be cut there either: the
    longest checklist and the effects of the most choices that a policy can have fit.
    """

    whole: bool
    why: int = 500
    checklist: int = 3_000
    effects: int = 3_000
    said: int = 2_000


WHOLE = Space(whole=True)
PART = replace(WHOLE, whole=False)
TIGHT = Space(whole=False, why=200, checklist=300, effects=500, said=250)
"""Where even a card without a payload would be too long."""
