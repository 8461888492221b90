"""Which channel a name means, and whether people of another organisation read along in it."""

from __future__ import annotations

from pydantic import ValidationError

from app.ports import Cache, ConversationGone
from policies.plan import Frozen

from . import naming
from .answers import Channel, Informed, Listed
from .api import SlackApi

_LOOK_S = 3.0
"""A card waits for it, under a lease that has to last for its post too."""

_FRESH_S, _NAME_KNOWN_S = 60, 86_400
_PAGES, _CHANNELS = 5, 1_000


class Conversation(Frozen):
    """Where something is posted, by its id, and whether others than ours may read it there."""

    id: str
    shared: bool


class SlackChannels:
    """Channels of one workspace, remembered for all processes."""

    def __init__(self, api: SlackApi, cache: Cache) -> None:
        self._api = api
        self._cache = cache

    def look(self, target: str) -> Conversation:
        """What an id or a `#name` means, at most a minute old; people are one of ours each.

        Raises `SlackAgain`, `SlackNever`; `ConversationGone` for a name under which the bot is in
        no channel.
        """
        if not naming.is_channel(target):
            return Conversation(id=target, shared=False)
        known = self._cache.get(_looked(target))
        if known is not None:
            try:
                return Conversation.model_validate_json(known)
            except ValidationError:
                pass
        return self._api.bounded(lambda: self._look_at(target), _LOOK_S)

    def id_of(self, name: str) -> str | None:
        """The id of a `#name` that was looked at lately."""
        known = self._cache.get(_named(name))
        return known if known is not None and naming.is_conversation(known) else None

    def found(self, target: str) -> str | None:
        """The id of a conversation, inside of `bounded`; None for a name that leads nowhere."""
        if not target.startswith("#"):
            return target
        return self.id_of(target) or self._looked_up(target.removeprefix("#"))

    def _look_at(self, target: str) -> Conversation:
        by_name = target.startswith("#")
        channel = self._by_name(target.removeprefix("#")) if by_name else self._info(target)
        looked = Conversation(id=channel.id, shared=channel.shared)
        self._cache.put(_looked(target), looked.model_dump_json(), _FRESH_S)
        if by_name:
            self._cache.put(_named(target), channel.id, _NAME_KNOWN_S)
        return looked

    def _by_name(self, name: str) -> Channel:
        """The channel in use of that name, which may have been another's a while ago."""
        known = self.id_of(f"#{name}")
        channel = None if known is None else self._info(known)
        if channel is not None and channel.name == name and not channel.is_archived:
            return channel
        found = self._looked_up(name)
        if found is None:
            raise ConversationGone("not_in_channel")
        return self._info(found)

    def _info(self, channel_id: str) -> Channel:
        info = self._api.web.conversations_info
        return self._api.step(Informed, info, channel=channel_id).channel

    def _looked_up(self, name: str) -> str | None:
        """Among the channels that the bot is in; an archived one only where none is in use."""
        cursor: str | None = None
        archived: str | None = None
        for _ in range(_PAGES):
            page = self._api.step(
                Listed,
                self._api.web.users_conversations,
                types="public_channel,private_channel",
                limit=_CHANNELS,
                cursor=cursor,
            )
            for one in page.channels:
                if one.name == name and not one.is_archived:
                    return one.id
                archived = one.id if one.name == name else archived
            cursor = page.response_metadata.next_cursor if page.response_metadata else None
            if not cursor:
                break
        return archived


def _named(target: str) -> str:
    return f"slack:channel:{target}"


def _looked(target: str) -> str:
    return f"slack:conversation:{target}"
