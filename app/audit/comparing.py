"""Decided requests against the events that decided them, both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.events import EventType, pseudonym

from .lines import Linked, Told
from .verdict import Fault, Findings, Kind

_ENDS = (EventType.DECIDED, EventType.CANCELLED, EventType.EXPIRED)
"""By one of these a request leaves `pending`, once. A decision that was taken and can be taken back
does not count yet, and break-glass is told beside the decision that it makes."""


@dataclass(frozen=True, slots=True)
class _End:
    """The event that decided a request. `by` is None where an older version wrote it."""

    seq: int
    id: str
    version: int
    at_ms: int
    outcome: str
    choice: str | None
    comment_sha256: str | None
    digest: str
    kind: str
    actor: str
    by: tuple[str, ...] | None


@dataclass(slots=True)
class _Trail:
    """What the entries tell of one request, so far. `digests` are of all that could be decided."""

    version: int = 0
    opened: tuple[str, str] | None = None
    digests: tuple[str, ...] = ()
    end: _End | None = None
    operator: str | None = None
    erased: bool = False


class Comparing:
    """Entries in order, then the requests; what does not fit goes to `findings`."""

    def __init__(self, findings: Findings) -> None:
        self._trails: dict[str, _Trail] = {}
        self._told: set[str] = set()
        self._findings = findings
        self.compared = self.erased = self.later = 0

    def entry(self, linked: Linked, whole: bool) -> None:
        """One more; `whole` says that nothing came before the first. Raises `LineRefused`."""
        event = linked.event or {}
        request = event.get("request")
        if not isinstance(request, str):
            return
        trail = self._trails.get(request)
        if trail is None:
            trail = self._trails[request] = _Trail()
        try:
            problem = _told(trail, linked, event, whole)
        except (TypeError, KeyError, ValueError):
            problem = "is not as its version writes it"
        if problem is not None:
            words = f"entry {linked.seq:,}, of {request}, {problem}"
            entry = linked.entry
            self._findings.add(Fault(Kind.REQUEST, words, entry.seq, entry.id, request))

    def request(self, told: Told, where: Callable[[], str]) -> None:
        """One that the store has as decided."""
        self.compared += 1
        trail = self._trails.get(told.id, _Trail())
        for seq, problem in self._wrong(told, trail):
            words = f"{told.id} {problem}"
            self._findings.add(Fault(Kind.REQUEST, words, seq, request=told.id, where=where()))
        self._told.add(told.id)

    def finish(self, as_of: str) -> None:
        """No more requests: whatever was decided up to the id `as_of` has to have been there."""
        last = place_of(as_of)
        for request, trail in self._trails.items():
            end = trail.end
            self.erased += trail.erased
            if end is None or trail.erased or request in self._told:
                continue
            if place_of(end.id) > last:
                self.later += 1
                continue
            words = f"entry {end.seq:,} decided {request}, which is neither there nor erased"
            self._findings.add(Fault(Kind.REQUEST, words, end.seq, end.id, request))

    def _wrong(self, told: Told, trail: _Trail) -> Iterator[tuple[int | None, str]]:
        """What the store says otherwise than the entries, each with the entry in question."""
        end = trail.end
        if told.id in self._told:
            yield None if end is None else end.seq, "is there twice"
        if trail.erased:
            yield None if end is None else end.seq, "is there although an entry erased it"
        if end is None:
            yield None, "is decided, and no entry decided it"
            return
        if told.status != told.outcome:
            yield end.seq, f"is {told.status} and its decision says {told.outcome}"
        if trail.opened not in (None, (told.policy, told.policy_hash)):
            yield end.seq, "was opened under another policy than it has"
        if told.version < trail.version:
            yield end.seq, "is older than its entries"
        if told.operator != trail.operator:
            yield end.seq, "was decided by break-glass, by its entries or by itself, not by both"
        for name, says, recorded in _pairs(told, end):
            if says != recorded:
                yield end.seq, f"has another {name} than entry {end.seq:,}: {says}, not {recorded}"


def _pairs(told: Told, end: _End) -> Iterator[tuple[str, object, object]]:
    yield "outcome", told.outcome, end.outcome
    yield "choice", told.choice, end.choice
    yield "digest", told.digest, end.digest
    yield "comment", told.comment_sha256, end.comment_sha256
    yield "instant", told.at_ms, end.at_ms
    yield "kind of decider", sorted({one.kind for one in told.by}), [end.kind]
    people = [one.id for one in told.by]
    if end.by is None:
        yield "decider", people[-1], pseudonym(end.actor)
    else:
        yield "decider", people, list(end.by)


def _told(trail: _Trail, linked: Linked, event: dict[str, Any], whole: bool) -> str | None:
    """Take in one event; what is wrong with it beside those before."""
    kind, version, detail = event["type"], event["version"], event["detail"]
    if version < trail.version:
        return "goes back to an earlier state of it"
    if trail.erased:
        return "comes after it was erased"
    new = trail.version == 0
    trail.version = version
    if kind == EventType.OPENED:
        if not new:
            return "opens it once more"
        trail.opened, trail.digests = (detail["policy"], detail["policy_hash"]), (detail["digest"],)
        return None
    if new and whole:
        return "comes before it was opened"
    if kind == EventType.EDITED:
        trail.digests = (*trail.digests, detail["digest"])
    elif kind == EventType.OVERRIDDEN:
        trail.operator = detail["operator"]
    elif kind == EventType.ERASED:
        trail.erased = True
    elif kind in _ENDS:
        return _ended(trail, linked, event)
    return None


def _ended(trail: _Trail, linked: Linked, event: dict[str, Any]) -> str | None:
    detail = event["detail"]
    if trail.end is not None:
        return f"decides it once more; entry {trail.end.seq:,} did before"
    by = detail.get("decided_by")
    trail.end = _End(
        seq=linked.seq,
        id=linked.entry.id,
        version=event["version"],
        at_ms=event["at_ms"],
        outcome=detail["outcome"],
        choice=detail["choice"],
        comment_sha256=detail["comment_sha256"],
        digest=detail["digest"],
        kind=event["actor_kind"],
        actor=event["actor"],
        by=None if by is None else tuple(by),
    )
    if trail.digests and trail.end.digest not in trail.digests:
        return "decides on a digest that it never had"
    return None


def place_of(entry_id: str) -> tuple[int, int]:
    """Where an id stands among others."""
    ms, number = entry_id.split("-")
    return int(ms), int(number)
