"""When a request next needs one of the three lanes, read off its state alone."""

from __future__ import annotations

from enum import StrEnum

from .request import Request
from .slack_steps import next_step
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
    return {
        Lane.TIME: _time(request),
        Lane.SLACK: _slack(request),
        Lane.CALLBACK: _callback(request),
    }


def due_anew(before: Request | None, after: Request) -> dict[Lane, int | None]:
    """The lanes whose due time a change moves; another lane's back-off is left alone.

    What Slack has to be told next may be told at once, though what came before waits for its turn.
    """
    was = {} if before is None else due(before)
    other = before is not None and next_step(before) != next_step(after)
    return {
        lane: at
        for lane, at in due(after).items()
        if at != was.get(lane) or (other and lane is Lane.SLACK)
    }


def idle(request: Request, lane: Lane, now: int) -> bool:
    """Whether there is nothing to do for it in a lane of requests at the instant `now`."""
    at = due(request)[lane]
    return at is None or at > now


def settled(request: Request) -> bool:
    """Whether the request is decided and everything that it set off is done."""
    return not request.pending and _slack(request) is None and _callback(request) is None


def _time(request: Request) -> int | None:
    """While it waits whatever time brings next; later a look at its use, and its erasure."""
    if request.pending:
        return next_ms(request)
    erase = erase_ms(request) if settled(request) else None
    return min((at for at in (request.state.unused_ms, erase) if at is not None), default=None)


def erase_ms(request: Request) -> int | None:
    """The instant at which a decided request's retention ends."""
    decision = request.state.decision
    return None if decision is None else decision.at_ms + request.body.retention_s * 1000


def _slack(request: Request) -> int | None:
    return None if next_step(request) is None else request.state.cards.retry_ms


def _callback(request: Request) -> int | None:
    callback = request.state.callback
    return None if callback is None else callback.due_ms
