"""What Slack shows of a request: where its cards are, how current, and what is still to be said."""

from __future__ import annotations

from typing import Literal

from policies.plan import Frozen


class Place(Frozen):
    """Where a message is in Slack."""

    channel: str
    ts: str


NoticeKind = Literal[
    "reminder",
    "escalation",
    "stage",
    "handover",
    "edited",
    "question",
    "answer",
    "result",
    "unused",
]


class Notice(Frozen):
    """A word in the thread of each of these cards that is still to be said.

    `number` is the question that it is about, `by` the user id of whoever handed it over or
    changed it.
    """

    kind: NoticeKind
    at_ms: int
    places: tuple[Place, ...]
    number: int | None = None
    by: str | None = None


class Copy(Frozen):
    """One posted card: for which target, where it is in Slack, and the face that it shows.

    `items` are the ids of all requests that share the message, none for a card of its own.
    """

    target: str
    place: Place
    face: int
    items: tuple[str, ...] = ()


class Cards(Frozen):
    """What Slack shows of the request.

    `face` counts the changes that a reader could see; a copy with a lower one is out of date.
    `targets` are the conversations to post into, `looked_up` the names that some of them come from.
    `shown_to` are people (user ids) who get a card of their own whatever the plan says: they asked
    for one, or it was handed to them. `asked_in_told` says that the thread where somebody asked for
    it has the outcome. `informed` are those absent who were told how it ended.
    `notices` are still to be said. `unsure` are targets where a post may have landed although Slack
    gave no answer. `lost` are the names and conversations that Slack will never
    accept, with its reason; `problem` is what it failed with last, None once something worked.
    """

    face: int = 1
    targets: tuple[str, ...] | None = None
    looked_up: tuple[str, ...] = ()
    shown_to: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()
    notices: tuple[Notice, ...] = ()
    unsure: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    requester_told: bool = False
    asked_in_told: bool = False
    informed: tuple[str, ...] = ()
    problem: str | None = None
    failures: int = 0
    retry_ms: int = 0
