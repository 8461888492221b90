"""A decision is used: once, while it is valid, on exactly the payload that was decided."""

from __future__ import annotations

from .commands import Consume
from .errors import AlreadyConsumed, ApprovalLapsed, DigestMismatch, NotApproved, NotYetCounted
from .events import EventType, fingerprint
from .message import iso
from .request import Consumed, Request, Status
from .transition import Transition, event


def consume(request: Request, command: Consume, now: int) -> Transition | None:
    """The client may act now; None for the same call again, told by its idempotency key.

    Raises `NotApproved`, `DigestMismatch`, `AlreadyConsumed`, `ApprovalLapsed`.
    """
    _approved(request)
    if command.digest != request.digest:
        raise DigestMismatch(
            "This is not the digest of what was approved.",
            "Act on `decision.payload` alone, and send `decision.digest` with it: a reviewer may "
            "have changed what was asked.",
        )
    used, valid_until_ms = request.state.consumed, lapses_ms(request)
    if used is not None and (command.key is None or used.key_sha256 != fingerprint(command.key)):
        raise AlreadyConsumed(
            f"This approval was used at {iso(used.at_ms)}.",
            "An approval is used once. If that was this very call and its answer was lost, send "
            "the Idempotency-Key that it had; to do it again, open another request.",
        )
    if valid_until_ms is not None and now >= valid_until_ms:
        raise ApprovalLapsed(
            f"This approval could be used until {iso(valid_until_ms)}.", "Open another request."
        )
    return None if used is not None else _consumed(request, command, now, valid_until_ms)


def lapses_ms(request: Request) -> int | None:
    """The instant from which an approval can't be used any more, None where there is none.

    What was asked by hand has none: no client acts on it.
    """
    decision, valid_s = request.state.decision, request.body.evaluation.valid_s
    if decision is None or decision.outcome is not Status.APPROVED:
        return None
    if valid_s is None or request.by_hand:
        return None
    return decision.at_ms + valid_s * 1000


def _approved(request: Request) -> None:
    status, undoable = request.state.status, request.state.undoable
    if status is Status.APPROVED:
        return
    if undoable is not None:
        raise NotYetCounted(
            f"This is decided and counts from {iso(undoable.until_ms)}; until then it can be "
            "taken back.",
            "Wait for it: GET /v1/requests/{id}?wait=25.",
        )
    if status is Status.PENDING:
        raise NotApproved(
            "This request is pending: nothing has approved it.",
            "Wait for the decision: GET /v1/requests/{id}?wait=25, or the callback.",
        )
    raise NotApproved(f"This request is {status.value}.", "Don't act: it was not approved.")


def _consumed(
    request: Request, command: Consume, now: int, valid_until_ms: int | None
) -> Transition:
    after = request.changed(consumed=Consumed(at_ms=now, key_sha256=fingerprint(command.key)))
    recorded = event(after, EventType.CONSUMED, now, command.by, digest=command.digest)
    return Transition(
        before=request,
        after=after,
        events=(recorded,),
        not_after=None if valid_until_ms is None else valid_until_ms - 1,
    )
