"""Everything that can be done to a request. What was done outside comes back as a command too."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from policies.plan import Frozen, Outcome

from .request import Actor, Place

Standing = Literal["trusted", "deactivated", "bot", "guest", "stranger", "unverified"]


class Person(Frozen):
    """Somebody in Slack, as the directory knew them at the moment of deciding.

    `groups` are the reviewers of the plan, as it names them, that stand for a user group which
    this person belongs to. `is_requester` says whether it was asked on their behalf; None when
    Slack does not know whom the request names, so that nobody can tell.
    """

    id: str
    name: str
    email: str | None = None
    standing: Standing = "trusted"
    groups: frozenset[str] = frozenset()
    is_requester: bool | None = None

    def goes_by(self, ref: str) -> bool:
        """Whether `ref`, a user id or an e-mail address, means this person."""
        if self.email is not None and ref.casefold() == self.email.casefold():
            return True
        return ref == self.id

    def as_actor(self) -> Actor:
        return Actor(kind="person", id=self.id, name=self.name, email=self.email)


class Decide(Frozen):
    """A person presses a button. `digest` is the one on the card, `seen` the card they pressed.

    `choice` is the id of the button where the plan has choices of its own.
    """

    person: Person
    outcome: Outcome
    digest: str
    choice: str | None = None
    comment: str | None = None
    seen: Place | None = None


class Stop(Frozen):
    """A person ends a watch before its time; the plan says whether that rejects or asks people."""

    person: Person
    reason: str
    digest: str
    seen: Place | None = None


class Show(Frozen):
    """A person wants a card of their own, where the channel shows the request in a digest."""

    person: Person


class Signal(Frozen):
    """A monitor says something about the request."""

    by: Actor
    signals: dict[str, JsonValue]


class Cancel(Frozen):
    """The client takes its request back."""

    by: Actor
    reason: str | None = None


class Wake(Frozen):
    """The time lane's turn: whatever is due happens, and nothing else."""


class Redeliver(Frozen):
    """The client asks for its callback again."""

    by: Actor


class CallbackTried(Frozen):
    """One attempt to deliver the callback is over; `jitter` in [0, 1) spreads the next ones."""

    status: int | None
    error: str | None
    retry_after_s: float | None
    took_ms: int
    jitter: float


class TargetsFound(Frozen):
    """Names were looked up (`refs`): conversations to post into, names that lead nowhere."""

    refs: tuple[str, ...]
    targets: tuple[str, ...]
    lost: tuple[tuple[str, str], ...] = ()


class CardDrawn(Frozen):
    """A card was posted, or brought up to date; it now shows `face`.

    `items` are the ids of all requests that share the message, none for a card of its own.
    """

    target: str
    place: Place
    face: int
    items: tuple[str, ...] = ()


class CardsFound(Frozen):
    """Cards that were posted with nobody left to record it; what they show is anybody's guess.

    `digests` are those that it shares with other requests, with the ids of all of them.
    """

    target: str
    places: tuple[Place, ...] = ()
    digests: tuple[tuple[Place, tuple[str, ...]], ...] = ()


class NoticeSaid(Frozen):
    """The notice of `at_ms` stands in the thread of a card, or can't (`problem` says why)."""

    at_ms: int
    place: Place
    problem: str | None = None


class RequesterTold(Frozen):
    """The requester has the outcome, or can't be reached at all (`problem` says why)."""

    problem: str | None = None


class TargetLost(Frozen):
    """Slack will never take a message for this target."""

    target: str
    problem: str


class SlackFailed(Frozen):
    """Slack could not do it now, and did not say when it could.

    `target` is where a card was being posted: it may be there all the same.
    """

    problem: str
    target: str | None = None


Command = (
    Decide
    | Stop
    | Show
    | Signal
    | Cancel
    | Wake
    | Redeliver
    | CallbackTried
    | TargetsFound
    | CardDrawn
    | CardsFound
    | NoticeSaid
    | RequesterTold
    | TargetLost
    | SlackFailed
)
