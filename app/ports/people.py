"""Who is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..domain.absence import Absence


@dataclass(frozen=True)
class Reached:
    """The id down to which the open requests were looked at, and whether each could be.

    `since_ms` is when the first of them was: what begins or ends after that concerns them again.
    """

    request_id: str
    sure: bool
    since_ms: int


class Absences(Protocol):
    """Who is away, now or later: one absence a person, the last that was set.

    Each change is on record, and has the open requests looked at anew when it begins and ends.
    Raises `StoreUnavailable`.
    """

    def all(self) -> tuple[Absence, ...]:
        """Every absence that is not over, also those to come."""

    def put(self, absence: Absence, by: str) -> None:
        """Somebody is away; an earlier absence of theirs is replaced. `by` is who said so."""

    def get(self, person: str) -> Absence | None:
        """This person's absence, also one that is just over. Raises `RequestUnreadable`."""

    def end(self, person: str, by: str) -> Absence | None:
        """Somebody is back; the absence that this ended."""

    def reached(self, person: str) -> Reached | None:
        """How far the open requests were looked at, None at the beginning."""

    def reach(self, person: str, absence: Absence | None, reached: Reached | None) -> None:
        """They were looked at so far, while this was the person's absence; None: once more.

        When it changed meanwhile they are looked at from the newest on again.
        """

    def told(self, person: str) -> tuple[str, ...]:
        """Who was told (user ids) that this person's absence begins."""

    def note_told(self, absence: Absence, told: tuple[str, ...]) -> None:
        """These were told of it; forgotten when it changed meanwhile, or does later."""

    def seen(self, person: str, absence: Absence | None, next_ms: int | None) -> None:
        """Every open request was looked at while this was the person's absence.

        Unless it changed meanwhile, the people lane's next turn is at `next_ms`; with None there
        is none, and an absence that is over is forgotten.
        """
