"""What became of a request after it was opened: edits, undo, asking again, what was done."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from app.domain.difference import Change, difference
from app.domain.message import iso
from app.domain.request import Body, Consumed, Edited, Result, Revises, Status, Undoable

from .shape import Answer, By, Instant


class ChangeAnswer(Answer):
    """A field of the payload that differs; null where it was not given, or is not any more, and
    for both of a secret one."""

    field: str
    kind: Literal["changed", "added", "removed"]
    before: Any
    after: Any

    @classmethod
    def of(cls, change: Change, secret: frozenset[str] = frozenset()) -> ChangeAnswer:
        hidden = change.secret or change.field in secret
        return cls(
            field=change.field,
            kind=change.kind,
            before=None if hidden else change.before,
            after=None if hidden else change.after,
        )


class EditedAnswer(Answer):
    """A reviewer changed the payload while approving it."""

    by: By
    at: Instant
    changes: list[ChangeAnswer]

    @classmethod
    def of(cls, body: Body, edited: Edited) -> EditedAnswer:
        changes = difference(body.payload, edited.payload)
        return cls(
            by=By.of(edited.by),
            at=iso(edited.at_ms),
            changes=[ChangeAnswer.of(change) for change in changes],
        )


class UndoableAnswer(Answer):
    """A decision that does not count yet: whoever took it can take it back until then."""

    outcome: Status
    by: list[By]
    counts_at: Instant

    @classmethod
    def of(cls, undoable: Undoable) -> UndoableAnswer:
        return cls(
            outcome=undoable.decision.outcome,
            by=[By.of(actor) for actor in undoable.decision.by],
            counts_at=iso(undoable.until_ms),
        )


class RevisesAnswer(Answer):
    """The request that this one asks again, and what differs."""

    id: str
    by: By = Field(description="Who wanted changes.")
    comment: str | None
    changes: list[ChangeAnswer]
    past_cap: bool = Field(
        description="Whether it is asked again more often than its policy expects, so that the "
        "backups are asked from the beginning."
    )

    @classmethod
    def of(cls, body: Body, revises: Revises) -> RevisesAnswer:
        secret = frozenset(field.name for field in body.evaluation.fields if field.secret)
        return cls(
            id=revises.request_id,
            by=By.of(revises.by),
            comment=revises.comment,
            changes=[ChangeAnswer.of(change, secret) for change in revises.changes],
            past_cap=body.past_cap,
        )


class ConsumedAnswer(Answer):
    """When the client used the approval, as it can once."""

    at: Instant

    @classmethod
    def of(cls, consumed: Consumed) -> ConsumedAnswer:
        return cls(at=iso(consumed.at_ms))


class ResultAnswer(Answer):
    """What came of an approval, as the client told it."""

    ok: bool
    text: str
    link: str | None
    at: Instant

    @classmethod
    def of(cls, result: Result) -> ResultAnswer:
        return cls(ok=result.ok, text=result.text, link=result.link, at=iso(result.at_ms))
