"""The forms that ask for a person or for days: handing a request over, and being away."""

from __future__ import annotations

from typing import Any

from app.domain.request import Request
from app.slack import ids

from . import forms, phrases
from .kit import context, paragraph, plain
from .text import Block

_TITLE = 300


def hand_over(request: Request, opened: ids.Form) -> dict[str, Any]:
    """Who should be asked instead. What was shown travels in it."""
    title = phrases.title(request, _TITLE, "on the card")
    effect = "They are told, and get a card of their own. You may still decide it."
    blocks = [
        paragraph(plain(title)),
        context(plain(effect)),
        _person("Who should look at it?", "Somebody who may decide it."),
    ]
    return _view(ids.HAND_OVER_FORM, "Hand it over", "Hand over", opened, blocks)


def away(opened: ids.Form | None = None) -> dict[str, Any]:
    """From when until when somebody is away, and who decides in their place."""
    effect = (
        "Whoever you choose may decide what you may, also what is open already. You still can, "
        "and you hear how each of them ends. They can't pass it on to somebody else."
    )
    blocks = [
        context(plain(effect)),
        _person("Who decides in your place?", "Somebody who is not away then."),
        _day(ids.FROM_BLOCK, "From", "From now on unless you choose a day.", optional=True),
        _day(ids.UNTIL_BLOCK, "Until", "The last day on which you are away, in your time zone."),
    ]
    return _view(ids.AWAY_FORM, "I'm away", "Save", opened, blocks)


def _person(question: str, hint: str) -> Block:
    return forms.asked(ids.PERSON_BLOCK, question, forms.person_input(ids.PERSON), hint)


def _day(block_id: str, label: str, hint: str, *, optional: bool = False) -> Block:
    return forms.asked(block_id, label, forms.day_input(ids.DAY), hint, optional=optional)


def _view(
    callback_id: str, title: str, submit: str, opened: ids.Form | None, blocks: list[Block]
) -> dict[str, Any]:
    carried = None if opened is None else opened.as_value()
    return forms.modal(callback_id, title, blocks, carried, submit=submit)
