"""What Slack still has to be told of a request: one step at a time, read off its state."""

from __future__ import annotations

from policies.plan import Frozen

from .cards import Cards, Copy, NoticeKind, Place
from .questions import find
from .request import Request


class FindTargets(Frozen):
    """Look up people and groups, to post the card to each of them as a direct message."""

    refs: tuple[str, ...]


class PostCard(Frozen):
    """Post the card into a conversation that has none yet."""

    target: str


class RedrawCard(Frozen):
    """Bring a posted card up to date."""

    copy_of: Copy


class SayNotice(Frozen):
    """Say in the thread of a card that it is still waiting, to whom it concerns.

    `at_ms` tells this notice from others of the same kind.
    """

    kind: NoticeKind
    at_ms: int
    place: Place
    number: int | None = None
    by: str | None = None


class BringQuestion(Frozen):
    """Bring the question of that number to the requester, as a direct message."""

    number: int
    person: str


class InformAbsent(Frozen):
    """Tell somebody who is away (a user id) how it ended without them."""

    person: str


class TellRequester(Frozen):
    """Tell the person on whose behalf it was asked how it ended."""

    person: str


class TellAskedIn(Frozen):
    """Say how it ended in the thread in which somebody asked for it by hand."""

    place: Place


SlackStep = (
    FindTargets
    | PostCard
    | RedrawCard
    | SayNotice
    | BringQuestion
    | TellRequester
    | TellAskedIn
    | InformAbsent
)


def next_step(request: Request) -> SlackStep | None:
    """The next thing to do in Slack, or None when it shows all there is to show.

    A decided request updates the cards that exist and posts no new ones, and while a decision can
    be taken back nothing else is said. About what is held for its client's limit nobody is asked
    yet. Of what was decided without people Slack hears only where somebody asked for it by hand.
    """
    held = request.state.held
    silent = request.plan is None and not request.by_hand
    if silent or (held is not None and held.reason == "limit"):
        return None
    if request.state.undoable is not None:
        return _redraw(request)
    return _posting(request) if request.pending else _closing(request)


def ready(request: Request, now: int) -> SlackStep | None:
    """The next step, unless Slack failed a moment ago and is given a pause."""
    return next_step(request) if request.state.cards.retry_ms <= now else None


def _posting(request: Request) -> SlackStep | None:
    """What is there already comes first: looking up a large group can take long, or fail."""
    return (
        _redraw(request) or _notice(request.state.cards) or _question(request) or _further(request)
    )


def _further(request: Request) -> SlackStep | None:
    """New cards, the channel's last: there a crowd may come first, and nobody should wait for it
    who gets a card of their own."""
    cards, plan = request.state.cards, request.plan
    if refs := _to_look_up(request):
        return FindTargets(refs=refs)
    posted = {copy.target for copy in cards.copies}
    missing = [target for target in cards.targets or () if target not in posted]
    missing.sort(key=lambda target: plan is not None and target == plan.channel)
    return PostCard(target=missing[0]) if missing else None


def _closing(request: Request) -> SlackStep | None:
    if (step := _redraw(request) or _notice(request.state.cards)) is not None:
        return step
    person = request.body.on_behalf_of
    if person is not None and not request.state.cards.requester_told:
        return TellRequester(person=person)
    place = request.body.asked_in
    if place is not None and not request.state.cards.asked_in_told:
        return TellAskedIn(place=place)
    return _absent(request)


def _absent(request: Request) -> InformAbsent | None:
    """Whoever was asked by name, or decided for by somebody else, hears how it ended."""
    decision, informed = request.state.decision, request.state.cards.informed
    replaced = [] if decision is None else [one.in_place_of for one in decision.by]
    absent = (*(one.person for one in request.state.away if one.personal), *replaced)
    left = next((person for person in absent if person and person not in informed), None)
    return None if left is None else InformAbsent(person=left)


def _redraw(request: Request) -> RedrawCard | None:
    cards = request.state.cards
    stale = next((copy for copy in cards.copies if copy.face < cards.face), None)
    return RedrawCard(copy_of=stale) if stale else None


def _notice(cards: Cards) -> SayNotice | None:
    notice = next(iter(cards.notices), None)
    if notice is None:
        return None
    return SayNotice(
        kind=notice.kind,
        at_ms=notice.at_ms,
        place=notice.places[0],
        number=notice.number,
        by=notice.by,
    )


def shares_place(request: Request, place: Place) -> tuple[str, ...]:
    """The ids of all requests that share the message there, none where it is a card of its own."""
    return next((copy.items for copy in request.state.cards.copies if copy.place == place), ())


def same_notice(request: Request, notice: SayNotice) -> SayNotice | None:
    """The notice of that kind that this request, too, waits to have said in that place."""
    waits = request.pending and request.state.undoable is None
    for one in request.state.cards.notices if waits else ():
        if one.kind == notice.kind and notice.place in one.places:
            return notice.model_copy(update={"at_ms": one.at_ms, "number": one.number})
    return None


def addressees(request: Request, notice: SayNotice) -> tuple[str, ...]:
    """Whom a notice is for: the requester of a question, whoever asked it, or who is to decide."""
    if notice.kind == "question":
        requester = request.body.on_behalf_of
        return () if requester is None else (requester,)
    if notice.kind == "answer" and notice.number is not None:
        return (find(request, notice.number).asked.by.id,)
    if notice.kind == "handover":
        return request.state.assigned[-1:]
    if notice.kind in ("result", "unused"):
        decision = request.state.decision
        return () if decision is None else tuple(x.id for x in decision.by if x.kind == "person")
    if notice.kind == "escalation":
        return tuple(dict.fromkeys((*request.addressed, *request.backups)))
    return request.addressed


def left_out(request: Request, notice: SayNotice) -> tuple[str, ...]:
    """Whom a call for an answer need not reach: whoever answered already, and whoever is away."""
    if notice.kind in _OF_ITS_OWN:
        return ()
    state = request.state
    answered = (vote.by.id for vote in (*state.votes, *state.rejections))
    return (*answered, *(one.person for one in state.away))


_OF_ITS_OWN = frozenset({"question", "answer", "handover", "result", "unused"})
"""Notices that are no call for an answer."""


def _question(request: Request) -> BringQuestion | None:
    """Questions that the requester did not get yet, in their order."""
    person = request.body.on_behalf_of
    new = next((one for one in request.state.questions if not one.delivered), None)
    if person is None or new is None:
        return None
    return BringQuestion(number=new.number, person=person)


def _to_look_up(request: Request) -> tuple[str, ...]:
    """Who gets a card of their own and was not looked up yet.

    The backups and the overflow do, whoever stands in for somebody, and whoever was handed it or
    asked to see it; the others where there is no channel for all, or once one reminder was not
    enough to be heard.
    """
    plan, state = request.plan, request.state
    if plan is None:
        return ()
    lost = {name for name, _ in state.cards.lost}
    in_person = plan.channel is None or plan.channel in lost or state.reminded > 1
    names = request.chosen if in_person else (*request.overflow, *request.stand_ins)
    if in_person and lost.issuperset(names):
        names = plan.stages[state.stage].reviewers
    done = lost.union(state.cards.looked_up)
    refs = dict.fromkeys((*names, *state.cards.shown_to, *request.backups))
    return tuple(ref for ref in refs if ref not in done)
