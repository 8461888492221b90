"""How a request's state is told: whether it waits or how it ended, by whom, and when."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from app.domain.message import iso
from app.domain.request import Decision, Request, Status
from policies.calendar import in_words

from . import progress
from .buttons import labelled
from .people import agreeing
from .text import boxed, cut, date, escaped, one_line, section

_TITLE, _NAMES = 150, 800

SIGNS = {
    Status.APPROVED: ":white_check_mark:",
    Status.REJECTED: ":no_entry:",
    Status.REVISION_REQUESTED: ":pencil2:",
    Status.EXPIRED: ":hourglass:",
    Status.CANCELLED: ":x:",
}
ENDINGS = {
    Status.APPROVED: "Approved",
    Status.REJECTED: "Rejected",
    Status.REVISION_REQUESTED: "Changes requested",
    Status.EXPIRED: "Expired without a decision, so not approved",
    Status.CANCELLED: "Withdrawn",
}
_WENT_AHEAD = "Went ahead by the policy, as nobody stopped it"
_STOPPED = "Stopped, so rejected"


def title(request: Request) -> str:
    """The requester's title on one line, whole."""
    return one_line(request.body.title) or "Untitled request"


def headline(request: Request) -> str:
    """The state in one line of mrkdwn, for notifications and screen readers."""
    words = escaped(cut(title(request), _TITLE, "on the card"))
    decision = request.state.decision
    if decision is not None:
        return f"{_what(request, decision)}{_by(decision)}: {words}"
    if request.watched:
        return f"{goes_ahead(request)} unless stopped: {words}"
    return f"Decision needed{progress.in_brief(request)}: {words}"


def ending(request: Request, decision: Decision, most: int) -> list[Block]:
    """What, who and when; and why, in the words of whoever decided: at most so many characters."""
    comment = decision.comment or ""
    why = [boxed(cut(comment, most, "in the request"))] if comment.strip() else []
    line = f"{ended(request, decision)} · {instant(decision.at_ms)}"
    return [section(line), *_broken_glass(decision), *why]


def ended(request: Request, decision: Decision) -> str:
    """What and who, in one line of mrkdwn."""
    return f"{SIGNS[decision.outcome]} *{_what(request, decision)}*{_by(decision)}"


def goes_ahead(request: Request) -> str:
    """When a watch ends, in mrkdwn: an instant once its card could be seen, else how long after."""
    return f"Goes ahead {ends(request)}"


def ends(request: Request) -> str:
    """The end of a watch in mrkdwn: `15 minutes after it is shown` until there is an instant."""
    if request.state.held is not None:
        return "when the pause ends"
    until, plan = request.state.goes_ahead_ms, request.plan
    if until is not None:
        return instant(until)
    window_s = 0 if plan is None or plan.watch is None else plan.watch.for_s
    return f"{in_words(window_s)} after it is shown"


def instant(instant_ms: int) -> str:
    """An instant in mrkdwn, in each reader's own time zone."""
    return date(instant_ms, iso(instant_ms))


def last_day(until_ms: int) -> str:
    """The last day before an instant at which a day begins, in mrkdwn."""
    last_ms = until_ms - 1_000
    return date(last_ms, iso(last_ms)[:10], "{date_short_pretty}")


def _what(request: Request, decision: Decision) -> str:
    plan = request.plan
    watched = plan is not None and plan.watch is not None and request.state.stopped is None
    if watched and decision.break_glass is None:
        # Nobody can answer a watch, so whatever decides it ends its window, or stops it.
        if decision.outcome is Status.APPROVED:
            return _WENT_AHEAD
        if decision.outcome is Status.REJECTED:
            return _STOPPED
    choice = None if plan is None else plan.choice(decision.choice)
    chosen = f": {escaped(labelled(choice))}" if choice else ""
    return f"{ENDINGS[decision.outcome]}{chosen}"


def _broken_glass(decision: Decision) -> list[Block]:
    operator = decision.break_glass
    if operator is None:
        return []
    by = agreeing(decision.by, _NAMES)
    typed = escaped(cut(one_line(operator.in_words), _TITLE, "in the request"))
    words = f"By break-glass at the command line, without Slack: {by} (operator {typed})"
    return [section(f":rotating_light: *{words}*")]


def _by(decision: Decision) -> str:
    people = [actor for actor in decision.by if actor.kind != "policy"]
    if decision.outcome is Status.EXPIRED or not people:
        return ""
    how = " (break-glass)" if decision.break_glass else ""
    return f" by {agreeing(people, _NAMES)}{how}"
