"""What one command makes of one request: the new state, its events, and what goes with them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from policies.plan import Allowance

from .alarms import Alarm
from .errors import CountersignError
from .events import Event, EventType, pseudonym
from .request import Actor, Request, Status


@dataclass(frozen=True)
class Transition:
    """Committed whole or not at all.

    `before` is None for a new request, `after` None for an erased one. `message` is the body of a
    callback that this decision sets off. The commit is refused past `not_after` (ms), so that no
    slow machine decides late. `refused` is what to raise once a refusal is on record. `capped` are
    people (user ids) with the open requests that each must have fewer of. `alarm` is what the
    admins hear of it.
    """

    before: Request | None
    after: Request | None
    events: tuple[Event, ...] = ()
    message: str | None = None
    not_after: int | None = None
    refused: CountersignError | None = None
    capped: tuple[tuple[str, int], ...] = ()
    alarm: Alarm | None = None

    @property
    def allowance(self) -> Allowance | None:
        """What an opening uses up of a limit, None for every other change."""
        if self.before is not None or self.after is None:
            return None
        return self.after.evaluation.allowance

    @property
    def automatic(self) -> bool:
        """Whether it approves without any person."""
        decision = None if self.after is None else self.after.state.decision
        if decision is None or decision.outcome is not Status.APPROVED:
            return False
        decides = self.before is None or self.before.pending
        return decides and not any(actor.kind == "person" for actor in decision.by)

    @property
    def starts(self) -> bool:
        """Whether something is done once it is committed, so that a pause refuses it."""
        return self.automatic or self._consumes

    @property
    def _consumes(self) -> bool:
        before, after = self.before, self.after
        if before is None or after is None:
            return False
        return before.state.consumed is None and after.state.consumed is not None

    @property
    def request(self) -> Request:
        """The request as it then stands, an erased one as it was."""
        request = self.after or self.before
        if request is None:
            raise ValueError("a transition is of some request")
        return request


def event(
    of: Request, kind: EventType, at_ms: int, by: Actor | None = None, **detail: JsonValue
) -> Event:
    """An entry for the trail of `of`, which is the request as it stands after the change."""
    return Event(
        type=kind,
        request=of.id,
        version=of.state.version,
        at_ms=at_ms,
        actor_kind="system" if by is None else by.kind,
        actor="countersign" if by is None else pseudonym(by.id),
        detail=detail,
    )
