"""Cards into a conversation whose turn it is: one, or a digest of those that wait there."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from .changes import change, changed
from .claims import abandon, settle
from .domain.bursts import GAP_MS, MOST, together, waits_in
from .domain.cards import Copy, Place
from .domain.commands import CardDrawn, CardsFound, Command, SlackFailed, TargetLost
from .domain.errors import RequestNotFound, RequestUnreadable, TooBusy
from .domain.request import Request
from .domain.slack_steps import PostCard, ready
from .ports import Cards, Claim, Found, InLine, Lanes, Loaded, RequestStore, SlackAgain, SlackNever
from .staffing import LOOK_AGAIN_MS, Staffing

_log = logging.getLogger("countersign.lanes")

_STEP_MS = GAP_MS // MOST
"""Who waits in a line comes back so long after the one before: about when its turn is."""

_DRAWINGS, _CALM_S = 2, 0.5
"""A digest whose requests change all the time is drawn so often, and again after a pause."""


@dataclass(frozen=True)
class _Came:
    """What is to be recorded of each of those who waited, by id: nothing where it was not its turn.

    `unsure` are those of whom people could not be looked up.
    """

    commands: Mapping[str, Command]
    requests: Mapping[str, Request]
    unsure: Set[str]


@dataclass(frozen=True)
class Posting:
    """What a worker that holds one request does for all that wait for the same channel."""

    store: RequestStore
    lanes: Lanes
    cards: Cards
    staffing: Staffing

    def post(self, target: str, seen: Loaded, claim: Claim) -> Command | None:
        """What came of the request that was `seen`, None when others went first.

        The others are claimed too, so that nobody else posts them, and recorded here. Raises
        `SlackAgain`, and `SlackNever` from looking for what may be there already.
        """
        line = self.store.in_line(target, seen.request.id)
        self._wait_for_turn(target, line, claim)
        alone = line is None or not line.others
        others = [] if alone else self.lanes.claim_line(claim.lane, target, MOST)
        try:
            came = self._came(target, seen, [claim, *others])
            while others:
                settle(self.lanes, partial(self._record, came, seen), others[0])
                others.pop(0)
        except SlackAgain as again:  # nothing was posted
            for one in others:
                self.lanes.postpone(one, int((again.wait_s or 0) * 1000) + 1)
            raise
        except Exception:
            abandon(self.lanes, others)
            raise
        return came.commands.get(claim.request_id)

    def redraw(self, copy: Copy, seen: Loaded) -> Command:
        """Bring a digest up to date, with the newest of each of its requests.

        Several workers may draw it at once, each with what it knew. So whoever has drawn it looks
        again, and the last one to draw knows everything. Raises `SlackAgain`, `SlackNever`.
        """
        requests = self.store.load_many(copy.items)
        for _ in range(_DRAWINGS):
            drawn = requests
            self.cards.redraw_digest(copy.place, drawn, len(copy.items) - len(drawn))
            requests = self.store.load_many(copy.items)
            if _faces(requests) == _faces(drawn):
                return self._redrawn(copy, requests, seen)
        raise SlackAgain("the requests of a digest keep changing", _CALM_S)

    def _wait_for_turn(self, target: str, line: InLine | None, claim: Claim) -> None:
        """Raises `SlackAgain`; then all others in the line need not find out for themselves."""
        if line is None:
            self.cards.turn(target)
            return
        try:
            self.cards.turn(target, line.ahead / MOST)
        except SlackAgain as again:
            first_ms = int((again.wait_s or 0) * 1000) - line.ahead * _STEP_MS
            self.lanes.stagger(claim.lane, target, max(first_ms, 1), _STEP_MS)
            raise

    def _came(self, target: str, seen: Loaded, claims: Sequence[Claim]) -> _Came:
        waiting, unsure = self._waiting(target, seen, claims)
        # A worker that died, or an answer that never came, may have left a card behind.
        unfinished = {claim.request_id for claim in claims if claim.unfinished}
        doubtful = [
            one for one in waiting if one.id in unfinished or target in one.state.cards.unsure
        ]
        there = self.cards.find(target, doubtful) if doubtful else {}
        found = {one: _found(target, messages) for one, messages in there.items()}
        chosen = together([one for one in waiting if one.id not in found])
        return _Came(
            commands={**found, **self._sent(target, chosen)},
            requests={one.id: one for one in waiting},
            unsure=unsure,
        )

    def _waiting(
        self, target: str, seen: Loaded, claims: Sequence[Claim]
    ) -> tuple[list[Request], set[str]]:
        """Those who wait there, in order of opening; and where Slack could not say who is asked.

        In a channel also those for whom something else comes first, unless that is half done.
        """
        others = [claim for claim in claims if claim.request_id != seen.request.id]
        if not others:
            return [seen.request], set()
        half_done = {claim.request_id for claim in others if claim.unfinished}
        waiting, unsure, absent = [seen.request], set[str](), self.staffing.absent()
        for request in self._claimed(others):
            # Once Slack can't say, nobody waits for the rest.
            settled, sure = (request, False) if unsure else self.staffing.settled(request, absent)
            unsure |= set() if sure else {request.id}
            step = None if settled is None else ready(settled, seen.now)
            if settled is None or step is None:
                continue
            early = waits_in(settled) == target and settled.id not in half_done
            waiting += [settled] if early or step == PostCard(target=target) else []
        return sorted(waiting, key=lambda request: request.id), unsure

    def _claimed(self, claims: Sequence[Claim]) -> Iterator[Request]:
        """Those that can be read; of the others each finds out for itself."""
        for claim in claims:
            with suppress(RequestNotFound, RequestUnreadable):
                yield self.store.claimed(claim).request

    def _sent(self, target: str, chosen: Sequence[Request]) -> dict[str, Command]:
        """Post them in one message. Raises `SlackAgain` when Slack says how long to wait."""
        if not chosen:
            return {}
        ids = tuple(request.id for request in chosen)
        try:
            place = self._place(target, chosen)
        except SlackAgain as again:
            if again.wait_s is not None:
                raise
            _log.warning("%s: Slack failed, trying again: %s", ids[0], again.problem)
            return dict.fromkeys(ids, SlackFailed(problem=again.problem, target=target))
        except SlackNever as never:
            _log.warning("%s: Slack refused for good: %s", ids[0], never.problem)
            if len(chosen) > 1:  # the channel, or one of them: each finds out for itself
                return self._sent(target, chosen[:1])
            return {ids[0]: TargetLost(target=target, problem=never.problem)}
        return {one.id: _drawn(target, place, one, ids if len(ids) > 1 else ()) for one in chosen}

    def _place(self, target: str, chosen: Sequence[Request]) -> Place:
        if len(chosen) == 1:
            return self.cards.post(target, chosen[0])
        return self.cards.post_digest(target, chosen)

    def _record(self, came: _Came, seen: Loaded, claim: Claim) -> bool:
        """Whether that has let go of the claim."""
        command = came.commands.get(claim.request_id)
        if command is None:
            self.lanes.postpone(claim, 0)
            return True
        sure = claim.request_id not in came.unsure
        seen = self.store.later(seen, came.requests[claim.request_id])
        made = changed(self.store, seen.request.id, command, seen, claim if sure else None)
        if not sure:
            self.lanes.postpone(claim, LOOK_AGAIN_MS)
        return made.let_go or not sure

    def _redrawn(self, copy: Copy, requests: Sequence[Request], seen: Loaded) -> Command:
        """Recorded of the others as well, so that a burst of decisions needs few drawings."""
        drawn = {one.id: _drawn(copy.target, copy.place, one, copy.items) for one in requests}
        for one in requests:
            if one.id != seen.request.id and _is_behind(one, copy.place):
                with suppress(RequestNotFound, TooBusy):
                    change(self.store, one.id, drawn[one.id], self.store.later(seen, one))
        return drawn[seen.request.id]


def _drawn(target: str, place: Place, request: Request, items: tuple[str, ...]) -> CardDrawn:
    return CardDrawn(target=target, place=place, face=request.state.cards.face, items=items)


def _found(target: str, messages: Sequence[Found]) -> CardsFound:
    return CardsFound(
        target=target,
        places=tuple(one.place for one in messages if not one.items),
        digests=tuple((one.place, one.items) for one in messages if one.items),
    )


def _faces(requests: Sequence[Request]) -> list[tuple[str, int]]:
    return [(request.id, request.state.cards.face) for request in requests]


def _is_behind(request: Request, place: Place) -> bool:
    cards = request.state.cards
    return any(copy.place == place and copy.face < cards.face for copy in cards.copies)
