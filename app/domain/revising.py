"""Asking again: a request that follows one of which somebody wanted changes."""

from __future__ import annotations

from pydantic import JsonValue

from .cards import Place
from .difference import Change, difference, same
from .errors import NotRevisable, RevisionUnchanged
from .request import Request, Revises, Status

IN_HAND = "A reviewer asked for changes before, so people look at it again."
"""Why nothing that is asked again goes ahead without a person."""


def key_of(request: Request) -> str:
    """The idempotency key under which a request is asked again, once; no client can send it."""
    return f"revision of {request.id}"


def check(request: Request) -> None:
    """Raises `NotRevisable` unless somebody wanted changes of it."""
    if request.state.status is not Status.REVISION_REQUESTED:
        raise NotRevisable(
            f"This request is {request.state.status.value}, so there is nothing to ask again.",
            "Only a request of which a reviewer wanted changes is asked again; open a new one.",
        )


def refuse_unchanged(
    request: Request, title: str, payload: dict[str, JsonValue], context: JsonValue
) -> None:
    """Raises `RevisionUnchanged` where all that a reviewer reads is what it was."""
    body = request.body
    unchanged = same(request.payload, payload) and same(body.context, context)
    if unchanged and title == body.title:
        raise RevisionUnchanged(
            "This asks for exactly what it asked before.",
            "Change the payload as the reviewer wanted, or say in the context why it stays.",
        )


def revises(request: Request, root: Request, payload: dict[str, JsonValue]) -> Revises:
    """How a new request hangs together with the one that it asks again, and the first of all."""
    decision = request.state.decision
    if decision is None:
        raise TypeError("somebody decided that it needs changes")
    return Revises(
        request_id=request.id,
        by=decision.by[-1],
        comment=decision.comment,
        changes=_changes(request, payload),
        threads=_threads(root),
    )


def _changes(request: Request, payload: dict[str, JsonValue]) -> tuple[Change, ...]:
    """What differs; the policy may have changed meanwhile, and what it kept to itself stays so."""
    fields = {field.name: field for field in request.evaluation.fields}
    return tuple(
        one
        if (field := fields.get(one.field)) is None
        else one.model_copy(update={"secret": field.secret, "visible": field.visible})
        for one in difference(request.payload, payload)
    )


def _threads(root: Request) -> tuple[tuple[str, Place], ...]:
    """The cards under which it goes on; in a message that several share nobody would find it."""
    copies = (copy for copy in root.state.cards.copies if not copy.items)
    return tuple((copy.target, copy.place) for copy in copies)
