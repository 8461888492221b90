"""Twenty reviewers: which days each of them is away, and what they mean to answer when."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from policies.plan import Outcome

DAY_MS = 86_400_000

REVIEWERS = tuple(f"U0PERSON{number:02}" for number in range(20))


@dataclass(frozen=True)
class Absence:
    """Somebody is away from one instant (ms) to another, and answers nothing."""

    person: str
    from_ms: int
    until_ms: int


@dataclass(frozen=True)
class Answer:
    """What somebody presses, and when (ms)."""

    at_ms: int
    person: str
    outcome: Outcome


@dataclass(frozen=True)
class People:
    """The reviewers and their `absences`."""

    absences: tuple[Absence, ...]

    def away(self, person: str, at_ms: int) -> bool:
        return any(
            one.person == person and one.from_ms <= at_ms < one.until_ms for one in self.absences
        )


def people(chance: Random, begin_ms: int, days: int) -> People:
    """Everybody is away for a day or for some, once or twice."""
    absences = []
    for person in REVIEWERS:
        for _ in range(chance.randint(1, 2)):
            first = begin_ms + chance.randrange(days) * DAY_MS
            last = first + chance.choice((1, 1, 2, 4)) * DAY_MS
            absences.append(Absence(person, first, last))
    return People(tuple(absences))


def intended(chance: Random, team: tuple[str, ...], opened_ms: int) -> list[Answer]:
    """What a team means to answer one request: nothing at all to a quarter of them.

    Some mean to answer before they are asked, and some after it is over.
    """
    [number] = chance.choices((0, 1, 2, 4), weights=(25, 25, 30, 20))
    return [
        Answer(
            at_ms=opened_ms + round(chance.expovariate(1 / (DAY_MS / 2))),
            person=chance.choice((*team[:3], *team)),  # more likely those who are asked first
            outcome=Outcome.REJECT if chance.random() < 0.15 else Outcome.APPROVE,
        )
        for _ in range(number)
    ]
