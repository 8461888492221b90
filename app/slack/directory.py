"""`Directory` at Slack: who somebody is and which groups they belong to, at most a minute old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from app.domain.commands import Person
from app.ports import Cache, SlackAgain, SlackNever

from . import naming
from .api import SlackApi
from .lookups import Lookups, NotRemembered

_PERSON_S = 1.5
"""A click waits for this look-up, and has 3 s in all. What is refused is never remembered."""

_MEMBERS_S = 5.0
"""A card waits for it, under a lease that has to last for its post too."""

T = TypeVar("T")


class SlackDirectory:
    """People, groups and conversations of one workspace, remembered for all processes."""

    def __init__(self, api: SlackApi, cache: Cache) -> None:
        self._api = api
        self._cache = cache
        self._team: str | None = None

    def team(self) -> str:
        """Our own workspace, asked for once. Raises `SlackAgain`, `SlackNever`."""
        if self._team is None:
            self._team = self._api.bounded(self._api.identity, _PERSON_S).team_id
        return self._team

    def person(self, user_id: str, refs: Sequence[str], requester: str | None) -> Person:
        """Somebody, with those of `refs` that are groups they belong to.

        Within 1.5 s; `unverified` where Slack did not tell us, whatever the reason.
        """
        [found] = self.persons([user_id], refs, requester)
        return found

    def persons(
        self, user_ids: Sequence[str], refs: Sequence[str], requester: str | None
    ) -> list[Person]:
        """The same for several people, within the same 1.5 s."""
        groups = [ref for ref in refs if naming.is_group(ref)]
        found: dict[str, Person] = {}

        def look_up(slack: Lookups) -> None:
            slack.read(user_ids, groups, requester)
            for user_id in dict.fromkeys(user_ids):
                with suppress(SlackAgain, SlackNever):
                    found[user_id] = slack.person(user_id, groups, requester)

        with suppress(SlackAgain):
            self._found(look_up, _PERSON_S)
        return [found.get(one) or _unverified(one) for one in user_ids]

    def member(self, user_id: str) -> Person:
        """Somebody, with every user group that they belong to, by its id and by its handle.

        Within 1.5 s; `unverified` where Slack did not tell us, whatever the reason.
        """
        with suppress(SlackAgain, SlackNever):
            return self._found(lambda slack: slack.member(user_id), _PERSON_S)
        return _unverified(user_id)

    def conversations(self, refs: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Conversations to post into for these names, and the names that lead nowhere, with why.

        Channels pass as they are; a person, an e-mail address and each member of a group becomes
        a direct conversation. Raises `SlackAgain`.
        """
        return self._found(lambda slack: slack.conversations(refs))

    def ids(self, refs: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        """Slack's own ids of people and groups, without those that it does not know.

        A group with somebody of `without` in it is taken apart, unless it is large. Raises
        `SlackAgain`.
        """
        found = self._found(lambda slack: [one for ref in refs for one in slack.ids(ref, without)])
        return [one for one in dict.fromkeys(found) if one not in without]

    def members(self, refs: Sequence[str]) -> dict[str, list[str]]:
        """The user ids behind each of these names; nobody behind one that Slack does not know.

        Raises `SlackAgain`.
        """
        return self._found(lambda slack: {ref: slack.people(ref) for ref in refs}, _MEMBERS_S)

    def _found(self, look_up: Callable[[Lookups], T], within_s: float | None = None) -> T:
        """At once where all of it was looked up lately; else Slack is asked, within the bound."""
        try:
            return look_up(Lookups(self._cache))
        except NotRemembered:
            asking = Lookups(self._cache, self._api)
            return self._api.bounded(lambda: look_up(asking), within_s)


def _unverified(user_id: str) -> Person:
    return Person(id=user_id, name=user_id, standing="unverified")
