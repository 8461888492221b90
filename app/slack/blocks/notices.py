"""Messages beside the card: to the one who pressed, and to the one on whose behalf it was asked."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.absence import Absence
from app.domain.errors import CountersignError
from app.domain.request import Request, Status
from app.domain.seen import clean

from . import differences, phrases, progress, results
from .buttons import labelled
from .kit import context, header, marked, paragraph, plain, section
from .people import mention
from .space import BRIEF
from .text import HEADER, Message, cut, escaped, one_line

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


def unanswered(error: CountersignError) -> Message:
    """For the one who typed a command that could not be answered, and nobody else."""
    return _line(refusal(error))


def taken(request: Request, choice: str | None = None) -> Message:
    """For the one who decided, by a `choice` or not, while the card is still being redrawn."""
    plan = request.plan
    chosen = None if plan is None else plan.choice(choice)
    undoable = request.state.undoable
    if undoable is not None:
        done = _TAKEN.get(undoable.decision.outcome, "You answered")
        until = phrases.instant(undoable.until_ms)
        how = f"Until {until} you can take it back: press Undo on its card."
        return _marked(f"{done} {_escaped(request)}. {how}")
    did = f"You chose “{labelled(chosen)}” for" if chosen else _TAKEN.get(request.state.status)
    return _line(f"{did or 'You answered'} {_named(request)}{_needs(request, choice)}.")


def undone(request: Request) -> Message:
    """For the one who took their decision back."""
    return _line(f"You took it back, and {_named(request)} waits for a decision again.")


def stopped(request: Request) -> Message:
    """For the one who stopped a watch."""
    then = "people are asked now" if request.pending else "it is rejected"
    return _line(f"You stopped {_named(request)}; {then}.")


def claimed(request: Request) -> Message:
    """For the one who is on it now."""
    held = request.state.claim
    until = "" if held is None else f" until {phrases.instant(held.until_ms)}"
    return _marked(f"You are on {_escaped(request)}{until}. Others may still decide it.")


def released(request: Request) -> Message:
    """For the one who was on it."""
    return _marked(f"You are no longer on {_escaped(request)}.")


def handed_over(request: Request, to: str) -> Message:
    """For the one who handed it over, to a user id."""
    return _marked(f"<@{to}> is asked now for {_escaped(request)}. You may still decide it.")


def asked(request: Request) -> Message:
    """For the one who asked the requester something."""
    return _marked(f"Your question about {_escaped(request)} is on its way to the requester.")


def answered(request: Request) -> Message:
    """For the requester who answered."""
    return _marked(f"Your answer about {_escaped(request)} is on the card now.")


def gone(absence: Absence, left: Sequence[Absence]) -> Message:
    """For the one who is away from now on, or will be."""
    words = (
        f"<@{absence.delegate}> decides in your place from {phrases.instant(absence.from_ms)} "
        f"through {phrases.last_day(absence.until_ms)}, also what is open already. "
        "You may still decide, and you hear how each of them ends."
    )
    others = [
        f" You stand in for <@{one.person}> meanwhile: that does not move on to <@"
        f"{absence.delegate}>, so have them choose somebody else."
        for one in left[:5]
    ]
    return _marked("".join([words, *others]))


def begun(absence: Absence) -> Message:
    """For both whom an absence is about, once it begins."""
    return _marked(
        f"<@{absence.person}> is away through {phrases.last_day(absence.until_ms)}, and "
        f"<@{absence.delegate}> decides in their place. What was asked of <@{absence.person}> by "
        "name comes as a card by direct message; out of a group, the card in its channel counts."
    )


def back(ended: Absence) -> Message:
    """For the one who was away, or was going to be."""
    return _marked(f"You are not away any more, and <@{ended.delegate}> no longer stands in.")


def shown(request: Request) -> Message:
    """For the one who opened a request out of a digest: where its card is, or will be at once."""
    return _line(f"Its card is in your direct messages: {_named(request)}.")


def outcome(request: Request) -> Message:
    """For the one on whose behalf it was asked: how it ended, by whom, and why."""
    return _ended(request, f"Your request {request.id}")


def asked_by_hand(request: Request) -> Message:
    """For the one who asked by hand for something that waits for a decision now."""
    return _line(f"You asked for {_named(request)}. You hear here how it ends.")


def outcome_where_asked(request: Request) -> Message:
    """For everybody in the thread of the message from which it was asked for: that, by whom and
    when. Why was written to the requester, who has it by direct message."""
    behalf = request.body.on_behalf_of
    by = f" by {mention(behalf)}" if behalf else ""
    return _ended(request, f"Asked for here{by} · {request.id}", comment=False)


def withheld() -> Message:
    """In place of a card, where people of another organisation read along by now."""
    return _line(
        "This channel is shared with another organisation, so what stood here is not shown any "
        "more. Its reviewers have it by direct message."
    )


def while_away(request: Request) -> Message:
    """The same for somebody who was asked and is away."""
    return _ended(request, f"You were asked, and are away. {request.id}")


def _ended(request: Request, why_you: str, *, comment: bool = True) -> Message:
    decision = request.state.decision
    if decision is None:
        raise ValueError("somebody is told of a decision, and there is none")
    title = phrases.title(request, HEADER, "in the request")
    policy = escaped(cut(request.body.policy.name, _POLICY, "in the request"))
    return Message(
        text=phrases.headline(request),
        blocks=[
            header(title),
            *phrases.decided(request, decision),
            *(phrases.comment(decision, _COMMENT) if comment else []),
            *differences.edited(request, BRIEF),
            *results.shown(request, _COMMENT),
            context(marked(f"{why_you} · policy {policy}")),
        ],
    )


def _named(request: Request) -> str:
    return phrases.title(request, _TITLE, "on the card")


def _needs(request: Request, choice: str | None) -> str:
    """What an approval leaves to do, where it was not the last one."""
    if not request.pending:
        return ""
    more = progress.missing(request, choice)
    return f"; it needs {more} more approval{'' if more == 1 else 's'}"


def _escaped(request: Request) -> str:
    return escaped(_named(request))


def _marked(words: str) -> Message:
    """Our own words with mentions and dates in them."""
    return Message(text=words, blocks=[section(words)])


def _line(words: str) -> Message:
    return Message(text=escaped(one_line(words)), blocks=[paragraph(plain(words))])
