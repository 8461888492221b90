"""`Directory` at Slack: who somebody is and which groups they belong to, at most a minute old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from app.domain.commands import Person, Standing
from app.ports import Cache, SlackAgain, SlackNever

from . import naming
from .answers import Groups, Looked, Members, Opened, User
from .api import SlackApi

_FRESH_S = 60
_PERSON_S = 1.5
"""A click waits for this look-up, and has 3 s in all. What is refused is never remembered."""

_MEMBERS_S = 5.0
"""A card waits for it, under a lease that has to last for its post too."""

_TAKEN_APART = 20
"""The largest group whose members are mentioned one by one."""

_SLACKBOT = "USLACKBOT"
"""The one bot that users.info does not call a bot."""

T = TypeVar("T")
_PERSON = TypeAdapter(Person)
_TEXT = TypeAdapter(str)
_HANDLES = TypeAdapter(dict[str, str])
_MEMBERS = TypeAdapter(list[str])
_BELONGING = TypeAdapter(dict[str, list[str]])


class SlackDirectory:
    """People, groups and conversations of one workspace, remembered for all processes."""

    def __init__(self, api: SlackApi, cache: Cache) -> None:
        self._api = api
        self._cache = cache

    def team(self) -> str:
        """Our own workspace. Raises `SlackAgain`, `SlackNever`."""
        return self._api.bounded(self._api.identity, _PERSON_S).team_id

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

        def look_up() -> None:
            for user_id in user_ids:
                with suppress(SlackAgain, SlackNever):
                    found[user_id] = self._person(user_id, groups, requester)

        with suppress(SlackAgain):
            self._api.bounded(look_up, _PERSON_S)
        return [found.get(one) or _unverified(one) for one in user_ids]

    def member(self, user_id: str) -> Person:
        """Somebody, with every user group that they belong to, by its id and by its handle.

        Within 1.5 s; `unverified` where Slack did not tell us, whatever the reason.
        """
        with suppress(SlackAgain, SlackNever):
            return self._api.bounded(lambda: self._member(user_id), _PERSON_S)
        return _unverified(user_id)

    def conversations(self, refs: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Conversations to post into for these names, and the names that lead nowhere, with why.

        Channels pass as they are; a person, an e-mail address and each member of a group becomes
        a direct conversation. Raises `SlackAgain`.
        """
        return self._api.bounded(lambda: _sorted_out(refs, self._reached))

    def ids(self, refs: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        """Slack's own ids of people and groups, without those that it does not know.

        A group with somebody of `without` in it is taken apart, unless it is large. Raises
        `SlackAgain`.
        """
        found = self._api.bounded(lambda: [one for ref in refs for one in self._ids(ref, without)])
        return [one for one in dict.fromkeys(found) if one not in without]

    def members(self, refs: Sequence[str]) -> dict[str, list[str]]:
        """The user ids behind each of these names; nobody behind one that Slack does not know.

        Raises `SlackAgain`.
        """
        return self._api.bounded(lambda: {ref: self._people(ref) for ref in refs}, _MEMBERS_S)

    def _person(self, user_id: str, groups: Sequence[str], requester: str | None) -> Person:
        person = self._cached(f"person:{user_id}", _PERSON, lambda: self._look_up(user_id))
        if person.standing != "trusted":
            return person
        belongs = frozenset(ref for ref in groups if user_id in self._members(ref))
        asked = None if requester is None else self._user_id(requester)
        is_requester = None if asked is None else asked == user_id
        return person.model_copy(update={"groups": belongs, "is_requester": is_requester})

    def _member(self, user_id: str) -> Person:
        person = self._cached(f"person:{user_id}", _PERSON, lambda: self._look_up(user_id))
        if person.standing != "trusted":
            return person
        try:
            belonging = self._cached("belonging", _BELONGING, self._belonging)
        except SlackNever:  # a workspace without user groups
            return person
        return person.model_copy(update={"groups": frozenset(belonging.get(user_id, ()))})

    def _ids(self, ref: str, without: Sequence[str]) -> list[str]:
        """A name as it is mentioned: a person, a group, or those that are left of one."""
        if not naming.is_group(ref) or not without:
            found = self._id(ref)
            return [] if found is None else [found]
        people = self._people(ref)
        if len(people) > _TAKEN_APART or not set(people) & set(without):
            return self._ids(ref, ())
        return people

    def _id(self, ref: str) -> str | None:
        if not naming.is_group(ref):
            return self._user_id(ref)
        try:
            return self._group_id(ref)
        except SlackNever:  # a workspace without user groups
            return None

    def _people(self, ref: str) -> list[str]:
        if naming.is_group(ref):
            try:
                return self._members(ref)
            except SlackNever:
                return []
        person = self._user_id(ref)
        return [] if person is None else [person]

    def _user_id(self, ref: str) -> str | None:
        """The id of whoever goes by this id or e-mail address, None for nobody here."""
        try:
            if naming.is_user(ref):
                return self._cached(f"person:{ref}", _PERSON, lambda: self._look_up(ref)).id
            return self._cached(f"email:{ref.casefold()}", _TEXT, lambda: self._by_email(ref))
        except SlackNever:
            return None

    def _look_up(self, user_id: str) -> Person:
        user = self._api.step(Looked, self._api.web.users_info, user=user_id).user
        profile = user.profile
        return Person(
            id=user.id,
            name=profile.display_name or profile.real_name or user.name or user.id,
            email=profile.email,
            standing=standing_of(user, self._api.identity().team_id),
            zone=user.tz,
        )

    def _members(self, ref: str) -> list[str]:
        """The people in a user group; nobody is in one that is not there."""
        group = self._group_id(ref)
        if group is None:
            return []
        return self._cached(f"members:{group}", _MEMBERS, lambda: self._look_in(group))

    def _group_id(self, ref: str) -> str | None:
        """The id of a user group by its id or handle, None for one that is not there."""
        handles = self._cached("groups", _HANDLES, self._handles)
        group = handles.get(ref.removeprefix("@")) if ref.startswith("@") else ref
        return group if group in handles.values() else None

    def _handles(self) -> dict[str, str]:
        groups = self._api.step(Groups, self._api.web.usergroups_list).usergroups
        return {group.handle: group.id for group in groups}

    def _belonging(self) -> dict[str, list[str]]:
        """The groups of everybody who is in one: one call for all people, as Slack allows few."""
        list_groups, found = self._api.web.usergroups_list, dict[str, list[str]]()
        for group in self._api.step(Groups, list_groups, include_users=True).usergroups:
            for user in group.users:
                found.setdefault(user, []).extend((group.id, f"@{group.handle}"))
        return found

    def _look_in(self, group: str) -> list[str]:
        web = self._api.web
        return self._api.step(Members, web.usergroups_users_list, usergroup=group).users

    def _reached(self, ref: str) -> list[str]:
        if not naming.is_group(ref):
            return [self._conversation(ref)]
        found, _ = _sorted_out(self._members(ref), lambda person: [self._conversation(person)])
        if not found:
            raise SlackNever("nobody in this user group can be reached")
        return found

    def _conversation(self, ref: str) -> str:
        if naming.is_conversation(ref):
            return ref
        if naming.is_email(ref):
            user_id = self._cached(f"email:{ref.casefold()}", _TEXT, lambda: self._by_email(ref))
        elif naming.is_user(ref):
            user_id = ref
        else:
            raise SlackNever("neither a channel, a person, a user group nor an e-mail address")
        return self._cached(f"im:{user_id}", _TEXT, lambda: self._opened(user_id))

    def _by_email(self, email: str) -> str:
        return self._api.step(Looked, self._api.web.users_lookupByEmail, email=email).user.id

    def _opened(self, user_id: str) -> str:
        opened = self._api.step(Opened, self._api.web.conversations_open, users=user_id)
        return opened.channel.id

    def _cached(self, name: str, kind: TypeAdapter[T], look_up: Callable[[], T]) -> T:
        """What was looked up lately, or is now; what can't be read in the cache is not there."""
        text = self._cache.get(f"slack:{name}")
        if text is not None:
            try:
                return kind.validate_json(text)
            except ValidationError:
                pass

        def learn() -> T:
            value = look_up()
            self._cache.put(f"slack:{name}", kind.dump_json(value).decode(), _FRESH_S)
            return value

        return self._api.outliving(learn)


def _unverified(user_id: str) -> Person:
    return Person(id=user_id, name=user_id, standing="unverified")


def _sorted_out(
    refs: Sequence[str], reach: Callable[[str], list[str]]
) -> tuple[list[str], list[tuple[str, str]]]:
    """What the names lead to, each once, and those that lead nowhere, with why."""
    found: dict[str, None] = {}
    lost: list[tuple[str, str]] = []
    for ref in refs:
        try:
            found |= dict.fromkeys(reach(ref))
        except SlackNever as never:
            lost.append((ref, never.problem))
    return list(found), lost


def standing_of(user: User, team: str) -> Standing:
    """Whether somebody may decide, by what Slack says of them."""
    if user.is_stranger or user.team_id != team:
        return "stranger"
    if user.deleted:
        return "deactivated"
    if user.is_bot or user.id == _SLACKBOT:
        return "bot"
    if user.is_restricted or user.is_ultra_restricted:
        return "guest"
    return "trusted"
