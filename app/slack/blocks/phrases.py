"""How a request's end is told: one phrase and one sign for each status, and who it was."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from app.domain.message import iso
from app.domain.request import Actor, Decision, Request, Status
from app.slack import ids

from .text import boxed, cut, date, escaped, one_line, section

_TITLE, _NAME, _COMMENT = 150, 80, 2_000

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


def title(request: Request) -> str:
    """The requester's title on one line, whole."""
    return one_line(request.body.title) or "Untitled request"


def headline(request: Request) -> str:
    """The state in one line of mrkdwn, for notifications and screen readers."""
    words = escaped(cut(title(request), _TITLE, "on the card"))
    decision = request.state.decision
    if decision is None:
        return f"Decision needed: {words}"
    return f"{ENDINGS[decision.outcome]}{_by(decision)}: {words}"


def ending(decision: Decision) -> list[Block]:
    """What, who and when; and why, in the words of whoever decided."""
    outcome, comment = decision.outcome, decision.comment or ""
    what = f"{SIGNS[outcome]} *{ENDINGS[outcome]}*{_by(decision)} · {instant(decision.at_ms)}"
    why = [boxed(cut(comment, _COMMENT, "in the request"))] if comment.strip() else []
    return [section(what), *why]


def instant(instant_ms: int) -> str:
    """An instant in mrkdwn, in each reader's own time zone."""
    return date(instant_ms, iso(instant_ms))


def who(actor: Actor) -> str:
    """A person as a mention, so that nobody passes for another by name; others by name."""
    if actor.kind == "person" and ids.is_user(actor.id):
        return f"<@{actor.id}>"
    return escaped(cut(one_line(actor.name), _NAME, "in the record")) or "somebody"


def _by(decision: Decision) -> str:
    if decision.outcome is Status.EXPIRED:
        return ""
    return f" by {' and '.join(who(actor) for actor in decision.by[:3])}"
