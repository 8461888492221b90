"""How a request's state is told: whether it waits or how it ended, by whom, and when."""

from __future__ import annotations

from app.domain.consuming import lapses_ms
from app.domain.message import iso
from app.domain.request import Decision, Request, Status, Undoable
from policies.calendar import in_words

from . import progress
from .brief import facts, title
from .buttons import labelled
from .kit import boxed, section
from .people import agreeing
from .text import Block, cut, date, escaped, length, one_line

__all__ = [
    "ENDINGS",
    "SIGNS",
    "called",
    "comment",
    "decided",
    "ended",
    "ending",
    "ends",
    "goes_ahead",
    "headline",
    "instant",
    "last_day",
    "line",
    "matter",
    "takes_effect",
    "title",
    "undoable",
]

_TITLE, _NAMES = 150, 800
_LINE, _TITLE_SENT, _NAMES_SENT = 300, 160, 120
"""The most characters of a notification, and of a title and of names in it, as they are sent."""

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


def headline(request: Request) -> str:
    """The state in one line of mrkdwn: `Approved by @Ana: Refund order 1042`."""
    return f"{_state(request, _NAMES)}: {escaped(title(request, _TITLE, 'on the card'))}"


def line(request: Request) -> str:
    """What the card says, for notifications and screen readers: mrkdwn, about 300 characters.

    The state, what it is about, the fields that say how much of what, and until when.
    """
    parts = [f"{_state(request, _NAMES_SENT)}: {called(request, _TITLE_SENT)}"]
    expires_ms = request.state.expires_ms
    waits = request.pending and not request.watched and request.state.undoable is None
    until = [f"until {instant(expires_ms)}"] if waits and expires_ms is not None else []
    room = _LINE - sum(map(length, (*parts, *until))) - 3
    for fact in map(escaped, facts(request)):
        if length(fact) + 3 <= room:
            parts.append(fact)
            room -= length(fact) + 3
    return " · ".join([*parts, *until])


def called(request: Request, most: int) -> str:
    """The title in mrkdwn; instead of one that grows too long when it is sent, the id."""
    words = escaped(title(request, max(most // 2, 80), "on the card"))
    return words if length(words) <= most else request.id


def _state(request: Request, most: int) -> str:
    decision, undo = request.state.decision, request.state.undoable
    if decision is not None:
        return f"{_what(request, decision)}{_by(decision, most)}{_came(request)}"
    if undo is not None:
        what = f"{_what(request, undo.decision)}{_by(undo.decision, most)}"
        return f"{what}, {takes_effect(undo.until_ms)}"
    if request.watched:
        return f"{goes_ahead(request)} unless stopped"
    again = "asked again, " if request.body.revises is not None else ""
    edited = "changed by a reviewer, " if request.state.edited is not None else ""
    more = progress.in_brief(request).strip(" ()")
    beside = f"{again}{edited}{more}".strip(" ,")
    return f"Decision needed{f' ({beside})' if beside else ''}"


def _came(request: Request) -> str:
    """What came of an approval, as far as it is known."""
    result = request.state.result
    if result is not None:
        return ", done" if result.ok else ", and it failed"
    return ", and no result was told" if request.state.unused else ""


def takes_effect(until_ms: int) -> str:
    """When a decision that can be taken back takes effect, in mrkdwn."""
    return f"takes effect at {date(until_ms, iso(until_ms), '{time_secs}')}"


def undoable(request: Request, undo: Undoable) -> str:
    """What was decided, by whom, and that it has no effect yet; mrkdwn."""
    return (
        f"{ended(request, undo.decision)} · {takes_effect(undo.until_ms)}, "
        "and can be taken back until then"
    )


def ending(request: Request, decision: Decision, most: int) -> list[Block]:
    """What, who and when; and why, in the words of whoever decided: at most so many characters."""
    return [*decided(request, decision), *comment(decision, most)]


def decided(request: Request, decision: Decision) -> list[Block]:
    """What, who and when, and until when it can be acted on."""
    lapses = lapses_ms(request)
    valid = "" if lapses is None else f" · the workflow can act on it until {instant(lapses)}"
    what = f"{ended(request, decision)} · {instant(decision.at_ms)}{valid}"
    return [section(what), *_broken_glass(decision)]


def comment(decision: Decision, most: int) -> list[Block]:
    """Why, in the words of whoever decided: at most so many characters."""
    words = decision.comment or ""
    return [boxed(cut(words, most, "in the request"))] if words.strip() else []


def ended(request: Request, decision: Decision) -> str:
    """What and who, in one line of mrkdwn."""
    return f"{SIGNS[decision.outcome]} *{_what(request, decision)}*{_by(decision, _NAMES)}"


def goes_ahead(request: Request) -> str:
    """When a watch ends, in mrkdwn: an instant once its card could be seen, else how long after."""
    return f"Goes ahead {ends(request)}"


def matter(request: Request) -> str:
    """What its payload is by now: the heading above it."""
    if request.pending:
        return "What will be executed"
    approved = request.state.status is Status.APPROVED
    return "What was approved" if approved else "What was asked"


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


def _by(decision: Decision, most: int) -> str:
    people = [actor for actor in decision.by if actor.kind != "policy"]
    if decision.outcome is Status.EXPIRED or not people:
        return ""
    how = " (break-glass)" if decision.break_glass else ""
    return f" by {agreeing(people, most)}{how}"
