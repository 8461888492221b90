"""Blocks, elements and views: what Slack would refuse raises where it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.slack.blocks import forms, kit
from tests.slack_limits import check_blocks, check_view

LETTERS = "👍"
"""What one reader counts as one, and Slack may count as two."""

MADE: dict[str, tuple[int, Callable[[str], Any]]] = {
    "a header": (150, kit.header),
    "a section": (3_000, kit.section),
    "a text": (3_000, lambda text: kit.paragraph(kit.plain(text))),
    "a cell": (2_000, lambda text: kit.columns([kit.plain(text)])),
    "small print": (3_000, lambda text: kit.context(kit.marked(text))),
    "a button": (75, lambda text: kit.button("go", text)),
    "the value of a button": (2_000, lambda text: kit.button("go", "Go", text)),
    "an option": (75, lambda text: kit.option(text, "a")),
    "the value of an option": (150, lambda text: kit.option("A", text)),
    "what an option means": (75, lambda text: kit.option("A", "a", text)),
    "a question": (300, lambda text: kit.dialog("Sure?", text, "Yes", "No")),
    "the label of an input": (2_000, lambda text: forms.asked("a", text, {})),
    "the hint of an input": (2_000, lambda text: forms.asked("a", "A", {}, text)),
    "the title of a form": (24, lambda text: forms.modal("a", text, [kit.divider()])),
    "what a form carries": (3_000, lambda text: forms.modal("a", "A", [kit.divider()], text)),
}
HELD: dict[str, tuple[int, Callable[[list[Any]], Any]]] = {
    "cells": (10, lambda some: kit.columns([kit.plain("a") for _ in some])),
    "buttons": (25, lambda some: kit.actions("a", some)),
    "entries of a menu": (5, lambda some: kit.overflow("a", some)),
    "radio buttons": (10, lambda some: forms.choice("a", some, radio=True)),
    "options of a list": (100, lambda some: forms.choice("a", some, radio=False)),
    "blocks of a form": (100, lambda some: forms.modal("a", "A", some)),
    "blocks of a Home": (100, forms.home),
}


@pytest.mark.parametrize("what", MADE)
def test_a_text_is_as_long_as_slack_takes_and_no_longer(what):
    most, make = MADE[what]
    make("x" * most)
    for text in ("x" * (most + 1), LETTERS * (most // 2 + 1)):
        with pytest.raises(ValueError, match="Slack takes"):
            make(text)


@pytest.mark.parametrize("what", HELD)
def test_there_are_as_many_as_slack_takes_and_at_least_one(what):
    most, make = HELD[what]
    make([{}] * most)
    for some in ([], [{}] * (most + 1)):
        with pytest.raises(ValueError, match="Slack takes"):
            make(some)


def test_what_is_made_is_what_slack_takes():
    menu = kit.overflow("menu", [kit.option("A", "a", "the first")])
    sure = kit.dialog("Sure?", "It reaches far.", "Yes", "No")
    line = kit.line(kit.words("bold", "bold"), kit.words(" "), kit.link("https://a.example"))
    blocks = [
        kit.header("A title"),
        kit.section("*words*"),
        kit.paragraph(kit.plain("words"), block_id="one", accessory=kit.button("go", "Go")),
        kit.columns([kit.marked("*a*"), kit.plain("b")]),
        kit.context(kit.plain("small print")),
        kit.boxed("long\nwords"),
        kit.rich_text(line, kit.bullets([line])),
        kit.divider(),
        kit.actions("row", [kit.button("go", "Go", "1", style="primary", confirm=sure), menu]),
    ]
    check_blocks(blocks, {one["type"] for one in blocks})
    inputs = [
        forms.asked("a", "A", forms.text_input("x", 5, "words", focused=True), "hint"),
        forms.asked("b", "B", forms.url_input("x", None), optional=True),
        forms.asked("c", "C", forms.number_input("x", "1", "0", "2", decimal=True)),
        forms.asked("d", "D", forms.day_input("x", "2026-09-21")),
        forms.asked("e", "E", forms.person_input("x")),
        forms.asked("f", "F", forms.choice("x", [kit.option("A", "a")], radio=True)),
    ]
    check_view(forms.modal("form", "A form", [*blocks, *inputs], "carried", submit="Send"))
    check_view(forms.home(blocks))
