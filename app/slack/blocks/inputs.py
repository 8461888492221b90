"""A policy's typed inputs as the inputs of a form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import JsonValue

from app.domain.seen import clean
from app.slack import form_ids
from app.slack.typed import NOT_SAID, choices, shown_as
from policies.evaluate import labelled
from policies.schema import Input

from . import forms, kit
from .kit import Element
from .text import Block, cut, length, one_line, shortened
from .values import is_day, linked, money

TEXT_MOST = 3_000
"""The longest text that an input of Slack takes."""

_LINE, _HINT, _OPTION, _DIGITS = 250, 2_000, 75, 40
_RADIO_BUTTONS = 6


def drawn(inputs: Mapping[str, Input], present: Mapping[str, JsonValue]) -> list[Block]:
    """An input for each, with what is `present` in it. Of a policy, so at most 50."""
    return [_drawn(name, declared, present.get(name)) for name, declared in inputs.items()]


def fits(declared: Input, value: JsonValue) -> bool:
    """Whether an input can hold this value as it is: not too long, and each character seen."""
    if known := choices(declared):
        return form_ids.option(value) in map(form_ids.option, known)
    match declared.type, value:
        case "string", str():
            seen = value.replace("\r\n", "\n")
            return length(seen) <= TEXT_MOST and clean(seen) == seen
        case "number" | "integer", int() | float() if not isinstance(value, bool):
            whole = declared.type == "number" or value == int(value)
            return whole and len(decimal(value)) <= _DIGITS
        case _:
            return False


def decimal(value: int | float) -> str:
    """A number as Slack takes it: digits, without an exponent."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return format(Decimal(repr(value)), "f")


def option(text: str, value: str) -> Element:
    """One of several to choose from. A text that is too long ends in `…`."""
    return kit.option(shortened(text, _OPTION), value)


def chosen_of(options: Sequence[Element], initial: Element | None = None) -> Element:
    """Radio buttons where there are few, else a list; it takes up to 100."""
    few = len(options) <= _RADIO_BUTTONS
    return forms.choice(form_ids.CHOSEN, options, initial, radio=few)


def _drawn(name: str, declared: Input, value: JsonValue) -> Block:
    shown = shown_as(declared)
    return forms.asked(
        form_ids.input_block(name),
        labelled(name, declared),
        _element(shown, value),
        cut(_hint(shown), _HINT, "in the policy"),
        optional=not declared.required,
    )


def _element(declared: Input, value: JsonValue) -> Element:
    if choices(declared):
        return _choice(declared, value)
    match declared.type:
        case "number" | "integer":
            return _number(declared, value)
        case "list" | "object":
            return _text(_written(value), TEXT_MOST, multiline=True)
        case _:
            return _string(declared, value if isinstance(value, str) else None)


def _choice(declared: Input, value: JsonValue) -> Element:
    """What was chosen once can't be unchosen in Slack, so few choices have one for nothing."""
    known = choices(declared)
    texts = _numbered(_texts(declared)) if _cut(declared) else _texts(declared)
    options = [option(text, form_ids.option(one)) for text, one in zip(texts, known, strict=True)]
    if not declared.required and len(options) < _RADIO_BUTTONS:
        options.append(option("Leave it out", NOT_SAID))
    key = form_ids.option(value)
    initial = next((one for one in options if one["value"] == key), None)
    return chosen_of(options, initial)


def _number(declared: Input, value: JsonValue) -> Element:
    number = value if isinstance(value, int | float) else None
    least, most = _bounds(declared, number)
    digits = [_digits(one) for one in (number, least, most)]
    return forms.number_input(form_ids.TEXT, *digits, decimal=declared.type == "number")


def _bounds(declared: Input, number: float | None) -> tuple[float | None, float | None]:
    """The limits, unless Slack would find a contradiction in them; the judge knows them anyhow."""
    least, most = declared.minimum, declared.maximum
    if declared.type == "integer":
        least = None if least is None else math.ceil(least)
        most = None if most is None else math.floor(most)
    known = [one for one in (least, number, most) if one is not None]
    return (least, most) if known == sorted(known) else (None, None)


def _string(declared: Input, value: str | None) -> Element:
    if declared.format == "date" and (not value or is_day(value)):
        return forms.day_input(form_ids.TEXT, value or None)
    if declared.format == "url" and (not value or linked(value).link):
        return forms.url_input(form_ids.TEXT, value or None)
    text = value or ""
    most = max(length(text), min(declared.max_length or TEXT_MOST, TEXT_MOST))
    long = max(declared.max_length or 0, length(text)) > _LINE
    return _text(value, most, multiline=long or "\n" in text)


def _text(value: str | None, most: int, *, multiline: bool) -> Element:
    return forms.text_input(form_ids.TEXT, most, value, multiline=multiline)


def _written(value: JsonValue) -> str | None:
    match value:
        case list():
            return "\n".join(str(one) for one in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, indent=2)
        case _:
            return None


def _digits(value: int | float | None) -> str | None:
    """A number for Slack; nothing for one that takes too many digits, which the judge checks."""
    text = None if value is None else decimal(value)
    return text if text is None or len(text) <= _DIGITS else None


def _hint(declared: Input) -> str:
    """What is to be known before it is filled in."""
    parts = [
        "Secret: the card does not show it, but this form does, to you." if declared.secret else "",
        f"In {declared.currency}." if declared.currency else "",
        _range(declared),
        _form(declared),
        "\n".join(_numbered(_texts(declared))) if _cut(declared) else "",
    ]
    return " ".join(filter(None, parts))


def _range(declared: Input) -> str:
    least = None if declared.minimum is None else _amount(declared, declared.minimum)
    most = None if declared.maximum is None else _amount(declared, declared.maximum)
    if least and most:
        return f"From {least} to {most}."
    return f"At least {least}." if least else f"At most {most}." if most else ""


def _form(declared: Input) -> str:
    match declared.type:
        case "list":
            most = f" Up to {declared.max_length:,} of them." if declared.max_length else ""
            return f"One a line, each of them text.{most}"
        case "object":
            return 'As JSON, such as {"key": "value"}.'
        case "string" if declared.format == "plain" and (declared.max_length or 0) > TEXT_MOST:
            return f"Up to {TEXT_MOST:,} characters here."
        case _:
            return ""


def _texts(declared: Input) -> list[str]:
    """What to choose from, in words."""
    return [_named(declared, one) for one in choices(declared)]


def _named(declared: Input, value: JsonValue) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            return _amount(declared, value)
        case _:
            return one_line(str(value)) or "(empty)"


def _amount(declared: Input, value: int | float) -> str:
    if declared.format == "money":
        return money(value, None)
    return decimal(value)


def _cut(declared: Input) -> bool:
    """Whether the choices can't be told apart as they stand: one is too long, or two look alike."""
    texts = _texts(declared)
    return len(set(texts)) < len(texts) or any(length(text) > _OPTION for text in texts)


def _numbered(texts: list[str]) -> list[str]:
    return [f"{number}. {text}" for number, text in enumerate(texts, 1)]
