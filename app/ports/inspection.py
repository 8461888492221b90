"""What an auditor needs: a look at how requests are queued, a memory, and a way to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..domain.alarms import Alarm
from ..domain.due import Lane
from ..domain.episodes import Episode
from ..domain.findings import Flaw, Kind, Stand
from ..domain.request import Request, Status
from .vitals import Standing


@dataclass(frozen=True)
class Swept:
    """What one page of a sweep put back, by lane, and what it could not judge by itself."""

    done: bool
    put_back: Mapping[Lane, Sequence[str]]
    doubtful: Sequence[str]


@dataclass(frozen=True)
class Seen:
    """One request and how it stands in each lane, all of one instant.

    `request` is None where it can't be read; `gone` says that there is nothing to read, and that
    nobody says there is. `unlisted` is an open one that stands in nobody's list.
    """

    request_id: str
    version: str
    request: Request | None
    stands: Mapping[Lane, Stand]
    now: int
    gone: bool = False
    unlisted: bool = False


@dataclass(frozen=True)
class LaneFigures:
    """A lane in numbers, with the first ids of each kind.

    `oldest_ms` is for how long the first that nobody is at has been due; `overdue` counts those
    past the grace.
    """

    oldest_ms: int
    overdue: int
    overdue_ids: tuple[str, ...]
    set_aside: int
    aside_ids: tuple[str, ...]


@dataclass(frozen=True)
class Stuck:
    """Requests that somebody has to do something about: how many, and the first ids."""

    count: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class LostChannel:
    """A channel that Slack takes nothing into any more, and the open requests that go on without.

    `lost_ms` is when it was last found so, by whichever request.
    """

    channel: str
    problem: str
    lost_ms: int
    waiting: Stuck


AGES_S = (300, 3600, 14_400, 86_400, 604_800)
"""What waits is counted by how long it has: up to each of these, and longer (seconds)."""


@dataclass(frozen=True)
class Waiting:
    """What waits under one policy: how many of each age, and for how long the first has (ms)."""

    by_age: tuple[int, ...]
    oldest_ms: int


@dataclass(frozen=True)
class RecordFigures:
    """The record of events in numbers; what ends in `_ms` is how long ago something was.

    `sealed` is the number of the last sealed entry, `entries` are those still in the store. Of the
    `unsealed` the first was written `unsealed_ms` ago, of all `first_ms` ago. `unposted` are
    checkpoints since the one that Slack has. `checkpoint_ms` is None where there never was one.
    """

    sealed: int = 0
    entries: int = 0
    unsealed: int = 0
    unsealed_ms: int = 0
    first_ms: int = 0
    checkpoint_ms: int | None = None
    unposted: int = 0


@dataclass(frozen=True)
class Figures:
    """A deployment in numbers at the instant `now`.

    `lasting` counts the cases that can't be repaired, `alarms` those that nobody was told yet.
    `audited_ms` is how long ago the last audit ended, None where there never was one; `counters`
    are what was found, repaired and decided by break-glass, ever, beside those of
    `domain/counting.py`. `held` is by reason, `refused` by Slack's code. `unused` counts approvals
    of which nobody told a result in time. `waiting` is by policy. `pulse` is how long ago (ms)
    each was last at work, and `standing` how our token stands at Slack: `app/health.py` adds them.
    """

    now: int
    open: int
    lanes: Mapping[Lane, LaneFigures]
    lasting: Mapping[Kind, int]
    alarms: int
    audited_ms: int | None
    paused: bool
    counters: Mapping[str, int]
    given_up: Stuck = Stuck()
    unused: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, Stuck] = field(default_factory=dict)
    lost: tuple[LostChannel, ...] = ()
    record: RecordFigures = RecordFigures()
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    pulse: Mapping[str, int | None] = field(default_factory=dict)
    standing: Standing = "unknown"


class Inspection(Protocol):
    """Requests and due sets side by side. Each call raises `StoreUnavailable`."""

    def take_turn(self) -> bool:
        """Whether it is this process's turn to audit; then nobody else's for half a minute."""

    def end_turn(self) -> None:
        """The audit is through; the next one may begin in a while."""

    def sweep(self, status: Status, limit: int) -> Swept:
        """Look at the next `limit` requests, and put back what lost its place among what is due."""

    def sweep_people(self) -> list[str]:
        """Put back whoever is or will be away and lost their place among what is due: these."""

    def tidy(self, limit: int) -> int:
        """Look at `limit` of what is listed as waiting under each policy, and take out what waits
        no more, since an older version decided it; gives how many those were."""

    def next_page(self, status: Status, limit: int) -> list[str]:
        """The next ids to look into, from where the last page ended; begins again at the end."""

    def look(self, request_ids: Sequence[str]) -> list[Seen]:
        """Look into these."""

    def mend(self, seen: Seen, flaw: Flaw) -> bool:
        """Have it due as it should be; False when it has changed since it was seen."""

    def enlist(self, seen: Seen) -> bool:
        """Have it stand in the lists of people; False when it has changed since it was seen."""

    def cases(self, kind: Kind, limit: int) -> list[str]:
        """Some of those that were found before, of what can't be repaired."""

    def keep_cases(self, kind: Kind, bad: Sequence[str], good: Sequence[str]) -> int:
        """Remember who is found so, and who no longer; gives how many there are now."""

    def count(self, found: Mapping[Kind, int]) -> None:
        """Add to the counters of what was found."""

    def figures(self) -> Figures:
        """Everything in numbers, at a cost that does not depend on how much there is."""


class Alarms(Protocol):
    """What the admins have to hear, kept until they were told. Raises `StoreUnavailable`."""

    def episodes(self) -> dict[str, Episode]:
        """The troubles that go on."""

    def keep(self, episodes: Mapping[str, Episode], alarms: Sequence[Alarm]) -> None:
        """Remember both, or neither."""

    def waiting(self, limit: int) -> list[Alarm]:
        """What nobody was told yet, oldest first."""

    def told(self, alarms: Sequence[Alarm]) -> None:
        """These need not be told again."""


class Admins(Protocol):
    """The way to those who run this deployment."""

    def tell(self, alarms: Sequence[Alarm]) -> None:
        """One message with all of these. Raises `SlackAgain`, `SlackNever`."""
