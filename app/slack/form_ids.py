"""The names in the forms that ask by hand and that approve with edits. Pure."""

from __future__ import annotations

import hashlib
import json

from pydantic import JsonValue

from . import ids

EDIT = "countersign_edit"
EDIT_FORM = "countersign_edit_form"
CHOICE_BLOCK = "countersign_choice"
"""Approve with edits: what the form remembers it was opened by, its callback id, its choices."""

REQUEST = "countersign_request"
REQUEST_FROM_MESSAGE = "countersign_request_from_message"
"""The callback ids of the shortcuts by which people ask by hand."""

POLICY_FORM, REQUEST_FORM = "countersign_policy_form", "countersign_request_form"
POLICY_BLOCK, TITLE_BLOCK, WHY_BLOCK = "countersign_policy", "countersign_title", "countersign_why"
"""The forms for that, one to choose the policy in and one to ask, and their inputs."""

TEXT, CHOSEN = "text", "chosen"
"""Actions of inputs that are written into, and of those that are chosen in."""


def asking_block(callback_id: str) -> str:
    """The input of a form that what is wrong with it is written beside."""
    forms = {
        ids.HAND_OVER_FORM: ids.PERSON_BLOCK,
        ids.AWAY_FORM: ids.PERSON_BLOCK,
        POLICY_FORM: POLICY_BLOCK,
        REQUEST_FORM: TITLE_BLOCK,
    }
    return forms.get(callback_id, ids.COMMENT_BLOCK)


def input_block(name: str) -> str:
    """The block of a form in which the policy's input of that name stands."""
    return f"countersign_input:{name}"


def option(value: JsonValue) -> str:
    """The value of an option that stands for `value`; another version of a policy can't move it."""
    written = json.dumps(value, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:32]
