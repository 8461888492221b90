"""A word in the thread of a card; in that of a digest one for all of its requests that wait."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from .changes import change
from .domain.cards import NoticeKind
from .domain.commands import NoticeSaid, TargetLost
from .domain.errors import RequestNotFound, TooBusy
from .domain.request import Request
from .domain.slack_steps import SayNotice, addressees, left_out, same_notice, shares_place
from .ports import Cards, ConversationGone, Directory, RequestStore, SlackNever

_SHARED: frozenset[NoticeKind] = frozenset({"reminder", "escalation", "stage"})
"""What comes of many requests at once. The rest is about one of them, and comes from a person."""


@dataclass(frozen=True)
class Noticing:
    """What a worker that holds one request says for all that share its message."""

    store: RequestStore
    cards: Cards
    directory: Directory

    def say(self, notice: SayNotice, request: Request) -> NoticeSaid:
        """What came of the notice of this request. Raises `SlackAgain`, `SlackNever`."""
        items = shares_place(request, notice.place)
        if items and notice.kind in _SHARED:
            self._say_together(notice, request, items)
        else:
            self.cards.say(notice, request, self._mentioned(notice, [request]))
        return said(notice)

    def _say_together(self, notice: SayNotice, request: Request, items: Sequence[str]) -> None:
        """Recorded of the others here; whoever was in such a message a moment ago says nothing."""
        waiting = [one for one in self.store.load_many(items) if same_notice(one, notice)]
        others = [one for one in waiting if one.id != request.id]
        if len(others) == len(waiting):
            return
        try:
            self.cards.say_together(notice, waiting, self._mentioned(notice, waiting))
        except SlackNever as never:  # of the place: it is the same for all of them
            self._record(notice, others, never)
            raise
        self._record(notice, others)

    def _mentioned(self, notice: SayNotice, requests: Sequence[Request]) -> list[str]:
        calls = dict.fromkeys((addressees(one, notice), left_out(one, notice)) for one in requests)
        found = [one for refs, without in calls for one in self.directory.ids(refs, without)]
        return list(dict.fromkeys(found))

    def _record(
        self, notice: SayNotice, requests: Sequence[Request], never: SlackNever | None = None
    ) -> None:
        for request in requests:
            theirs = same_notice(request, notice)
            with suppress(RequestNotFound, TooBusy):
                if theirs is not None:
                    came = said(theirs) if never is None else unsaid(theirs, request, never)
                    change(self.store, request.id, came)


def unsaid(notice: SayNotice, request: Request, never: SlackNever) -> NoticeSaid | TargetLost:
    """A notice that can't be said. Where that is so of the whole conversation, it is lost: what
    called for an answer there has to reach people some other way."""
    copies = request.state.cards.copies
    copy = next((copy for copy in copies if copy.place == notice.place), None)
    if copy is not None and isinstance(never, ConversationGone):
        return TargetLost(target=copy.target, problem=never.problem)
    return said(notice, never.problem)


def said(notice: SayNotice, problem: str | None = None) -> NoticeSaid:
    """A notice was said, or can't be."""
    return NoticeSaid(
        kind=notice.kind,
        at_ms=notice.at_ms,
        place=notice.place,
        number=notice.number,
        problem=problem,
    )
