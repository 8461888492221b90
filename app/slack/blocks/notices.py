"""Messages beside the card: to the one who pressed, and to the one on whose behalf it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from slack_sdk.models.blocks import ContextBlock, HeaderBlock, SectionBlock

from app.domain.errors import CountersignError
from app.domain.request import Request, Status
from app.slack import ids

from . import phrases
from .text import HEADER, Message, checked, clean, cut, escaped, marked, plain, section

_LINE, _TITLE, _POLICY = 500, 300, 100
_TAKEN = {
    Status.APPROVED: "You approved",
    Status.REJECTED: "You rejected",
    Status.REVISION_REQUESTED: "You asked for changes to",
}


def refusal(error: CountersignError) -> str:
    """A refusal in plain words: what is wrong, then what to do."""
    words = f"{error.message} {error.advice}" if error.advice else error.message
    return cut(clean(words), _LINE, "not shown")


def refused(error: CountersignError) -> Message:
    """For the one who pressed, and nobody else."""
    return _line(f"Nothing was decided by this. {refusal(error)}")


def taken(request: Request) -> Message:
    """For the one who decided, while the card is still being redrawn."""
    title = cut(phrases.title(request), _TITLE, "on the card")
    return _line(f"{_TAKEN.get(request.state.status, 'You answered')} “{title}”.")


def outcome(request: Request) -> Message:
    """For the one on whose behalf it was asked: how it ended, by whom, and why."""
    decision = request.state.decision
    if decision is None:
        raise ValueError("the requester is told of a decision, and there is none")
    title = cut(phrases.title(request), HEADER, "in the request")
    policy = escaped(cut(request.body.policy.name, _POLICY, "in the request"))
    return Message(
        text=phrases.headline(request),
        blocks=checked(
            [
                HeaderBlock(text=plain(title)),
                *phrases.ending(decision),
                ContextBlock(elements=[marked(f"Your request {request.id} · policy {policy}")]),
            ]
        ),
    )


def still_waiting(
    kind: Literal["reminder", "escalation"], request: Request, to: Sequence[str]
) -> Message:
    """In the thread of the card: it is not decided yet, whom it waits for, and until when."""
    title = escaped(cut(phrases.title(request), _TITLE, "on the card"))
    until = "" if request.state.expires_ms is None else phrases.instant(request.state.expires_ms)
    lead = {
        "reminder": f"This still waits for a decision: *{title}*.",
        "escalation": f"Nobody has decided this yet, so backups are asked too: *{title}*.",
    }
    names = " ".join(f"<!subteam^{one}>" if ids.is_group(one) else f"<@{one}>" for one in to[:50])
    words = f"{names} {lead[kind]} Without an answer it expires {until}.".strip()
    return Message(text=words, blocks=checked([section(words)]))


def _line(words: str) -> Message:
    return Message(text=escaped(words), blocks=checked([SectionBlock(text=plain(words))]))
