"""A request as everybody may see it: a copy without the values that are for its reviewers alone.

Whatever is drawn of the copy can't tell them. What is secret stays in it, and is never drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from pydantic import JsonValue

from policies.plan import Evaluation, Field

from .difference import Change, same
from .request import Edited, Request, Revises, Undoable


def withholds(request: Request) -> bool:
    """Whether this is such a copy, and something was taken from it.

    Also what is gone from the payload by now, and stands in the difference alone.
    """
    fields, changes = _fields(request), _changes(request)
    return "elsewhere" in {*(one.visible for one in fields), *(one.visible for one in changes)}


def in_public(request: Request) -> Request:
    """The copy; the request itself where everybody may see all of it."""
    names = {field.name for field in _fields(request) if field.visible == "reviewers"}
    body, edited, revises = request.body, request.state.edited, request.body.revises
    if not names and all(change.visible != "reviewers" for change in _changes(request)):
        return request
    asked = {
        "payload": _without(names, body.payload),
        "evaluation": _judged(names, body.evaluation),
        "revises": revises and _revises(names, revises),
    }
    became = {
        "edited": edited and _edited(names, edited, body.payload),
        "undoable": request.state.undoable and _undoable(request.state.undoable),
    }
    return Request(
        body=body.model_copy(update=asked), state=request.state.model_copy(update=became)
    )


def in_direct(request: Request) -> Request:
    """The request as direct messages show it: whole, since they go to those who may see all of it.

    Unless an edit brought in what is for reviewers alone and nothing of the kind was there: before
    that anybody who read a digest could have a card of their own.
    """
    as_asked = request.state.model_copy(update={"edited": None})
    before = request.model_copy(update={"state": as_asked})
    return request if withholds(in_public(before)) else in_public(request)


def without_secrets(request: Request) -> dict[str, JsonValue]:
    """The payload without what is secret, for what people print and keep."""
    secret = {field.name for field in request.evaluation.fields if field.secret}
    return {name: value for name, value in request.payload.items() if name not in secret}


def _fields(request: Request) -> Iterator[Field]:
    yield from request.body.evaluation.fields
    if request.state.edited is not None:
        yield from request.state.edited.evaluation.fields


def _changes(request: Request) -> tuple[Change, ...]:
    revises = request.body.revises
    return () if revises is None else revises.changes


def _without(names: Set[str], payload: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: None if name in names else value for name, value in payload.items()}


def _judged(names: Set[str], evaluation: Evaluation) -> Evaluation:
    """Without the phrases, which quote what was looked at."""
    return evaluation.model_copy(
        update={
            "fields": tuple(_field(names, field) for field in evaluation.fields),
            "trace": tuple(one.model_copy(update={"phrase": ""}) for one in evaluation.trace),
            "flags": tuple(one.model_copy(update={"phrase": ""}) for one in evaluation.flags),
        }
    )


def _field(names: Set[str], field: Field) -> Field:
    return field.model_copy(update={"visible": "elsewhere"}) if field.name in names else field


def _edited(names: Set[str], edited: Edited, asked: Mapping[str, JsonValue]) -> Edited:
    """What was changed stays different from what stands for it in what was asked."""
    payload = _without(names, edited.payload)
    for name in names & payload.keys() & asked.keys():
        payload[name] = None if same(asked[name], edited.payload[name]) else True
    judged = _judged(names, edited.evaluation)
    return edited.model_copy(update={"payload": payload, "evaluation": judged})


def _undoable(undoable: Undoable) -> Undoable:
    """Without the edit that it would put back."""
    before = undoable.before.model_copy(update={"edited": None})
    return undoable.model_copy(update={"before": before})


def _revises(names: Set[str], revises: Revises) -> Revises:
    changes = tuple(_change(names, change) for change in revises.changes)
    return revises.model_copy(update={"changes": changes})


def _change(names: Set[str], change: Change) -> Change:
    if change.field not in names and change.visible == "everyone":
        return change
    return change.model_copy(update={"before": None, "after": None, "visible": "elsewhere"})
