"""When a request next needs one of the three lanes, read off its state alone."""

from __future__ import annotations

from enum import StrEnum

from .request import Request
from .slack_steps import SlackStep, next_step
from .timing import next_ms


class Lane(StrEnum):
    """Lanes with threads of their own, so that no kind of work waits long for another.

    The first three work on requests, the others on people by their user ids: on those whose absence
    begins or ends, and on those whose Home tab has to be drawn anew.
    """

    TIME = "time"
    SLACK = "slack"
    CALLBACK = "callback"
    PEOPLE = "people"
    HOME = "home"


OF_REQUESTS = (Lane.TIME, Lane.SLACK, Lane.CALLBACK)


def due(request: Request) -> dict[Lane, int | None]:
    """For each lane of requests the instant at which it has something to do, or None.

    A past instant is now.
    """
    return _due(request, next_step(request))


def due_anew(before: Request | None, after: Request) -> dict[Lane, int | None]:
    """The lanes whose due time a change moves; another lane's back-off is left alone.

    What Slack has to be told next may be told at once, though what came before waits for its turn.
    """
    step = next_step(after)
    old_step = step if before is None else next_step(before)
    was = {} if before is None else _due(before, old_step)
    return {
        lane: at
        for lane, at in _due(after, step).items()
        if at != was.get(lane) or (lane is Lane.SLACK and step != old_step)
    }


def idle(request: Request, lane: Lane, now: int) -> bool:
    """Whether there is nothing to do for it in a lane of requests at the instant `now`."""
    at = due(request)[lane]
    return at is None or at > now


def settled(request: Request) -> bool:
    """Whether the request is decided and everything that it set off is done."""
    return _settled(request, next_step(request))


def _due(request: Request, step: SlackStep | None) -> dict[Lane, int | None]:
    """Given what Slack has to be told next."""
    return {
        Lane.TIME: _time(request, step),
        Lane.SLACK: None if step is None else request.state.cards.retry_ms,
        Lane.CALLBACK: _callback(request),
    }


def _settled(request: Request, step: SlackStep | None) -> bool:
    return not request.pending and step is None and _callback(request) is None


def _time(request: Request, step: SlackStep | None) -> int | None:
    """While it waits whatever time brings next; later a look at its use, and its erasure."""
    if request.pending:
        return next_ms(request)
    erase = erase_ms(request) if _settled(request, step) else None
    return min((at for at in (request.state.unused_ms, erase) if at is not None), default=None)


def erase_ms(request: Request) -> int | None:
    """The instant at which a decided request's retention ends."""
    decision = request.state.decision
    return None if decision is None else decision.at_ms + request.body.retention_s * 1000


def _callback(request: Request) -> int | None:
    callback = request.state.callback
    return None if callback is None else callback.due_ms
