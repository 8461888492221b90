"""The question before an approval that reaches far: what will be approved, in a few words."""

from __future__ import annotations

from slack_sdk.models.blocks import ConfirmObject

from app.domain.request import Request

from . import brief
from .text import cut, plain

_TITLE, _TEXT = 100, 300
"""What Slack takes of a title and of a text."""

_SURE = "It reaches far: look once more."


def dialog(request: Request, label: str) -> ConfirmObject:
    """`label` is what the button says."""
    title = cut(f"{label}: are you sure?", _TITLE, "on the card")
    about = brief.about(request, _TEXT - len(_SURE) - 2)
    return ConfirmObject(
        title=plain(title),
        text=plain(f"{about}\n{_SURE}"),
        confirm=plain("Approve"),
        deny=plain("Not yet"),
    )
