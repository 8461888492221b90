"""`Cards` at Slack: posts cards, redraws them, finds those nobody recorded, tells the requester."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from app.domain.absence import Absence
from app.domain.bursts import GAP_MS
from app.domain.cards import Place
from app.domain.request import Request
from app.domain.slack_steps import SayNotice
from app.domain.withholding import in_direct, in_public
from app.ports import Cache, ConversationShared, Found, Pace, SlackAgain, SlackNever

from . import metadata, naming
from .answers import Done, History, Looked, Posted
from .api import SlackApi
from .blocks import notices, questions, threads
from .blocks.card import card
from .blocks.digest import digest
from .blocks.text import Message
from .channels import SlackChannels
from .errors import NeedsOperator

_SKEW_MS = 60_000
"""Slack's clock and the store's may differ by this much."""

_TOGETHER_MS = 30_000
"""So long what several requests have to say in one thread is gathered; no call takes as long."""

_PAGES, _HISTORY = 5, 200


class SlackCards:
    """Cards in one workspace. Sends wait for no one: what can't go now raises `SlackAgain`."""

    def __init__(self, api: SlackApi, pace: Pace, cache: Cache) -> None:
        self._api = api
        self._pace = pace
        self._channels = SlackChannels(api, cache)

    def turn(self, target: str, ahead: float | None = None) -> None:
        """Take the next message into a conversation: its id, a user's id, or `#name`.

        Slack limits posts by conversation and everything else by method.
        """
        _wait_for(self._pace.reserve(self._place(target), GAP_MS, ahead))

    def post(self, target: str, request: Request) -> Place:
        """A new card in a conversation; of what is asked again, in the thread of the first."""
        root = request.root_thread(target)
        thread = {} if root is None else {"thread_ts": root, "reply_broadcast": True}
        carried = metadata.of_request(metadata.CARD_EVENT, request.id)
        return self._post(target, [request], card(_shown_in(target, request)), carried, **thread)

    def post_digest(self, target: str, requests: Sequence[Request]) -> Place:
        """One message for several requests of a channel."""
        carried = metadata.of_digest([request.id for request in requests])
        message = digest(list(map(in_public, requests)))
        return self._post(target, requests, message, carried)

    def redraw(self, place: Place, request: Request) -> None:
        """A posted card as the request stands now."""
        self._channel_for(place.channel, [request])
        self._update(place, card(_shown_in(place.channel, request)))

    def redraw_digest(self, place: Place, requests: Sequence[Request], gone: int) -> None:
        """A posted digest as its requests stand now; so many of them are erased."""
        self._channel_for(place.channel, requests)
        self._update(place, digest(list(map(in_public, requests)), gone))

    def _update(self, place: Place, message: Message) -> None:
        self._api.call(
            Done,
            self._api.web.chat_update,
            channel=place.channel,
            ts=place.ts,
            text=message.text,
            blocks=message.blocks,
        )

    def find(self, target: str, requests: Sequence[Request]) -> dict[str, list[Found]]:
        """Cards and digests that are there already, by the metadata of our own messages.

        Empty where Slack does not let us look: two cards are better than none.
        """
        try:
            return self._api.bounded(lambda: self._found(target, requests))
        except (NeedsOperator, SlackNever):
            return {}

    def say(self, notice: SayNotice, request: Request, to: Sequence[str]) -> None:
        """A word in the thread of a card, to these people and groups; an escalation to all."""
        place = notice.place
        self._channel_for(place.channel, [request])
        message = threads.said(notice, _shown_in(place.channel, request), to)
        broadcast = notice.kind == "escalation"
        thread = {"thread_ts": request.thread(place), "reply_broadcast": broadcast}
        self._say(place.channel, message, metadata.NOTICE_EVENT, request, **thread)

    def say_together(
        self, notice: SayNotice, requests: Sequence[Request], to: Sequence[str]
    ) -> None:
        """One word for several requests in the thread of their digest; an escalation to all.

        For half a minute nobody says there what whoever says it now has not recorded yet.
        """
        place = notice.place
        self._channel_for(place.channel, requests)
        thread = _paced(f"{place.channel}:{place.ts}:{notice.kind}")
        _wait_for(self._pace.held(thread))
        self.turn(place.channel)
        self._pace.hold(thread, _TOGETHER_MS)
        carried = metadata.of_request(metadata.NOTICE_EVENT, requests[0].id)
        broadcast = notice.kind == "escalation"
        message = threads.said_together(notice, list(map(in_public, requests)), to)
        self._send(place.channel, message, carried, thread_ts=place.ts, reply_broadcast=broadcast)

    def bring_question(self, person: str, number: int, request: Request) -> None:
        """A direct message to a user id or an e-mail address, with a button to answer."""
        message = questions.brought(request, number)
        self._say(self._user(person), message, metadata.NOTICE_EVENT, request)

    def tell_requester(self, person: str, request: Request) -> None:
        """A direct message to a user id or an e-mail address."""
        self._say(self._user(person), notices.outcome(request), metadata.OUTCOME_EVENT, request)

    def tell_asked_in(self, place: Place, request: Request) -> None:
        """A word in the thread of the message from which it was asked for."""
        try:
            self._channel_for(place.channel, [request])
        except NeedsOperator as unseen:  # a conversation of a kind in which the bot never is
            raise SlackNever(unseen.problem) from unseen
        message = notices.outcome_where_asked(in_public(request))
        self._say(place.channel, message, metadata.OUTCOME_EVENT, request, thread_ts=place.ts)

    def tell_of_absence(self, person: str, absence: Absence) -> None:
        """A direct message to somebody whom an absence is about."""
        self.turn(person)
        about = {"event_type": metadata.ABSENCE_EVENT, "event_payload": {"person": absence.person}}
        self._send(person, notices.begun(absence), about)

    def inform_absent(self, person: str, request: Request) -> None:
        """A direct message to somebody who was away."""
        self._say(person, notices.while_away(request), metadata.OUTCOME_EVENT, request)

    def _say(
        self, target: str, message: Message, event: str, request: Request, **thread: object
    ) -> Place:
        self.turn(target)
        return self._send(target, message, metadata.of_request(event, request.id), **thread)

    def _post(
        self,
        target: str,
        requests: Sequence[Request],
        message: Message,
        carried: metadata.Metadata,
        **thread: object,
    ) -> Place:
        anew = target.startswith("#") and self._channels.id_of(target) is None
        channel = self._channel_for(target, requests)
        place = self._send(channel, message, carried, **thread)
        if anew:  # from now on the channel goes by its id, whose turn this was too
            self._pace.reserve(_paced(channel), GAP_MS)
        return place

    def _channel_for(self, target: str, requests: Sequence[Request]) -> str:
        """The id of a conversation where these may be shown.

        What is there of them is taken away where they may not be. Raises `ConversationShared`.
        """
        conversation = self._channels.look(target)
        if not conversation.shared or all(one.may_be_shared for one in requests):
            return conversation.id
        copies = (copy for one in requests for copy in one.state.cards.copies)
        for place in dict.fromkeys(copy.place for copy in copies):
            if place.channel == conversation.id:
                with suppress(SlackNever):
                    self._update(place, notices.withheld())
        raise ConversationShared

    def _send(
        self, target: str, message: Message, carried: metadata.Metadata, **thread: object
    ) -> Place:
        posted = self._api.call(
            Posted,
            self._api.web.chat_postMessage,
            where=self._place(target),
            in_turn=True,
            channel=target,
            text=message.text,
            blocks=message.blocks,
            metadata=carried,
            unfurl_links=False,
            unfurl_media=False,
            **thread,
        )
        return Place(channel=posted.channel, ts=posted.ts)

    def _user(self, person: str) -> str:
        if naming.is_user(person):
            return person
        if not naming.is_email(person):
            raise SlackNever("neither a Slack user id nor an e-mail address")
        lookup = self._api.web.users_lookupByEmail
        return self._api.call(Looked, lookup, email=person).user.id

    def _found(self, target: str, requests: Sequence[Request]) -> dict[str, list[Found]]:
        channel = self._channels.found(target)
        if channel is None:
            return {}
        since_ms = min(request.body.opened_ms for request in requests) - _SKEW_MS
        wanted, bot_id = {request.id for request in requests}, self._api.identity().bot_id
        found: dict[str, list[Found]] = {}
        for message in self._messages(channel, since_ms):
            if message.get("bot_id") != bot_id:
                continue
            shown, items = metadata.shown_by(message.get("metadata"))
            place = Place(channel=channel, ts=str(message["ts"]))
            for request_id in wanted.intersection(shown):
                found.setdefault(request_id, []).append(Found(place, items))
        return found

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

    def _place(self, target: str) -> str:
        """What keeps the pace of a conversation, the same by its name and by its id."""
        known = self._channels.id_of(target) if target.startswith("#") else None
        return _paced(known or target)


def _shown_in(target: str, request: Request) -> Request:
    """What the readers of a conversation may see."""
    return in_direct(request) if naming.is_direct(target) else in_public(request)


def _wait_for(wait_ms: int) -> None:
    """Not now. Raises `SlackAgain` unless there is nothing to wait for."""
    if wait_ms:
        raise SlackAgain("paced", wait_ms / 1000)


def _paced(what: str) -> str:
    return f"slack:{what}"
