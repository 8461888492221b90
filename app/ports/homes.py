"""Home tabs: what somebody chose to see there, and when it has to be drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..domain.home import Home, Note, Part


@dataclass(frozen=True)
class Chosen:
    """The pages that somebody turned to, and what was said to them last, at the instant `now`.

    A page is known by the cursors that led to it: none lead to the first.
    """

    now: int
    trails: Mapping[Part, tuple[str, ...]] = field(default_factory=dict)
    note: Note | None = None


class HomeTabs(Protocol):
    """Home tabs in Slack."""

    def publish(self, person: str, home: Home) -> None:
        """Show it to that person (a user id). Raises `SlackAgain`, `SlackNever`."""


class Homes(Protocol):
    """Whose Home is looked at, and what it shows. Each call raises `StoreUnavailable`.

    What is not opened for a week is forgotten: it is drawn anew when it is opened again.
    """

    def opened(self, person: str) -> None:
        """Somebody looks at their Home: drawn anew, from its first pages on."""

    def turn(self, person: str, part: Part, trail: Sequence[str]) -> None:
        """Somebody turned to another page."""

    def say(self, person: str, text: str) -> None:
        """Say it at the top of somebody's Home, in mrkdwn; not where they never look at it."""

    def chosen(self, person: str) -> Chosen | None:
        """What somebody wants to see; None for who does not look at their Home any more."""

    def showing(self, person: str, versions: Mapping[str, int]) -> bool:
        """A Home is about to show these requests, and no others; a change of one makes it due.

        Gives whether each of them still is of the version that was read.
        """
