"""A decision that its taker can still take back: nothing leaves before it counts."""

from __future__ import annotations

from dataclasses import replace

from .cards import Cards
from .commands import Undo
from .ending import adopted, already_decided, ended, last_instant, outdated
from .errors import UndoRefused
from .events import EventType, fingerprint
from .pressing import refuse
from .request import Before, Decision, Request, Undoable, Vote
from .reviewers import distrust
from .transition import Transition, event


def taken(
    request: Request, decision: Decision, cards: Cards, undo_s: int, **answers: tuple[Vote, ...]
) -> Transition:
    """The decision is taken, and counts after `undo_s`; `answers` are those that made it."""
    until_ms = decision.at_ms + undo_s * 1000
    standing = request.changed(
        undoable=Undoable(decision=decision, until_ms=until_ms, before=kept(request)),
        claim=None,
        cards=outdated(cards),
        **answers,
    )
    recorded = event(
        standing,
        EventType.DECISION_TAKEN,
        decision.at_ms,
        decision.by[-1],
        outcome=decision.outcome.value,
        choice=decision.choice,
        digest=decision.digest,
        comment_sha256=fingerprint(decision.comment),
        in_place_of=decision.by[-1].in_place_of,
        until_ms=until_ms,
    )
    return Transition(
        before=request, after=standing, events=(recorded,), not_after=last_instant(request)
    )


def kept(request: Request) -> Before:
    """What stands there before an answer."""
    return Before(**{name: getattr(request.state, name) for name in Before.model_fields})


def undo(request: Request, command: Undo, now: int) -> Transition:
    """Whoever took the decision takes it back; all is as it was before. Raises `UndoRefused`."""
    if not request.pending:
        raise already_decided(request)
    undoable = request.state.undoable
    if undoable is None:
        raise UndoRefused("There is nothing to take back.")
    by = undoable.decision.by[-1]
    # Whom Slack can't vouch for just now may take back what was theirs: nothing goes on by it.
    distrusted = distrust(command.person, "take anything back")
    if distrusted is not None and command.person.standing != "unverified":
        return refuse(request, command, distrusted, now)
    if command.person.id != by.id:
        refused = UndoRefused(f"{by.name} decided this, so only they can take it back.")
        return refuse(request, command, refused, now)
    if now >= undoable.until_ms:
        raise UndoRefused("The time to take it back is over.")
    before = undoable.before
    restored = {name: getattr(before, name) for name in Before.model_fields}
    cards = _without_edit(outdated(adopted(request, command.seen)), undoable.decision.at_ms)
    after = request.changed(**restored, undoable=None, cards=cards)
    recorded = event(
        after, EventType.DECISION_UNDONE, now, command.person.as_actor(), digest=after.digest
    )
    return Transition(
        before=request, after=after, events=(recorded,), not_after=last_instant(request)
    )


def _without_edit(cards: Cards, taken_ms: int) -> Cards:
    """Nobody is told of an edit that was taken back before they heard of it."""
    kept = [one for one in cards.notices if (one.kind, one.at_ms) != ("edited", taken_ms)]
    return cards.model_copy(update={"notices": tuple(kept)})


def counts(request: Request, now: int) -> Transition | None:
    """From its instant on the decision counts; it was taken in time, whatever the deadline is."""
    undoable = request.state.undoable
    if undoable is None or now < undoable.until_ms:
        return None
    decision = undoable.decision.model_copy(update={"at_ms": now})
    return replace(ended(request, decision, EventType.DECIDED), not_after=None)
