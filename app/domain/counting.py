"""What a change adds to the counters of the deployment, read off the change itself. Pure.

A counter is called by its family and its labels, `decided:refund:approved:person`; policies are
named without colons (`policies/atoms.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .events import Event, EventType
from .request import Decision, Request
from .transition import Transition

OPENED, DECIDED, BREACHED, CALLBACK = "opened", "decided", "breached", "callback"
TOOK, TOOK_MS = "took", "took_ms"
LIMITED, HELD_BACK = "slack_limited", "slack_held_back"

TOOK_S = (60, 300, 900, 1800, 3600, 14_400, 28_800, 86_400, 259_200, 604_800)
"""The upper ends of the buckets in which the time to a decision is counted, in seconds."""

LONGER = "inf"
"""The bucket after the last of them."""

BREACHES = {
    EventType.ESCALATED: "escalate",
    EventType.EXPIRED: "expire",
    EventType.UNUSED: "result",
}
"""The key below `sla` in a policy that was not kept, by the event that says so."""

CAME_TO = ("2xx", "3xx", "4xx", "5xx", "refused", "timeout", "unreachable")
"""What an attempt to deliver a callback can come to, as a rule."""


def named(family: str, *labels: str) -> str:
    """The name of a counter."""
    return ":".join((family, *labels))


def of(family: str, counters: Mapping[str, int]) -> list[tuple[tuple[str, ...], int]]:
    """All counters of a family: their labels, and how far they got."""
    names = [(name.split(":"), count) for name, count in sorted(counters.items())]
    return [(tuple(labels), count) for (kind, *labels), count in names if kind == family]


def counted(transition: Transition) -> dict[str, int]:
    """The counters that this change moves, and by how much."""
    before, after = transition.before, transition.after
    if after is None:
        return {}
    policy, moved = after.body.policy.name, Counter[str]()
    if before is None:
        moved[named(OPENED, policy)] += 1
    decision = after.state.decision
    if decision is not None and (before is None or before.pending):
        moved[named(DECIDED, policy, decision.outcome.value, decided_by(decision))] += 1
        moved.update({} if before is None else _took(before, decision))
    for event in transition.events:
        if (breach := BREACHES.get(event.type)) is not None:
            moved[named(BREACHED, policy, breach)] += 1
        if event.type is EventType.CALLBACK_ATTEMPTED:
            moved[named(CALLBACK, _came_to(event))] += 1
    return dict(moved)


def decided_by(decision: Decision) -> str:
    """Who decided: `break_glass`, `person`, `policy`, `timeout` or `client`.

    It is `person` as soon as one of them is.
    """
    if decision.break_glass is not None:
        return "break_glass"
    kinds = {actor.kind for actor in decision.by}
    return "person" if "person" in kinds else decision.by[-1].kind


def _took(request: Request, decision: Decision) -> dict[str, int]:
    """How long a decision took, of what waited for one: what is decided at once says nothing."""
    policy, took_ms = request.body.policy.name, decision.at_ms - request.body.opened_ms
    bucket = next((str(end) for end in TOOK_S if took_ms <= end * 1000), LONGER)
    return {named(TOOK, policy, bucket): 1, named(TOOK_MS, policy): max(0, took_ms)}


def _came_to(attempted: Event) -> str:
    """How an attempt to deliver a callback ended: `2xx` to `5xx`, or what kept it from that."""
    status, failure = attempted.detail.get("status"), attempted.detail.get("failure")
    if isinstance(status, int):
        return f"{status // 100}xx"
    return failure if isinstance(failure, str) else "unreachable"
