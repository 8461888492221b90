"""How much of a message the parts around the payload may take."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Space:
    """The most characters of each part; `whole` says that the payload stands there in full.

    Only what is `whole` can be approved, so that nothing of the policy may be cut there either: the
    longest checklist and the effects of the most choices that it can have fit. `changes` is how
    many of them are shown, `rest` where everything is that does not fit.
    """

    whole: bool
    why: int = 500
    checklist: int = 3_000
    effects: int = 3_000
    said: int = 2_000
    names: int = 600
    changes: int = 12
    rest: str = "in the request"


WHOLE = Space(whole=True)
BRIEF = replace(WHOLE, said=250, names=80, changes=3)
"""Where what people said and did would keep the payload from standing there in full."""
PART = replace(WHOLE, whole=False)
TIGHT = Space(whole=False, why=120, checklist=150, effects=250, said=120, names=80, changes=0)
"""Where even a card without a payload would be too long."""
