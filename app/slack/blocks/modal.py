"""The form that asks what should change before a request can be asked again."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import ContextBlock, InputBlock, PlainTextInputElement, SectionBlock
from slack_sdk.models.views import View

from app.domain.request import Request
from app.slack import ids
from policies.plan import Outcome

from . import phrases
from .text import cut, plain

COMMENT_MOST = 2_000
"""The longest comment, in characters; Slack's input takes up to 3,000."""

_TITLE, _EFFECT = 300, 500


def revise(request: Request, shown: ids.Shown) -> dict[str, Any]:
    """A view for views.open. What was shown on the card travels in it, as ids and digest."""
    effects = dict(request.body.evaluation.summary.buttons)
    effect = effects.get(Outcome.REVISE, "").strip() or "Nothing is done; it can be asked again."
    title = cut(phrases.title(request), _TITLE, "on the card")
    comment = PlainTextInputElement(
        action_id=ids.COMMENT, multiline=True, max_length=COMMENT_MOST, focus_on_load=True
    )
    view = View(
        type="modal",
        callback_id=ids.REVISE_FORM,
        private_metadata=shown.as_value(),
        title=plain("Ask for changes"),
        submit=plain("Send"),
        close=plain("Cancel"),
        blocks=[
            SectionBlock(text=plain(title)),
            ContextBlock(elements=[plain(cut(effect, _EFFECT, "in the policy"))]),
            InputBlock(
                block_id=ids.COMMENT_BLOCK,
                label=plain("What should change?"),
                element=comment,
                hint=plain(f"The requester reads this. Up to {COMMENT_MOST:,} characters."),
            ),
        ],
    )
    return view.to_dict()
