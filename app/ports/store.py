"""What else is shared by all processes: paces, caches, news, and whether all is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event as Flag
from typing import Literal, Protocol

from pydantic import JsonValue

from ..domain.gate import GateState, Pause
from .clients import Client
from .inspection import Figures


class Pace(Protocol):
    """A gap between two sends to one place, whichever process sends."""

    def reserve(self, place: str, gap_ms: int, ahead: float | None = None) -> int:
        """0 when it may be sent now (and the place is taken for `gap_ms`), else the wait in ms.

        A place that wants to be left alone is not taken.

        `ahead` is how many sends come first; where that is not known those who have to wait are
        told different waits, so that they don't all come back at once.
        """

    def held(self, place: str) -> int:
        """How long (ms) the place wants to be left alone; 0 when it does not."""

    def hold(self, place: str, wait_ms: int) -> None:
        """Nothing to this place for so long: it said so itself."""

    def count(self, counter: str) -> None:
        """One more of these (`domain/counting.py`), for `/metrics`."""


class Gate(Protocol):
    """The global pause: while it lasts no policy approves by itself, and no callback leaves.

    Each call raises `StoreUnavailable`.
    """

    def pause(self, by: str, reason: str) -> Pause:
        """Pause from now on; gives the pause that there is, which may be an earlier one."""

    def resume(self, by: str) -> Pause | None:
        """Go on, with all that waited due at once; gives the pause that this ended."""

    def state(self) -> GateState:
        """Whether everything is paused, and what waits."""


class Admission(Protocol):
    """How much a client may ask within the window of its limit."""

    def admit(self, client: Client) -> int | None:
        """Count one request; the instant (ms) until which it is held, None within the limit.

        Those past the limit are told instants at its pace. Raises `StoreUnavailable`.
        """


class Cache(Protocol):
    """What was looked up lately, shared by all processes and forgotten by itself."""

    def get(self, key: str) -> str | None:
        """What was put there, while it is fresh."""

    def get_many(self, keys: Sequence[str]) -> list[str | None]:
        """The same for several keys, in one trip."""

    def put(self, key: str, value: str, fresh_s: int) -> None:
        """Keep it for `fresh_s`."""


@dataclass(frozen=True)
class Arrival:
    """What goes by a name came, at an instant of the store's clock (ms), and how far it was then.

    `new` is said once.
    """

    name: str
    was: Literal["new", "begun", "done"]
    at_ms: int


class Arrivals(Protocol):
    """What came from Slack within the last minutes, so that a copy of it has no effect.

    Each call raises `StoreUnavailable`.
    """

    def begin(self, name: str) -> Arrival:
        """It came."""

    def done(self, name: str) -> None:
        """It was answered, and that has its effect."""


class Decisions(Protocol):
    """News of decisions, for those who wait for one. News can be lost: waiters look again."""

    def listen(self, heard: Callable[[str], None], stop: Flag) -> None:
        """Call `heard` with the id of each request that is decided, until `stop` is set."""


class Health(Protocol):
    """Whether this deployment can do its work."""

    def report(self) -> dict[str, JsonValue]:
        """What an operator wants to see: durability, lanes, requests set aside.

        Raises `StoreUnavailable`, `ServerUnfit`.
        """

    def figures(self) -> Figures:
        """The same in numbers, at a bounded cost. Raises `StoreUnavailable`."""
