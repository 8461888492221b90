"""What is needed of Slack: people, and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.absence import Absence
from ..domain.cards import Place
from ..domain.commands import Person
from ..domain.request import Request
from ..domain.slack_steps import SayNotice


class Directory(Protocol):
    """People and groups in Slack, never older than a minute."""

    def person(self, user_id: str, refs: Sequence[str], requester: str | None) -> Person:
        """Somebody, with those of `refs` that are groups they belong to.

        `requester` is who it was asked for, by user id or e-mail; the person knows if it is them.

        Never raises for a person: one that can't be looked up has the standing `unverified`.
        """

    def persons(
        self, user_ids: Sequence[str], refs: Sequence[str], requester: str | None
    ) -> list[Person]:
        """The same for several people, in the time that one may take."""

    def member(self, user_id: str) -> Person:
        """Somebody, with every user group that they belong to, by its id and by its `@handle`.

        In the time of `person`, and like it never raising.
        """

    def conversations(self, refs: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Conversations to post into for these names, and the names that lead nowhere, with why.

        Raises `SlackAgain`.
        """

    def ids(self, refs: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        """Slack's own ids of these people and groups, without those that it does not know.

        A group with somebody of `without` (user ids) in it is taken apart, and they are left out.
        Raises `SlackAgain`.
        """

    def members(self, refs: Sequence[str]) -> dict[str, list[str]]:
        """The user ids behind each of these names; nobody behind one that Slack does not know.

        Raises `SlackAgain`.
        """


class SlackAgain(Exception):
    """Slack could not do it now; `wait_s` is its own word, or our pace's, on when it can."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.wait_s = wait_s


class SlackNever(Exception):
    """Slack will never do this: the channel is gone, the bot was removed, the text is refused."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class ConversationGone(SlackNever):
    """Nothing more can be said there: archived, deleted, or closed to the bot."""


class ConversationShared(ConversationGone):
    """People of another organisation read along there, and no policy allows that."""

    def __init__(self) -> None:
        super().__init__("shared_channel")


@dataclass(frozen=True)
class Found:
    """A message that is there already: a card, or a digest of the requests with these ids."""

    place: Place
    items: tuple[str, ...] = ()


class Cards(Protocol):
    """Cards in Slack. Each call raises `SlackAgain` or `SlackNever`.

    A digest is one message for several requests of a channel. Where another organisation reads
    along nothing of a request is said unless its plan allows that; what is there of it is taken
    away, and the call raises `ConversationShared`.
    """

    def turn(self, target: str, ahead: float | None = None) -> None:
        """Take the next message into a conversation; `SlackAgain` says how long to wait for it.

        `ahead` is how many messages come first, where that is known.
        """

    def post(self, target: str, request: Request) -> Place:
        """A new card, by whoever has the turn."""

    def post_digest(self, target: str, requests: Sequence[Request]) -> Place:
        """A new digest, by whoever has the turn."""

    def redraw(self, place: Place, request: Request) -> None:
        """A posted card as the request stands now."""

    def redraw_digest(self, place: Place, requests: Sequence[Request], gone: int) -> None:
        """A posted digest as its requests stand now; so many of them are erased."""

    def find(self, target: str, requests: Sequence[Request]) -> dict[str, list[Found]]:
        """What is there already of these requests, by their ids, though nobody recorded it."""

    def say(self, notice: SayNotice, request: Request, to: Sequence[str]) -> None:
        """A word in the thread of a card, with a mention of these people and groups."""

    def say_together(
        self, notice: SayNotice, requests: Sequence[Request], to: Sequence[str]
    ) -> None:
        """The same of several requests that share a message, and then not again for a while."""

    def bring_question(self, person: str, number: int, request: Request) -> None:
        """A direct message with the question of that number, and a way to answer it."""

    def tell_requester(self, person: str, request: Request) -> None:
        """A direct message with the outcome."""

    def tell_asked_in(self, place: Place, request: Request) -> None:
        """The outcome in the thread in which somebody asked for it by hand."""

    def tell_of_absence(self, person: str, absence: Absence) -> None:
        """A direct message to somebody who is away from now on, or who stands in."""

    def inform_absent(self, person: str, request: Request) -> None:
        """A direct message with the outcome, to somebody who was away."""
