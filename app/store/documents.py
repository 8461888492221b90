"""How a request lies in Redis: a hash of JSON texts, and the sorted sets that it is found by."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.bursts import queues_in, waits_in
from app.domain.due import Lane
from app.domain.errors import RequestUnreadable
from app.domain.refusals import lost_channel, refused
from app.domain.request import Body, Request, State, Status
from app.domain.viewing import deciders, deciders_of, due_ms, known_as, onlookers
from app.ports import EVERYTHING, ListKind

from .connection import milliseconds
from .packing import BODY, STATE

FORM = 2
"""Version of the stored form. An older process sets a newer form aside instead of guessing.

Form 1 had body and state as JSON.
"""

FIELDS = ("form", "body", "state", "packed_body", "packed_state")

_READ = (b"1", str(FORM).encode())

FAR_MS = 10**15
"""The score of what is due at no instant: after everything that is."""

_KEYS: dict[ListKind, str] = {
    "waiting": "queue",
    "seen": "seen",
    "asked": "asked",
    "decided": "decided",
}


@dataclass(frozen=True)
class Brought:
    """What was brought of a request: its `FIELDS`, and what `Loaded` says beside it."""

    fields: Sequence[bytes | None]
    now: int
    paused: bool
    absences: bool
    at_s: float


def brought(at: Sequence[Any], fields: Sequence[bytes | None]) -> Brought:
    """From what `load.lua` and `claim.lua` answer just now: when it was, and the fields."""
    seconds, micros, paused, absences = at
    now = milliseconds((seconds, micros))
    return Brought(fields, now, bool(paused), bool(absences), time.monotonic())


def request_key(request_id: str) -> str:
    return f"cs:request:{request_id}"


def trail_key(request_id: str) -> str:
    return f"cs:trail:{request_id}"


def idempotency_key(client: str, key: str) -> str:
    """A client's key by its hash, so that its length and its content do not matter."""
    return f"cs:idempotency:{client}:{hashlib.sha256(key.encode()).hexdigest()}"


def client_index(client: str, *, status: Status | None = None, policy: str | None = None) -> str:
    """The set that lists a client's requests by one property."""
    if status is not None:
        return f"cs:index:client:{client}:status:{status.value}"
    return f"cs:index:client:{client}:policy:{policy}"


def client_indexes(client: str) -> list[str]:
    """The sets that list all requests of a client, each in one of them."""
    return [client_index(client, status=status) for status in Status]


def due_key(lane: Lane) -> str:
    """What a lane has to do, by when."""
    return f"cs:due:{lane.value}"


def held_index(reason: str) -> str:
    """The set of what stands still for one reason."""
    return f"cs:index:held:{reason}"


def unused_index() -> str:
    """The set of approvals of which nobody told a result in time."""
    return "cs:index:unused"


def given_up_index() -> str:
    """The set of those whose callback was given up."""
    return "cs:index:given_up"


def refused_index(problem: str) -> str:
    """The set of what is not shown as it stands while Slack refuses our token, or what it asks."""
    return f"cs:index:refused:{problem}"


def lost_index(channel: str) -> str:
    """The set of open requests that Slack takes no card of into their channel."""
    return f"cs:index:lost:{channel}"


def line_key(channel: str) -> str:
    """The set of those that wait for a card in a channel."""
    return f"cs:index:line:{channel}"


def queue_key(channel: str) -> str:
    """The set of those in a channel's line that wait for nothing but their turn there."""
    return f"cs:index:queue:{channel}"


def pending_key(policy: str) -> str:
    """The set of what waits for a decision under a policy, by when it was opened."""
    return f"cs:pending:{policy}"


def indexes(request: Request) -> dict[str, int]:
    """Every set that this request is a member of, with its score there.

    Where ids are in order, which is that of opening, the score is 0. The loads of people are
    counted from those that they were chosen for, or are on. Who waits for a card in a channel
    stands in its line, and in its queue where that is next.
    """
    body, status = request.body, request.state.status
    found = {
        status_index(status),
        client_index(body.client, status=status),
        client_index(body.client, policy=body.policy.name),
    }
    if request.state.held is not None:
        found.add(held_index(request.state.held.reason))
    found |= _in_trouble(request)
    if (channel := waits_in(request)) is not None:
        found.add(line_key(channel))
    if (queue := queues_in(request)) is not None:
        found.add(queue_key(queue))
    found |= {load_index(person) for person in request.at_it}
    return dict.fromkeys(found, 0) | of_people(request)


def of_people(request: Request) -> dict[str, int]:
    """The sets that people's lists are made of: by when it is due, or since when it is so.

    What waits stands in the queue of each name that may decide it, and is seen by each other one
    that may see it; `EVERYTHING` sees all that waits. Whoever runs the deployment is told how much
    waits under each policy, and since when.
    """
    decision, asked_for = request.state.decision, request.body.on_behalf_of
    found: dict[str, int] = {}
    if request.pending:
        due, names = due_ms(request) or FAR_MS, deciders(request)
        found |= {people_key("waiting", name): due for name in names}
        found[people_key("seen", EVERYTHING)] = due
        found |= {people_key("seen", name): due for name in onlookers(request) - names}
        found[pending_key(request.body.policy.name)] = request.body.opened_ms
    if asked_for is not None:
        found[people_key("asked", known_as(asked_for))] = request.body.opened_ms
    if decision is not None:
        found |= {people_key("decided", one): decision.at_ms for one in deciders_of(request)}
        found[ended_key(decision.outcome)] = decision.at_ms
    return found


def of_before(request: Request) -> set[str]:
    """The sets in which the version before kept it as well, and which nobody reads for it now."""
    body = request.body
    listed = {f"cs:index:client:{body.client}", f"cs:index:policy:{body.policy.name}"}
    return listed | {people_key("seen", name) for name in deciders(request)}


def people_key(kind: ListKind, name: str) -> str:
    """The set that one kind of list is made of for one name, as `known_as` writes it."""
    return f"cs:{_KEYS[kind]}:{name}"


def people_keys(kind: ListKind, names: Iterable[str]) -> list[str]:
    """The sets that one kind of list is made of for several names.

    What waits for a name is seen by it as well, and stands in its queue alone.
    """
    kinds: tuple[ListKind, ...] = ("seen", "waiting") if kind == "seen" else (kind,)
    return [people_key(each, name) for name in sorted(names) for each in kinds]


def ended_key(outcome: Status) -> str:
    """The set of everything that ended so, by when."""
    return f"cs:ended:{outcome.value}"


def _in_trouble(request: Request) -> set[str]:
    """Where the auditor finds what somebody has to mend."""
    found, callback = set(), request.state.callback
    if callback is not None and callback.outcome == "given_up":
        found.add(given_up_index())
    if request.state.unused:
        found.add(unused_index())
    if (problem := refused(request)) is not None:
        found.add(refused_index(problem))
    if request.pending and (lost := lost_channel(request)) is not None:
        found.add(lost_index(lost[0]))
    return found


def status_index(status: Status) -> str:
    """The set that lists every client's requests that stand so."""
    return f"cs:index:status:{status.value}"


def load_index(person: str) -> str:
    """The set that lists the open requests for which somebody (a user id) was chosen."""
    return f"cs:index:load:{person}"


def read(fields: Sequence[bytes | None]) -> Request | None:
    """A request from its stored `FIELDS`, None when there is none.

    Raises `RequestUnreadable` for what this version can't read: another form, or a field that it
    does not know. It never guesses, since what it left out would be gone once it writes.
    """
    form, body, state, packed_body, packed_state = fields
    if form is None or body is None or state is None:
        return None
    if form not in _READ:
        raise RequestUnreadable.of_newer("this request")
    try:
        return Request(
            body=Body.model_validate_json(body or BODY.unpack(packed_body or b"")),
            state=State.model_validate_json(state or STATE.unpack(packed_state or b"")),
        )
    except ValueError:
        # Without its cause, which quotes what it could not read.
        raise RequestUnreadable.of_newer("this request") from None


def readable(fields: Sequence[bytes | None]) -> Request | None:
    """The same, and None for what can't be read."""
    try:
        return read(fields)
    except RequestUnreadable:
        return None


def stored_fields(request: Request, new: bool) -> dict[str, str | bytes]:
    """What a commit writes of a request: the body once, the state each time.

    Without what is as it is by default, so that an older version reads all that makes no use of
    what it does not know. A default must therefore never change; nor may a field lose its own.
    """
    state = STATE.pack(request.state.model_dump_json(exclude_defaults=True))
    # What is packed leaves nothing in its old place, so that an older version can't take it for
    # what is there; without a place it would take the request for none.
    changed: dict[str, str | bytes] = {"state": "", "packed_state": state}
    if not new:
        return changed
    body = BODY.pack(request.body.model_dump_json(exclude_defaults=True))
    return {"form": str(FORM), "body": "", "packed_body": body, **changed}
