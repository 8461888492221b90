"""Who was found for the people whom a stage names: who is away, and who was chosen out of them."""

from __future__ import annotations

from .commands import Staffed
from .ending import last_instant, outdated
from .events import EventType
from .request import Request
from .transition import Transition, event


def staffed(request: Request, found: Staffed, now: int) -> Transition | None:
    """What was found takes the place of what stood there; None where it is the same, or late.

    It was looked up without holding anything, so that by now another stage may be asked, somebody
    else by way of a hand-over or a newer look, or nobody any more, unless a decision is taken back.
    """
    state, last_ms = request.state, last_instant(request)
    looked_at = (found.stage, found.before, found.was_away)
    nobody = not request.pending or state.undoable is not None
    if nobody or looked_at != (state.stage, state.assigned, state.away):
        return None
    if last_ms is not None and now > last_ms:
        return None
    news = {
        "away": found.away,
        "assigned": found.assigned,
        "overflowed": found.overflowed,
    }
    if all(getattr(state, name) == value for name, value in news.items()):
        return None
    # Whoever is away is on nothing.
    gone = state.claim is not None and state.claim.by.id in {one.person for one in found.away}
    claim = None if gone else state.claim
    after = request.changed(**news, claim=claim, cards=outdated(state.cards))
    recorded = event(
        after,
        EventType.PEOPLE_FOUND,
        now,
        stage=found.stage,
        assigned=list(found.assigned),
        overflowed=found.overflowed,
        away=[one.model_dump() for one in found.away],
        claim_ended=gone,
    )
    plan = request.plan
    cap = None if plan is None else plan.cap
    return Transition(
        before=request,
        after=after,
        events=(recorded,),
        not_after=last_ms,
        capped=() if cap is None else tuple((person, cap) for person in found.new),
    )
