"""The forms by which people ask by hand: under which policy, and then what it wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.slack import form_ids
from app.slack.asking import Asking
from policies.schema import Input

from . import forms, inputs
from .fields import boxes
from .kit import Element, context, option, plain, section
from .text import Block, cut, one_line, shortened

TITLE_MOST, WHY_MOST = 200, 2_000
_POLICIES, _ABOUT, _HINT = 100, 75, 2_000


def choose(policies: Mapping[str, str | None], asking: Asking) -> dict[str, Any]:
    """Under which policy somebody asks, of as many as a list takes."""
    options = [_policy(name, about) for name, about in list(policies.items())[:_POLICIES]]
    left = len(policies) - len(options)
    hint = f"The first {_POLICIES} by name; {left:,} more are not in this list." if left > 0 else ""
    chosen = forms.choice(form_ids.CHOSEN, options, radio=False)
    block = forms.asked(form_ids.POLICY_BLOCK, "What is it about?", chosen, hint)
    return _view(form_ids.POLICY_FORM, "Next", asking, [block])


def ask(
    declared: Mapping[str, Input], about: str | None, title: str, asking: Asking
) -> dict[str, Any]:
    """What the policy of `asking` wants to know; `about` is what it says it is for."""
    lead = f"{asking.policy}: {one_line(about)}" if about else asking.policy
    blocks = [
        context(plain(cut(lead, _HINT, "in the policy"))),
        _title(title),
        *inputs.drawn(declared, {}),
        _why(),
        *_quoted(asking),
    ]
    return _view(form_ids.REQUEST_FORM, "Ask", asking, blocks)


def titled(text: str) -> str:
    """Text for a title: its first line, as much as fits."""
    return shortened(next(filter(str.strip, text.splitlines()), ""), TITLE_MOST)


def _policy(name: str, about: str | None) -> Element:
    described = shortened(about, _ABOUT) if about and about.strip() else None
    return option(name, name, described)


def _title(text: str) -> Block:
    element = forms.text_input(form_ids.TEXT, TITLE_MOST, text)
    hint = "In a few words, for whoever decides."
    return forms.asked(form_ids.TITLE_BLOCK, "Title", element, hint)


def _why() -> Block:
    element = forms.text_input(form_ids.TEXT, WHY_MOST, multiline=True)
    hint = "Whoever decides reads this."
    return forms.asked(form_ids.WHY_BLOCK, "Why", element, hint, optional=True)


def _quoted(asking: Asking) -> list[Block]:
    """The message from which it is asked for, which goes along."""
    if not asking.quote:
        return []
    return [section("*The message goes along*"), *boxes(asking.quote)]


def _view(callback_id: str, submit: str, asking: Asking, blocks: list[Block]) -> dict[str, Any]:
    return forms.modal(callback_id, "Ask for approval", blocks, asking.as_value(), submit=submit)
