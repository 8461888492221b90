"""Break-glass: a named person decides at the command line, while Slack can't be reached.

It decides at once, whatever the quorum, the stage or the watch, and says so everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from policies.plan import Outcome

from .alarms import Alarm
from .commands import Override
from .ending import already_decided, ended, undecided
from .errors import (
    CommentRequired,
    DecisionRefused,
    DigestMismatch,
    OutcomeNotOffered,
    RequesterCannotDecide,
    RequesterUnknown,
)
from .events import EventType, fingerprint
from .pressing import refused_to
from .request import Decision, Request, Status
from .transition import Transition, event

_SHORTEST, _LONGEST = 10, 2_000
"""Characters of a reason, which becomes the comment of the decision."""

_STATUS = {Outcome.APPROVE: Status.APPROVED, Outcome.REJECT: Status.REJECTED}


def override(request: Request, command: Override, now: int) -> Transition | None:
    """The decision, loudly; None for a rehearsal of one that may be.

    Who may decide is not asked: whoever can type this reaches the store. That it was tried by the
    requester, or on another digest, is on record.
    """
    if not request.pending:
        raise already_decided(request)
    undecided(request, now)
    try:
        check(request, command)
    except DecisionRefused as refused:
        operator = command.operator.in_words
        return refused_to(request, command.by, refused, now, operator=operator)
    if command.rehearsal:
        return None
    decision = Decision(
        outcome=_STATUS[command.outcome],
        by=(command.by,),
        at_ms=now,
        digest=command.digest,
        choice=command.choice,
        comment=command.reason,
        break_glass=command.operator,
    )
    decided = ended(request, decision, EventType.DECIDED)
    recorded = event(
        decided.request,
        EventType.OVERRIDDEN,
        now,
        command.by,
        operator=command.operator.in_words,
        outcome=decision.outcome.value,
        reason_sha256=fingerprint(command.reason),
    )
    return replace(
        decided, events=(recorded, *decided.events), alarm=_alarm(request, command, decision)
    )


def check(request: Request, command: Override) -> None:
    """Raises why this may not be decided so, by whoever is named."""
    _not_the_requester(request.body.on_behalf_of, command.by.id)
    if command.digest != request.digest:
        raise DigestMismatch(
            "The digest is not that of this request.", "Look at it again, then decide."
        )
    if not _SHORTEST <= len(command.reason.strip()) <= _LONGEST:
        raise CommentRequired(f"Say why, in {_SHORTEST} to {_LONGEST:,} characters.")
    _offered(request, command)


def _not_the_requester(requester: str | None, by: str) -> None:
    if requester is None:
        return
    one, other = by.strip().casefold(), requester.strip().casefold()
    if one == other:
        raise RequesterCannotDecide(
            "This was asked on their behalf, so somebody else has to decide it."
        )
    if ("@" in one) != ("@" in other):
        raise RequesterUnknown(
            f"This was asked on behalf of {requester}, and without Slack nobody can say whether "
            f"{by} is somebody else.",
            "Name the person in the same form: by e-mail address, or by Slack user id.",
        )


def _offered(request: Request, command: Override) -> None:
    """A rejection always is; an approval as the plan offers it, by a choice where it has any."""
    plan, outcome = request.plan, command.outcome
    if outcome is Outcome.REJECT and command.choice is None:
        return
    if plan is None or outcome not in _STATUS or outcome not in plan.outcomes:
        raise OutcomeNotOffered(f"This request does not offer {outcome}.")
    if not plan.choices and command.choice is None:
        return
    chosen = plan.choice(command.choice)
    if chosen is None or chosen.outcome is not outcome:
        ids = ", ".join(one.id for one in plan.choices if one.outcome is outcome)
        raise OutcomeNotOffered(
            f"{command.choice or outcome} is no choice of this request.",
            f"The choices that {outcome} it are: {ids}." if ids else None,
        )


def _alarm(request: Request, command: Override, decision: Decision) -> Alarm:
    words = (
        f"Break-glass: {request.id} is {decision.outcome.value}, by {command.by.name} at the "
        f"command line (operator {command.operator.in_words}), without Slack. "
        f"Policy {request.body.policy.name}. Reason: {command.reason.strip()}"
    )
    return Alarm(at_ms=decision.at_ms, kind="break_glass", text=words, ids=(request.id,))
