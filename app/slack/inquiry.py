"""What `countersign doctor` asks Slack: whether what settings and policies name is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar, TypeVarTuple, Unpack

from slack_sdk.web import SlackResponse

from app.domain.commands import Standing
from app.ports import ConversationGone, SlackNever

from . import naming
from .answers import AllGroups, Channel, Done, Group, Informed, Listed, Looked, Members, Whoami
from .api import SlackApi
from .lookups import standing_of

_PAGES, _PAGE = 10, 1_000
"""Channels that are looked through for a name: 10,000."""

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


@dataclass(frozen=True)
class Token:
    """Whose token it is. `scopes` is None where Slack does not say."""

    who: Whoami
    scopes: frozenset[str] | None


@dataclass(frozen=True)
class Somebody:
    """A person who is in the workspace."""

    id: str
    name: str
    standing: Standing


class _Once(Generic[*Ts, T]):
    """Asks each question once, however many threads have it, and repeats what came of it."""

    def __init__(self, ask: Callable[[Unpack[Ts]], T]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._asked: dict[tuple[object, ...], Future[T]] = {}

    def __call__(self, *args: *Ts) -> T:
        with self._lock:
            known = self._asked.get(args)
            answer = self._asked.setdefault(args, Future())
        if known is None:
            try:
                answer.set_result(self._ask(*args))
            except Exception as error:
                answer.set_exception(error)
        return answer.result()


class Inquiry:
    """Every question of one run; each raises `SlackAgain`, or `SlackNever` with Slack's own code.

    What was answered is not asked again, so one of these lives as long as one run.
    """

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self.token = _Once(self._token)
        self.person = _Once(self._person)
        self.members = _Once(self._members)
        self._groups = _Once(self._all_groups)
        self._channels = _Once(self._all_channels)

    def bot(self) -> str:
        """What the bot is called."""
        return self.token().who.user

    def _token(self) -> Token:
        headers: dict[str, str] = {}

        def auth_test(**args: Any) -> SlackResponse:
            response = self._api.web.auth_test(**args)
            headers.update({name.lower(): text for name, text in response.headers.items()})
            return response

        who = self._api.call(Whoami, auth_test)
        words = headers.get("x-oauth-scopes")
        scopes = None if words is None else frozenset(one.strip() for one in words.split(","))
        return Token(who, scopes)

    def socket(self, app_token: str) -> None:
        """Whether Socket Mode can be opened with this token; nothing is opened."""
        self._api.call(Done, self._api.web.apps_connections_open, app_token=app_token)

    def channel(self, ref: str) -> Channel | None:
        """A channel by its id or `#name`, None where the bot can't see one."""
        if not ref.startswith("#"):
            try:
                info = self._api.web.conversations_info
                return self._api.call(Informed, info, channel=ref).channel
            except ConversationGone:
                return None
        name = ref.removeprefix("#")
        found = [one for one in self._channels(True) if one.name == name]
        # Of two with one name, an archived one among them, the one in use is meant.
        found += [] if found else [one for one in self._channels(False) if one.name == name]
        return min(found, key=lambda one: one.is_archived, default=None)

    def group(self, ref: str) -> Group | None:
        """A user group by its id or `@handle`."""
        name = ref.removeprefix("@")
        return next((one for one in self._groups() if name in (one.id, one.handle)), None)

    def _person(self, ref: str) -> Somebody | None:
        web = self._api.web
        by_id = naming.is_user(ref)
        try:
            if by_id:
                user = self._api.call(Looked, web.users_info, user=ref).user
            else:
                user = self._api.call(Looked, web.users_lookupByEmail, email=ref).user
        except SlackNever:
            return None
        team = self._api.bounded(self._api.identity).team_id
        name = user.profile.display_name or user.profile.real_name or user.name or user.id
        return Somebody(user.id, name, standing_of(user, team))

    def _members(self, group_id: str) -> list[str]:
        asked = self._api.web.usergroups_users_list
        return self._api.call(Members, asked, usergroup=group_id).users

    def _all_groups(self) -> list[Group]:
        asked = self._api.web.usergroups_list
        return self._api.call(AllGroups, asked, include_disabled=True).usergroups

    def _all_channels(self, ours: bool) -> list[Channel]:
        """Those that the bot is in, or else all public ones."""
        found = list(self._pages(ours))
        return [one.model_copy(update={"is_member": True}) for one in found] if ours else found

    def _pages(self, ours: bool) -> Iterator[Channel]:
        web, cursor = self._api.web, None
        for _ in range(_PAGES):
            method = web.users_conversations if ours else web.conversations_list
            kinds = "public_channel,private_channel" if ours else "public_channel"
            page = self._api.call(Listed, method, types=kinds, limit=_PAGE, cursor=cursor)
            yield from page.channels
            cursor = page.response_metadata.next_cursor if page.response_metadata else None
            if not cursor:
                return
