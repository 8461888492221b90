"""`Cards` at Slack: posts cards, redraws them, finds those nobody recorded, tells the requester."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from slack_sdk.web import SlackResponse

from app.domain.request import Place, Request
from app.domain.slack_steps import SayNotice
from app.ports import Cache, Pace, SlackAgain, SlackNever

from . import ids
from .answers import Channels, Done, History, Looked, Posted
from .api import A, SlackApi
from .blocks import notices, questions, threads
from .blocks.card import card
from .blocks.text import Message
from .errors import NeedsOperator, RateLimited

_GAP_MS = 1_000
"""Slack takes about one message a second in each conversation."""

_SKEW_MS = 60_000
"""Slack's clock and the store's may differ by this much."""

_PAGES, _HISTORY, _CHANNELS = 5, 200, 1_000
_NAME_KNOWN_S = 86_400


class SlackCards:
    """Cards in one workspace. Sends wait for no one: what can't go now raises `SlackAgain`."""

    def __init__(self, api: SlackApi, pace: Pace, cache: Cache) -> None:
        self._api = api
        self._pace = pace
        self._cache = cache

    def post(self, target: str, request: Request) -> Place:
        """A new card in a conversation: its id, a user's id, or `#name`."""
        place = self._say(target, card(request), ids.CARD_EVENT, request)
        if target.startswith("#"):
            self._cache.put(_named(target), place.channel, _NAME_KNOWN_S)
        return place

    def redraw(self, place: Place, request: Request) -> None:
        """A posted card as the request stands now."""
        message = card(request)
        self._call(
            Done,
            "chat.update",
            self._api.web.chat_update,
            channel=place.channel,
            ts=place.ts,
            text=message.text,
            blocks=message.blocks,
        )

    def find(self, target: str, request: Request) -> list[Place]:
        """Cards that are there already, by the metadata of our own messages.

        Empty where Slack does not let us look: two cards are better than none.
        """
        try:
            return self._api.bounded(lambda: self._found(target, request))
        except (NeedsOperator, SlackNever):
            return []

    def say(self, notice: SayNotice, request: Request, to: Sequence[str]) -> None:
        """A word in the thread of a card, to these people and groups; an escalation to all."""
        message, place = threads.said(notice, request, to), notice.place
        thread = {"thread_ts": place.ts, "reply_broadcast": notice.kind == "escalation"}
        self._say(place.channel, message, ids.NOTICE_EVENT, request, **thread)

    def bring_question(self, person: str, number: int, request: Request) -> None:
        """A direct message to a user id or an e-mail address, with a button to answer."""
        message = questions.brought(request, number)
        self._say(self._user(person), message, ids.NOTICE_EVENT, request)

    def tell_requester(self, person: str, request: Request) -> None:
        """A direct message to a user id or an e-mail address."""
        self._say(self._user(person), notices.outcome(request), ids.OUTCOME_EVENT, request)

    def inform_absent(self, person: str, request: Request) -> None:
        """A direct message to somebody who was away."""
        self._say(person, notices.while_away(request), ids.OUTCOME_EVENT, request)

    def _say(
        self, target: str, message: Message, event: str, request: Request, **thread: object
    ) -> Place:
        posted = self._call(
            Posted,
            "chat.postMessage",
            self._api.web.chat_postMessage,
            into=target,
            channel=target,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": event, "event_payload": {"request_id": request.id}},
            unfurl_links=False,
            unfurl_media=False,
            **thread,
        )
        return Place(channel=posted.channel, ts=posted.ts)

    def _user(self, person: str) -> str:
        if ids.is_user(person):
            return person
        if not ids.is_email(person):
            raise SlackNever("neither a Slack user id nor an e-mail address")
        lookup = self._api.web.users_lookupByEmail
        return self._call(Looked, "users.lookupByEmail", lookup, email=person).user.id

    def _call(
        self,
        answer: type[A],
        name: str,
        method: Callable[..., SlackResponse],
        into: str | None = None,
        **args: Any,
    ) -> A:
        """One call, when Slack takes it; a post goes `into` a conversation at that one's pace.

        Slack limits posts by conversation and everything else by method.
        """
        place = f"slack:{into or name}"
        _wait_for(self._pace.held(place))
        if into is not None:
            _wait_for(self._pace.reserve(place, _GAP_MS))
        try:
            return self._api.call(answer, method, **args)
        except RateLimited as limited:
            self._pace.hold(place, math.ceil((limited.wait_s or 0) * 1000))
            raise

    def _found(self, target: str, request: Request) -> list[Place]:
        channel = self._channel(target)
        if channel is None:
            return []
        ours = {"event_type": ids.CARD_EVENT, "event_payload": {"request_id": request.id}}
        bot_id = self._api.identity().bot_id
        return [
            Place(channel=channel, ts=str(message["ts"]))
            for message in self._messages(channel, request.body.opened_ms - _SKEW_MS)
            if message.get("metadata") == ours and message.get("bot_id") == bot_id
        ]

    def _messages(self, channel: str, since_ms: int) -> Iterator[dict[str, Any]]:
        """The newest messages of a conversation, newest first."""
        cursor: str | None = None
        for _ in range(_PAGES):
            page = self._api.step(
                History,
                self._api.web.conversations_history,
                channel=channel,
                oldest=f"{since_ms / 1000:.6f}",
                include_all_metadata=True,
                limit=_HISTORY,
                cursor=cursor,
            )
            yield from page.messages
            cursor = page.response_metadata.next_cursor if page.response_metadata else None
            if not cursor:
                return

    def _channel(self, target: str) -> str | None:
        """The id of a conversation; `#name` among the channels that the bot is in."""
        if not target.startswith("#"):
            return target
        known = self._cache.get(_named(target))
        if known is not None and ids.is_conversation(known):
            return known
        return self._looked_up(target.removeprefix("#"))

    def _looked_up(self, name: str) -> str | None:
        cursor: str | None = None
        for _ in range(_PAGES):
            page = self._api.step(
                Channels,
                self._api.web.users_conversations,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=_CHANNELS,
                cursor=cursor,
            )
            found = next((one.id for one in page.channels if one.name == name), None)
            cursor = page.response_metadata.next_cursor
            if found or not cursor:
                return found
        return None


def _wait_for(wait_ms: int) -> None:
    """Not now. Raises `SlackAgain` unless there is nothing to wait for."""
    if wait_ms:
        raise SlackAgain("paced", wait_ms / 1000)


def _named(target: str) -> str:
    return f"slack:channel:{target}"
