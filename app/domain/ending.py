"""How a request leaves `pending`: once, before its deadline, with everything that this sets off."""

from __future__ import annotations

from typing import Any

from .cards import Cards, Copy, Place
from .errors import AlreadyDecided, RequestExpired
from .events import EventType, fingerprint, pseudonym
from .message import callback_body
from .request import Callback, Decision, Request, Status
from .transition import Transition, event

_DONE = {
    Status.APPROVED: "approved this",
    Status.REJECTED: "rejected this",
    Status.REVISION_REQUESTED: "asked for changes",
    Status.CANCELLED: "withdrew this",
}


def ended(
    request: Request,
    decision: Decision,
    kind: EventType,
    cards: Cards | None = None,
    **changes: Any,
) -> Transition:
    """The request leaves `pending` for good: callback set off, every card out of date.

    `cards` are those of the request unless one was found that nobody had recorded; `changes` is
    what else becomes of the state.
    """
    after = request.changed(
        status=decision.outcome,
        decision=decision,
        held=None,
        cards=outdated(cards or request.state.cards).model_copy(update={"notices": ()}),
        callback=_callback(request, decision),
        undoable=None,
        unused_ms=_unused_ms(request, decision),
        **{"claim": None, **changes},
    )
    recorded = event(
        after,
        kind,
        decision.at_ms,
        decision.by[-1],  # earlier approvals have entries of their own
        outcome=decision.outcome.value,
        choice=decision.choice,
        digest=decision.digest,
        comment_sha256=fingerprint(decision.comment),
        in_place_of=decision.by[-1].in_place_of,
        decided_by=[pseudonym(actor.id) for actor in decision.by],
    )
    return Transition(
        before=request,
        after=after,
        events=(recorded,),
        message=None if after.state.callback is None else callback_body(after),
        not_after=None if kind is EventType.EXPIRED else last_instant(request),
    )


def last_instant(request: Request) -> int | None:
    """The last millisecond in which anything but expiry may happen to it.

    Of a decision that can be taken back the last one in which it can: from then on it counts.
    """
    state = request.state
    ends_ms = state.expires_ms if state.undoable is None else state.undoable.until_ms
    return None if ends_ms is None else ends_ms - 1


def in_time(request: Request, now: int) -> None:
    """From its deadline on a request only expires, even before the time lane has seen to that.

    And a decision that was taken in time only counts from its instant on.
    """
    last_ms = last_instant(request)
    if last_ms is None or now <= last_ms:
        return
    if (decided := not_yet_counted(request)) is not None:
        raise decided
    raise RequestExpired("The time to decide this has passed, so it was not approved.")


def undecided(request: Request, now: int) -> None:
    """Raises `RequestExpired`, and `AlreadyDecided` while a decision can be taken back."""
    in_time(request, now)
    if (taken := not_yet_counted(request)) is not None:
        raise taken


def already_decided(request: Request) -> AlreadyDecided:
    """The error for whoever comes after the decision; its text names who decided and how."""
    decision = request.state.decision
    if decision is None or decision.outcome is Status.EXPIRED:
        return AlreadyDecided("The time to decide this has passed, so it was not approved.")
    if request.plan is not None and decision.by[0].kind == "policy":
        return AlreadyDecided("Nobody stopped this in time, so it went ahead.")
    names = " and ".join(actor.name for actor in decision.by)
    return AlreadyDecided(f"{names} already {_DONE[decision.outcome]}.")


def not_yet_counted(request: Request) -> AlreadyDecided | None:
    """The error for whoever comes while a decision can still be taken back, by its taker."""
    undoable = request.state.undoable
    if undoable is None:
        return None
    by, done = undoable.decision.by[-1], _DONE[undoable.decision.outcome]
    return AlreadyDecided(
        f"{by.name} already {done}; it takes effect shortly.",
        f"Until then {by.name} can take it back.",
    )


def outdated(cards: Cards) -> Cards:
    """Every card shows something old from now on, and is brought up to date at once.

    What failed before still counts: it may have left a card behind that nobody recorded.
    """
    return cards.model_copy(update={"face": cards.face + 1, "retry_ms": 0})


def knows(request: Request, place: Place | None) -> bool:
    """Whether the card that somebody pressed is on record."""
    return place is None or any(copy.place == place for copy in request.state.cards.copies)


def adopted(request: Request, place: Place | None) -> Cards:
    """A card that was posted and never recorded (a crash in between) counts from now on."""
    cards = request.state.cards
    if place is None or knows(request, place):
        return cards
    targets = cards.targets or ()
    target = targets[0] if len(targets) == 1 else place.channel
    copy = Copy(target=target, place=place, face=0)
    return cards.model_copy(update={"copies": (*cards.copies, copy)})


def _unused_ms(request: Request, decision: Decision) -> int | None:
    """When an approval is flagged of which nobody has told a result; by hand nobody tells any."""
    plan = request.plan
    if plan is None or plan.result_s is None or request.by_hand:
        return None
    if decision.outcome is not Status.APPROVED:
        return None
    return decision.at_ms + plan.result_s * 1000


def _callback(request: Request, decision: Decision) -> Callback | None:
    body = request.body
    # What is watched or held was answered with `pending`: its end is news, whoever brings it about.
    automatic = request.plan is None and request.state.held is None
    if body.callback_url is None or (automatic and body.callback_on == "human"):
        return None
    return Callback(id=f"msg_{body.id.removeprefix('req_')}", due_ms=decision.at_ms)
