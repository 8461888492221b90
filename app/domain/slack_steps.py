"""What Slack still has to be told of a request: one step at a time, read off its state."""

from __future__ import annotations

from policies.plan import Frozen

from .request import Cards, Copy, NoticeKind, Place, Request


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


class TellRequester(Frozen):
    """Tell the person on whose behalf it was asked how it ended."""

    person: str


SlackStep = FindTargets | PostCard | RedrawCard | SayNotice | TellRequester


def next_step(request: Request) -> SlackStep | None:
    """The next thing to do in Slack, or None when it shows all there is to show.

    A decided request updates the cards that exist and posts no new ones.
    """
    if request.body.evaluation.plan is None:
        return None
    return _posting(request) if request.pending else _closing(request)


def ready(request: Request, now: int) -> SlackStep | None:
    """The next step, unless Slack failed a moment ago and is given a pause."""
    return next_step(request) if request.state.cards.retry_ms <= now else None


def _posting(request: Request) -> SlackStep | None:
    """What is there already comes first: looking up a large group can take long, or fail."""
    return _redraw(request) or _notice(request.state.cards) or _further(request)


def _further(request: Request) -> SlackStep | None:
    cards = request.state.cards
    if refs := _to_look_up(request):
        return FindTargets(refs=refs)
    posted = {copy.target for copy in cards.copies}
    missing = next((target for target in cards.targets or () if target not in posted), None)
    return None if missing is None else PostCard(target=missing)


def _closing(request: Request) -> SlackStep | None:
    if (step := _redraw(request)) is not None:
        return step
    person = request.body.on_behalf_of
    if person is None or request.state.cards.requester_told:
        return None
    return TellRequester(person=person)


def _redraw(request: Request) -> RedrawCard | None:
    cards = request.state.cards
    stale = next((copy for copy in cards.copies if copy.face < cards.face), None)
    return RedrawCard(copy_of=stale) if stale else None


def _notice(cards: Cards) -> SayNotice | None:
    notice = next(iter(cards.notices), None)
    if notice is None:
        return None
    return SayNotice(kind=notice.kind, at_ms=notice.at_ms, place=notice.places[0])


def _to_look_up(request: Request) -> tuple[str, ...]:
    """Who gets a card of their own and was not looked up yet.

    The backups do, and whoever asked for one, and the reviewers where there is no channel for all,
    or once one reminder was not enough to be heard there.
    """
    plan, stage, state = request.body.evaluation.plan, request.stage, request.state
    if plan is None or stage is None:
        return ()
    lost = {name for name, _ in state.cards.lost}
    in_person = plan.channel is None or plan.channel in lost or state.reminded > 1
    names = stage.reviewers if in_person else ()
    done = lost.union(state.cards.looked_up)
    wanted = (*names, *request.backups, *state.cards.shown_to)
    return tuple(dict.fromkeys(ref for ref in wanted if ref not in done))
