"""What an approval that must not slip takes: a second press, or the value of a field typed."""

from __future__ import annotations

from app.domain.confirming import DIGEST, LONGEST, field, typable
from app.domain.request import Request
from app.slack import ids
from policies.plan import ReviewPlan

from . import brief, fields, forms, kit
from .kit import Element, paragraph, plain
from .text import Block, cut

_TITLE, _TEXT = 100, 300
"""What Slack takes of a title and of a text."""

_LABEL, _TYPED = 75, 3_000
"""What is shown of a label, and what Slack takes of an input."""

_SURE = "It reaches far: look once more."


def dialog(request: Request, label: str) -> Element:
    """`label` is what the button says."""
    title = cut(f"{label}: are you sure?", _TITLE, "on the card")
    about = brief.about(request, _TEXT - len(_SURE) - 2)
    return kit.dialog(title, f"{about}\n{_SURE}", confirm="Approve", deny="Not yet")


def typed(request: Request) -> list[Block]:
    """The value that has to be typed to approve, and where to type it; nothing where none has."""
    plan = request.plan
    if plan is None or plan.confirm is None:
        return []
    label, value = wanted(request, plan)
    element = forms.text_input(ids.TYPED, _TYPED, focused=True)
    question = f"To approve, type the {label}"
    hint = "As it stands above. Anything else approves nothing."
    return [
        paragraph(plain(f"{label}: {value}")),
        forms.asked(ids.CONFIRM_BLOCK, question, element, hint),
    ]


def wanted(request: Request, plan: ReviewPlan) -> tuple[str, str]:
    """What has to be typed, and its name: the value, or the digest of one that nobody can type."""
    known = field(request, plan)
    [row, *_] = fields.rows((known,), request.payload)
    label = cut(row.label, _LABEL, "on the card")
    if known.name in request.payload and not typable(request.payload[known.name]):
        return f"first {DIGEST} characters of the digest", request.digest[:DIGEST]
    return label, cut(row.value, LONGEST, "on the card")
