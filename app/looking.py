"""What people look at: their queue, what they may see, what they asked and decided.

Each gets what they may see of a request: another copy of it than the one that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from .domain.absence import day_of
from .domain.cards import Place
from .domain.errors import (
    CardNotShown,
    NotAViewer,
    PersonNotTrusted,
    PersonUnverified,
    RequestNotFound,
)
from .domain.lists import Day, QueuePage, Stats
from .domain.request import Request
from .domain.reviewers import distrust
from .domain.viewing import (
    Viewer,
    as_seen_by,
    asked_by,
    decided_by,
    known_as,
    may_see,
    may_see_all,
    waits_for,
)
from .domain.withholding import in_public, withholds
from .ports import EVERYTHING, Directory, Gate, ListKind, Queues, RequestStore

PAGE = 8
"""Requests on one page, unless somebody wants more or fewer."""

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Opened:
    """A request as whoever opened it may see it, and whether its `history` is for them too."""

    request: Request
    history: bool


@dataclass(frozen=True)
class Looking:
    """Everything that people can look at; nothing here changes anything.

    `admins` are user ids, e-mail addresses and `@groups`. Each call takes as many look-ups however
    much there is; a page can be empty and still lead on. Raises `StoreUnavailable`.
    """

    store: RequestStore
    queues: Queues
    directory: Directory
    gate: Gate
    admins: tuple[str, ...] = ()

    def viewer(self, user_id: str) -> Viewer:
        """Somebody, as Slack knows them now. Within 1.5 s.

        Raises `PersonNotTrusted` for guests, bots, people of elsewhere and those who left, its
        `PersonUnverified` where Slack did not say.
        """
        person = self.directory.member(user_id)
        if (distrusted := distrust(person, "look at requests")) is not None:
            unsure = person.standing == "unverified"
            raise PersonUnverified(distrusted.message) if unsure else distrusted
        viewer = Viewer(
            id=person.id,
            name=person.name,
            email=person.email,
            groups=person.groups,
            zone=person.zone,
        )
        admin = not viewer.names.isdisjoint(map(known_as, self.admins))
        return viewer.model_copy(update={"admin": admin})

    def waiting(self, viewer: Viewer, cursor: str | None = None, limit: int = PAGE) -> QueuePage:
        """What waits for this person's answer, the earliest due first."""

        def fits(request: Request) -> bool:
            return waits_for(request, viewer)

        return self._page("waiting", viewer, viewer.names, cursor, limit, fits)

    def seen(
        self,
        viewer: Viewer,
        policy: str | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> QueuePage:
        """All that waits and this person may see, of one policy or of all; earliest due first."""

        def fits(request: Request) -> bool:
            right = policy in (None, request.body.policy.name)
            return right and request.pending and may_see(request, viewer)

        return self._page("seen", viewer, _seen_as(viewer), cursor, limit, fits)

    def asked(self, viewer: Viewer, cursor: str | None = None, limit: int = PAGE) -> QueuePage:
        """What was asked on this person's behalf, pending or not, the newest first."""

        def fits(request: Request) -> bool:
            return asked_by(request, viewer)

        return self._page("asked", viewer, viewer.own, cursor, limit, fits)

    def decided(self, viewer: Viewer, cursor: str | None = None, limit: int = PAGE) -> QueuePage:
        """What this person decided, alone or with others, the latest first."""

        def fits(request: Request) -> bool:
            return decided_by(request, viewer)

        return self._page("decided", viewer, (viewer.id,), cursor, limit, fits)

    def one(self, viewer: Viewer, request_id: str) -> Request:
        """A request. Raises `RequestNotFound`, also where this person may not see it."""
        request = self.store.load(request_id).request
        if not may_see(request, viewer):
            raise RequestNotFound("There is no such request.", "Check the id.")
        return as_seen_by(request, viewer)

    def opened(self, viewer: Viewer, request_id: str, at: Place | None) -> Opened:
        """A request whose button somebody pressed in a message: the card `at` a place, or a list.

        Whoever may not see it, but reads a channel where its card stands, gets what everybody does
        there. Raises `RequestNotFound`, and `NotAViewer` for anybody else.
        """
        request = self.store.load(request_id).request
        if may_see(request, viewer):
            return Opened(as_seen_by(request, viewer), history=True)
        if any(copy.place == at for copy in request.state.cards.copies):
            return Opened(in_public(request), history=False)
        raise NotAViewer(
            "You may not see this request.", "Its policy says who may; ask one of those who decide."
        )

    def check_card(self, user_id: str, request_id: str, at: Place | None) -> None:
        """Raises `CardNotShown`, and what `opened` raises, for who can't have a card of their own.

        Such a card shows everything. Who is no member is let through to where the refusal goes on
        record; `PersonUnverified` is raised here, since nobody should wait for Slack twice.
        """
        try:
            viewer = self.viewer(user_id)
        except PersonUnverified:
            raise
        except PersonNotTrusted:
            return
        if withholds(self.opened(viewer, request_id, at).request):
            raise CardNotShown(
                "Some of it is shown only to those who decide, so its card is for them alone.",
                "Ask one of them.",
            )

    def check_form(self, request: Request, user_id: str) -> None:
        """Raises `NotAViewer`, `PersonNotTrusted` where a form would show what is for others.

        Nobody is looked up where there is nothing of the kind.
        """
        kept = withholds(in_public(request))
        if kept and not may_see_all(request, self.viewer(user_id)):
            raise NotAViewer("Some of this is shown only to those who decide.", "Ask one of them.")

    def stats(self, viewer: Viewer) -> Stats:
        """Everything in numbers."""
        return Stats(
            waiting=self.queues.count("waiting", viewer.names),
            seen=self.queues.count("seen", _seen_as(viewer)),
            asked=self.queues.count("asked", viewer.own),
            decided=self.queues.count("decided", (viewer.id,)),
            day=self._day() if viewer.admin else None,
        )

    def today(self, zone: str | None) -> date:
        """The day that it is in the time zone of somebody."""
        return day_of(self.store.now(), zone)

    def _page(
        self,
        kind: ListKind,
        viewer: Viewer,
        names: Collection[str],
        cursor: str | None,
        limit: int,
        fits: Callable[[Request], bool],
    ) -> QueuePage:
        page = self.queues.page(kind, names, cursor, limit, fits)
        return replace(page, requests=tuple(as_seen_by(one, viewer) for one in page.requests))

    def _day(self) -> Day:
        return Day(
            open=self.queues.count("seen", (EVERYTHING,)).number,
            ended=self.queues.ended(self.store.now() - _DAY_MS),
            gate=self.gate.state(),
        )


def _seen_as(viewer: Viewer) -> frozenset[str]:
    """The names under which this person finds what they may see."""
    return frozenset({EVERYTHING}) if viewer.admin else viewer.names
