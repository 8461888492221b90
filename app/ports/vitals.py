"""Signs of life: of the store, of the processes beside the web, of our token at Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import JsonValue

from ..domain.due import Lane

CLOCK = "clock"
"""Who beats for the clock."""


def worker_of(lane: Lane) -> str:
    """Who beats for the workers of a lane."""
    return f"worker:{lane.value}"


Standing = Literal["good", "refused", "unknown"]


@dataclass(frozen=True)
class Token:
    """Whether Slack takes our token, as far as anybody knows.

    `problem` is Slack's code where it refuses the token, and what kept us from asking where that is
    unknown. `at_ms` is when it was asked last, None where nobody asked lately.
    """

    standing: Standing = "unknown"
    problem: str | None = None
    at_ms: int | None = None


class Pulse(Protocol):
    """Beats of those who are at work, of all processes together."""

    def beat(self, who: str) -> None:
        """Say that somebody is at work. Never raises: a beat that is missed shows by itself."""

    def ages(self) -> Mapping[str, int | None]:
        """How long ago (ms) the last beat of each was, None for none within an hour.

        Raises `StoreUnavailable`.
        """


class Tokens(Protocol):
    """What is known of our token."""

    def known(self) -> Token:
        """Answers at once, whatever Slack does. Raises `StoreUnavailable`."""


class StoreHealth(Protocol):
    """Whether the store is fit to hold approvals."""

    def report(self) -> dict[str, JsonValue]:
        """What an operator wants to see of it. Raises `StoreUnavailable`, `ServerUnfit`."""

    def troubles(self, report: Mapping[str, JsonValue]) -> list[str]:
        """What in that report somebody should mend, though the work goes on."""
