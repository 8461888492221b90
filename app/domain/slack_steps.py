"""What Slack still has to be told of a request: one step at a time, read off its state."""

from __future__ import annotations

from policies.plan import Frozen

from .request import Copy, Request


class FindTargets(Frozen):
    """Look up the reviewers, to post the card to each of them as a direct message."""

    refs: tuple[str, ...]


class PostCard(Frozen):
    """Post the card into a conversation that has none yet."""

    target: str


class RedrawCard(Frozen):
    """Bring a posted card up to date."""

    copy_of: Copy


class TellRequester(Frozen):
    """Tell the person on whose behalf it was asked how it ended."""

    person: str


SlackStep = FindTargets | PostCard | RedrawCard | TellRequester


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
    cards = request.state.cards
    if cards.targets is None:
        refs = _reviewers(request)
        return FindTargets(refs=refs) if refs else _redraw(request)
    posted = {copy.target for copy in cards.copies}
    missing = next((target for target in cards.targets if target not in posted), None)
    return PostCard(target=missing) if missing else _redraw(request)


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


def _reviewers(request: Request) -> tuple[str, ...]:
    """Whom the stage that is asked now names, but for those who could not be reached."""
    refs = () if request.stage is None else request.stage.reviewers
    lost = {name for name, _ in request.state.cards.lost}
    return tuple(ref for ref in refs if ref not in lost)
