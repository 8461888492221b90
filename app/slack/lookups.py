"""What is asked of Slack about people, groups and conversations, and remembered for a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from app.domain.commands import Person, Standing
from app.ports import Cache, SlackNever

from . import naming
from .answers import Groups, Looked, Members, Opened, User
from .api import SlackApi

_FRESH_S = 60

_TAKEN_APART = 20
"""The largest group whose members are mentioned one by one."""

_SLACKBOT = "USLACKBOT"
"""The one bot that users.info does not call a bot."""

T = TypeVar("T")
_PERSON = TypeAdapter(Person)
_TEXT = TypeAdapter(str)
_HANDLES = TypeAdapter(dict[str, str])
_MEMBERS = TypeAdapter(tuple[str, list[str]])
_BELONGING = TypeAdapter(dict[str, list[str]])


class NotRemembered(Exception):
    """Only Slack can tell."""


class Lookups:
    """One look-up, which reads each name from the cache once. Raises `SlackAgain`, `SlackNever`.

    What is not there is asked of `slack`, inside of its `bounded`. Without it everything that would
    have to be asked raises `NotRemembered`.
    """

    def __init__(self, cache: Cache, slack: SlackApi | None = None) -> None:
        self._cache = cache
        self._slack = slack
        self._texts: dict[str, str | None] = {}

    def read(self, user_ids: Sequence[str], groups: Sequence[str], requester: str | None) -> None:
        """Read in one trip what `person` takes for all of these, so that it needs no more."""
        people = [f"person:{user_id}" for user_id in user_ids]
        asked = [] if requester is None else [_name_of(requester)]
        behind = ["groups", *(f"in:{ref}" for ref in groups)] if groups else []
        self._read([*people, *asked, *behind])

    def person(self, user_id: str, groups: Sequence[str], requester: str | None) -> Person:
        """Somebody, with those of `groups` that they belong to, and whether they asked."""
        person = self._person(user_id)
        if person.standing != "trusted":
            return person
        belongs = frozenset(ref for ref in groups if user_id in self._members(ref))
        asked = None if requester is None else self._user_id(requester)
        is_requester = None if asked is None else asked == user_id
        return person.model_copy(update={"groups": belongs, "is_requester": is_requester})

    def member(self, user_id: str) -> Person:
        """Somebody, with every user group that they belong to, by its id and by its handle."""
        person = self._person(user_id)
        if person.standing != "trusted":
            return person
        try:
            belonging = self._cached("belonging", _BELONGING, _belonging)
        except SlackNever:  # a workspace without user groups
            return person
        return person.model_copy(update={"groups": frozenset(belonging.get(user_id, ()))})

    def ids(self, ref: str, without: Sequence[str]) -> list[str]:
        """A name as it is mentioned: a person, a group, or those that are left of one."""
        if not naming.is_group(ref) or not without:
            found = self._id(ref)
            return [] if found is None else [found]
        people = self.people(ref)
        if len(people) > _TAKEN_APART or not set(people) & set(without):
            return self.ids(ref, ())
        return people

    def people(self, ref: str) -> list[str]:
        """The user ids behind a name; nobody behind one that Slack does not know."""
        if naming.is_group(ref):
            try:
                return self._members(ref)
            except SlackNever:
                return []
        person = self._user_id(ref)
        return [] if person is None else [person]

    def conversations(self, refs: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Where these names lead, and the names that lead nowhere, with why."""
        return _sorted_out(refs, self._reached)

    def _id(self, ref: str) -> str | None:
        if not naming.is_group(ref):
            return self._user_id(ref)
        try:
            return self._group_id(ref)
        except SlackNever:  # a workspace without user groups
            return None

    def _user_id(self, ref: str) -> str | None:
        """The id of whoever goes by this id or e-mail address, None for nobody here."""
        try:
            return self._person(ref).id if naming.is_user(ref) else self._by_email(ref)
        except SlackNever:
            return None

    def _person(self, user_id: str) -> Person:
        return self._cached(f"person:{user_id}", _PERSON, lambda slack: _user(slack, user_id))

    def _by_email(self, email: str) -> str:
        return self._cached(_name_of(email), _TEXT, lambda slack: _by_email(slack, email))

    def _members(self, ref: str) -> list[str]:
        """The people in a user group; nobody is in one that is not there."""
        group = self._group_id(ref)
        if group is None:
            return []
        _, people = self._cached(
            f"in:{ref}",
            _MEMBERS,
            lambda slack: (group, _members(slack, group)),
            # A handle can become another group's.
            lambda known: known[0] == group,
        )
        return people

    def _group_id(self, ref: str) -> str | None:
        """The id of a user group by its id or handle, None for one that is not there."""
        handles = self._cached("groups", _HANDLES, _handles)
        group = handles.get(ref.removeprefix("@")) if ref.startswith("@") else ref
        return group if group in handles.values() else None

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
            user_id = self._by_email(ref)
        elif naming.is_user(ref):
            user_id = ref
        else:
            raise SlackNever("neither a channel, a person, a user group nor an e-mail address")
        return self._cached(f"im:{user_id}", _TEXT, lambda slack: _opened(slack, user_id))

    def _cached(
        self,
        name: str,
        kind: TypeAdapter[T],
        look_up: Callable[[SlackApi], T],
        holds: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """What was looked up lately, as long as it still `holds`, or is now."""
        self._read([name])
        known = self._remembered(name, kind)
        if known is not None and holds(known):
            return known
        if (slack := self._slack) is None:
            raise NotRemembered(name)

        def learn() -> T:
            value = look_up(slack)
            text = self._texts[name] = kind.dump_json(value).decode()
            self._cache.put(f"slack:{name}", text, _FRESH_S)
            return value

        return slack.outliving(learn)

    def _read(self, names: Iterable[str]) -> None:
        """From the cache, as far as they were not read yet."""
        missing = [name for name in dict.fromkeys(names) if name not in self._texts]
        if missing:
            found = self._cache.get_many([f"slack:{name}" for name in missing])
            self._texts.update(zip(missing, found, strict=True))

    def _remembered(self, name: str, kind: TypeAdapter[T]) -> T | None:
        """What the cache said of it; what can't be read there is not there."""
        text = self._texts.get(name)
        if text is None:
            return None
        try:
            return kind.validate_json(text)
        except ValidationError:
            return None


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


def _name_of(ref: str) -> str:
    """What is remembered of a person: who has this id, or whose this e-mail address is."""
    return f"person:{ref}" if naming.is_user(ref) else f"email:{ref.casefold()}"


def _user(slack: SlackApi, user_id: str) -> Person:
    user = slack.step(Looked, slack.web.users_info, user=user_id).user
    profile = user.profile
    return Person(
        id=user.id,
        name=profile.display_name or profile.real_name or user.name or user.id,
        email=profile.email,
        standing=standing_of(user, slack.identity().team_id),
        zone=user.tz,
    )


def _by_email(slack: SlackApi, email: str) -> str:
    return slack.step(Looked, slack.web.users_lookupByEmail, email=email).user.id


def _handles(slack: SlackApi) -> dict[str, str]:
    groups = slack.step(Groups, slack.web.usergroups_list).usergroups
    return {group.handle: group.id for group in groups}


def _belonging(slack: SlackApi) -> dict[str, list[str]]:
    """The groups of everybody who is in one: one call for all people, as Slack allows few."""
    list_groups, found = slack.web.usergroups_list, dict[str, list[str]]()
    for group in slack.step(Groups, list_groups, include_users=True).usergroups:
        for user in group.users:
            found.setdefault(user, []).extend((group.id, f"@{group.handle}"))
    return found


def _members(slack: SlackApi, group: str) -> list[str]:
    return slack.step(Members, slack.web.usergroups_users_list, usergroup=group).users


def _opened(slack: SlackApi, user_id: str) -> str:
    return slack.step(Opened, slack.web.conversations_open, users=user_id).channel.id


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
