"""The forms by which people ask by hand: under which policy, and then what it wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from app.slack import form_ids
from app.slack.asking import Asking
from policies.schema import Input

from . import inputs
from .fields import boxes
from .text import cut, one_line, plain, section, shortened

TITLE_MOST, WHY_MOST = 200, 2_000
_POLICIES, _ABOUT, _HINT = 100, 75, 2_000


def choose(policies: Mapping[str, str | None], asking: Asking) -> dict[str, Any]:
    """Under which policy somebody asks, of as many as a list takes."""
    options = [_policy(name, about) for name, about in list(policies.items())[:_POLICIES]]
    left = len(policies) - len(options)
    hint = f"The first {_POLICIES} by name; {left:,} more are not in this list." if left > 0 else ""
    block = InputBlock(
        block_id=form_ids.POLICY_BLOCK,
        label=plain("What is it about?"),
        element=StaticSelectElement(action_id=form_ids.CHOSEN, options=options),
        hint=plain(hint) if hint else None,
    )
    return _view(form_ids.POLICY_FORM, "Next", asking, [block])


def ask(
    declared: Mapping[str, Input], about: str | None, title: str, asking: Asking
) -> dict[str, Any]:
    """What the policy of `asking` wants to know; `about` is what it says it is for."""
    lead = f"{asking.policy}: {one_line(about)}" if about else asking.policy
    blocks = [
        ContextBlock(elements=[plain(cut(lead, _HINT, "in the policy"))]),
        _title(title),
        *inputs.drawn(declared, {}),
        _why(),
        *_quoted(asking),
    ]
    return _view(form_ids.REQUEST_FORM, "Ask", asking, blocks)


def titled(text: str) -> str:
    """Text for a title: its first line, as much as fits."""
    return shortened(next(filter(str.strip, text.splitlines()), ""), TITLE_MOST)


def _policy(name: str, about: str | None) -> Option:
    described = inputs.option(about, name).text if about and about.strip() else None
    return Option(text=plain(name), value=name, description=plain(described) if described else None)


def _title(text: str) -> Block:
    return InputBlock(
        block_id=form_ids.TITLE_BLOCK,
        label=plain("Title"),
        element=PlainTextInputElement(
            action_id=form_ids.TEXT, initial_value=text or None, max_length=TITLE_MOST
        ),
        hint=plain("In a few words, for whoever decides."),
    )


def _why() -> Block:
    return InputBlock(
        block_id=form_ids.WHY_BLOCK,
        label=plain("Why"),
        element=PlainTextInputElement(action_id=form_ids.TEXT, multiline=True, max_length=WHY_MOST),
        hint=plain("Whoever decides reads this."),
        optional=True,
    )


def _quoted(asking: Asking) -> list[Block]:
    """The message from which it is asked for, which goes along."""
    if not asking.quote:
        return []
    return [section("*The message goes along*"), *boxes(asking.quote)]


def _view(callback_id: str, submit: str, asking: Asking, blocks: list[Block]) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=callback_id,
        private_metadata=asking.as_value(),
        title=plain("Ask for approval"),
        submit=plain(submit),
        close=plain("Cancel"),
        blocks=blocks,
    ).to_dict()
