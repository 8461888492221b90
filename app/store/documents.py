"""How a request lies in Redis: a hash of JSON texts, and the sorted sets that it is found by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from app.domain.bursts import queues_in, waits_in
from app.domain.due import Lane
from app.domain.errors import RequestUnreadable
from app.domain.refusals import lost_channel, refused
from app.domain.request import Body, Request, State, Status

FORM = 1
"""Version of the stored form. An older process sets a newer form aside instead of guessing."""

FIELDS = ("form", "body", "state")


def request_key(request_id: str) -> str:
    return f"cs:request:{request_id}"


def trail_key(request_id: str) -> str:
    return f"cs:trail:{request_id}"


def idempotency_key(client: str, key: str) -> str:
    """A client's key by its hash, so that its length and its content do not matter."""
    return f"cs:idempotency:{client}:{hashlib.sha256(key.encode()).hexdigest()}"


def client_index(client: str, status: str | None = None, policy: str | None = None) -> str:
    """The set that lists a client's requests, all of them or by one property."""
    if status is not None:
        return f"cs:index:client:{client}:status:{status}"
    if policy is not None:
        return f"cs:index:client:{client}:policy:{policy}"
    return f"cs:index:client:{client}"


def due_key(lane: Lane) -> str:
    """What a lane has to do, by when."""
    return f"cs:due:{lane.value}"


def held_index(reason: str) -> str:
    """The set of what stands still for one reason."""
    return f"cs:index:held:{reason}"


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


def indexes(request: Request) -> set[str]:
    """Every set that this request is a member of; ids sort by time, so no scores are needed.

    A principal is the person on whose behalf it was asked and, while it waits, everybody whom the
    plan names; the loads of people are counted from those that they were chosen for, or are on. Who
    waits for a card in a channel stands in its line, and in its queue where that is next.
    """
    body, status = request.body, request.state.status.value
    found = {
        status_index(request.state.status),
        f"cs:index:policy:{body.policy.name}",
        client_index(body.client),
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
    found |= {f"cs:index:principal:{name}" for name in _principals(request)}
    return found | {load_index(person) for person in request.at_it}


def _in_trouble(request: Request) -> set[str]:
    """Where the auditor finds what somebody has to mend."""
    found, callback = set(), request.state.callback
    if callback is not None and callback.outcome == "given_up":
        found.add(given_up_index())
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


def _principals(request: Request) -> set[str]:
    body, plan = request.body, request.plan
    names = {body.on_behalf_of} if body.on_behalf_of is not None else set()
    if request.pending and plan is not None:
        names |= set(plan.named)
    return names


def read(request_id: str, fields: Sequence[str | None]) -> Request | None:
    """A request from its stored `FIELDS`, None when there is none.

    Raises `RequestUnreadable` for what this version can't read.
    """
    form, body, state = fields
    if form is None or body is None or state is None:
        return None
    if form != str(FORM):
        raise RequestUnreadable(
            f"The request {request_id} is stored in form {form}, this version reads {FORM}.",
            "Upgrade this process.",
        )
    try:
        return Request(body=Body.model_validate_json(body), state=State.model_validate_json(state))
    except ValidationError as error:
        # Without its cause, which quotes what it could not read.
        raise RequestUnreadable(
            f"The request {request_id} can't be read: {error.error_count()} fields don't fit."
        ) from None


def stored_fields(request: Request, new: bool) -> dict[str, str]:
    """What a commit writes of a request: the body once, the state each time."""
    state = {"state": request.state.model_dump_json()}
    if not new:
        return state
    return {"form": str(FORM), "body": request.body.model_dump_json(), **state}
