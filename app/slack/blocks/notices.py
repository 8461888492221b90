"""Messages beside the card: to the one who pressed, and to the one on whose behalf it was asked."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import ContextBlock, HeaderBlock, SectionBlock

from app.domain.errors import CountersignError
from app.domain.request import NoticeKind, Request, Status
from app.slack import ids

from . import phrases, progress
from .buttons import labelled
from .text import HEADER, Message, checked, clean, cut, escaped, marked, plain, section

_LINE, _TITLE, _POLICY, _COMMENT = 500, 300, 100, 2_000
_TAKEN = {
    Status.PENDING: "You approved",
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


def taken(request: Request, choice: str | None = None) -> Message:
    """For the one who decided, by a `choice` or not, while the card is still being redrawn."""
    plan = request.body.evaluation.plan
    chosen = None if plan is None else plan.choice(choice)
    did = f"You chose “{labelled(chosen)}” for" if chosen else _TAKEN.get(request.state.status)
    return _line(f"{did or 'You answered'} {_named(request)}{_needs(request, choice)}.")


def stopped(request: Request) -> Message:
    """For the one who stopped a watch."""
    then = "people are asked now" if request.pending else "it is rejected"
    return _line(f"You stopped {_named(request)}; {then}.")


def shown(request: Request) -> Message:
    """For the one who opened a request out of a digest: where its card is, or will be at once."""
    return _line(f"Its card is in your direct messages: {_named(request)}.")


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
                *phrases.ending(request, decision, _COMMENT),
                ContextBlock(elements=[marked(f"Your request {request.id} · policy {policy}")]),
            ]
        ),
    )


def _named(request: Request) -> str:
    return f"“{cut(phrases.title(request), _TITLE, 'on the card')}”"


def _needs(request: Request, choice: str | None) -> str:
    """What an approval leaves to do, where it was not the last one."""
    if not request.pending:
        return ""
    more = progress.missing(request, choice)
    return f"; it needs {more} more approval{'' if more == 1 else 's'}"


def still_waiting(kind: NoticeKind, request: Request, to: Sequence[str]) -> Message:
    """In the thread of the card: it is not decided yet, whom it waits for, and until when."""
    title = escaped(cut(phrases.title(request), _TITLE, "on the card"))
    until = "" if request.state.expires_ms is None else phrases.instant(request.state.expires_ms)
    lead = {
        "reminder": f"This still waits for a decision: *{title}*.",
        "escalation": f"This is not decided yet, so backups are asked too: *{title}*.",
        "stage": f"It is your turn: *{title}* was approved by those asked before you.",
    }
    names = " ".join(f"<!subteam^{one}>" if ids.is_group(one) else f"<@{one}>" for one in to[:50])
    words = f"{names} {lead[kind]} Without an answer it expires {until}.".strip()
    return Message(text=words, blocks=checked([section(words)]))


def _line(words: str) -> Message:
    return Message(text=escaped(words), blocks=checked([SectionBlock(text=plain(words))]))
