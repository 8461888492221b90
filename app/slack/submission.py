"""A form that was sent, checked before anything looks at it. Pure.

docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.domain.errors import AbsenceDaysRefused

from . import form_ids, ids
from .interaction import Interaction, Option, Part


class Typed(Part):
    """What stands in an input: text of up to 3,000 characters, a choice, a person, or a day.

    A number comes as text too.
    """

    value: Annotated[str, Field(max_length=3_000)] | None = None
    selected_option: Option | None = None
    selected_user: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,30}$")] | None = None
    selected_date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None


class Values(Part):
    """The inputs of a form: block, then action. A view has at most 100 blocks."""

    values: dict[str, dict[str, Typed]] = Field(default_factory=dict, max_length=100)

    def typed(self, block: str, action: str) -> Typed:
        """What stands in one input; nothing where the form has none of that name."""
        return self.values.get(block, {}).get(action, Typed())


class Form(Part):
    """A modal, as it was when it was sent. `id` stays the same however often it is sent."""

    type: Literal["modal"]
    id: Annotated[str, Field(max_length=100)] = ""
    callback_id: str
    private_metadata: str = ""
    previous_view_id: str | None = None
    state: Values = Values()


class Submission(Interaction):
    """A form was sent."""

    type: Literal["view_submission"]
    view: Form

    @property
    def form(self) -> ids.Form:
        """What opened the form, and what was shown then. Raises `CardUnreadable`."""
        return ids.parse_form(self.view.private_metadata)

    @property
    def reply_to(self) -> str | None:
        """Where to answer, None for a form that was opened on the Home tab."""
        return self.form.reply_to if self.view.private_metadata else None

    @property
    def on_top(self) -> bool:
        """Whether another modal lies beneath the form."""
        return self.view.previous_view_id is not None

    @property
    def comment(self) -> str:
        return self._typed(ids.COMMENT_BLOCK, ids.COMMENT).value or ""

    @property
    def confirmation(self) -> str | None:
        """What was typed to approve, None where nothing had to be."""
        return self._typed(ids.CONFIRM_BLOCK, ids.TYPED).value

    @property
    def chosen(self) -> str | None:
        """The user id of the person who was chosen."""
        return self._typed(ids.PERSON_BLOCK, ids.PERSON).selected_user

    def day(self, block: str) -> date | None:
        """The day that was chosen in that block. Raises `AbsenceDaysRefused` for no day at all."""
        text = self._typed(block, ids.DAY).selected_date
        return None if text is None else _day(text)

    def text(self, block: str) -> str:
        """What was written into a text input of that block, without the space around it."""
        return (self._typed(block, form_ids.TEXT).value or "").strip()

    def option(self, block: str) -> str | None:
        """The value of what was chosen in that block."""
        chosen = self._typed(block, form_ids.CHOSEN).selected_option
        return None if chosen is None else chosen.value

    def _typed(self, block: str, action: str) -> Typed:
        return self.view.state.typed(block, action)


def _day(text: str) -> date:
    """A day that a calendar has."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise AbsenceDaysRefused(f"There is no day {text}.", "Choose another one.")
