"""The names that a card carries out to Slack and that come back with a press. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.errors import CountersignError
from app.domain.request import Place

APPROVE = "countersign_approve"
REVISE = "countersign_revise"
REJECT = "countersign_reject"
"""Action ids of the buttons."""

BUTTONS = "countersign_buttons"
"""The block that the buttons stand in."""

REVISE_FORM = "countersign_revise_form"
"""The callback id of the form that asks what should change."""

COMMENT_BLOCK = "countersign_comment"
COMMENT = "comment"
"""The form's one input: its block and its action."""

CARD_EVENT = "countersign_request"
OUTCOME_EVENT = "countersign_outcome"
NOTICE_EVENT = "countersign_notice"
"""Event types of message metadata, by which a message is found again. Anybody can read them."""

_SHOWN = re.compile(
    r"1:(?P<request>req_[0-9a-z]{26}):(?P<digest>[0-9a-f]{64})"
    r"(?::(?P<channel>[A-Z0-9]{3,30}):(?P<ts>[0-9]{1,12}\.[0-9]{1,9}))?",
    re.ASCII,
)
_USER = re.compile(r"[UW][A-Z0-9]{6,20}", re.ASCII)
_GROUP = re.compile(r"S[A-Z0-9]{6,20}|@.+", re.ASCII)
_CONVERSATION = re.compile(r"[CDG][A-Z0-9]{6,20}|#.+", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class CardUnreadable(CountersignError):
    """A button or a form that this version did not make."""

    code = "card_unreadable"


@dataclass(frozen=True)
class Shown:
    """What somebody had before them when they pressed: the request, its digest, and the card."""

    request_id: str
    digest: str
    place: Place | None = None

    def as_value(self) -> str:
        """The value of a button, or the private metadata of a form: `1:request:digest[:card]`."""
        card = (self.place.channel, self.place.ts) if self.place else ()
        return ":".join(("1", self.request_id, self.digest, *card))


def parse(value: str) -> Shown:
    """What `as_value` wrote. Raises `CardUnreadable` for anything else."""
    found = _SHOWN.fullmatch(value)
    if found is None:
        raise CardUnreadable(
            "This button can't be read any more.", "Open the newest card of this request."
        )
    channel, ts = found["channel"], found["ts"]
    place = Place(channel=channel, ts=ts) if channel else None
    return Shown(found["request"], found["digest"], place)


def is_user(ref: str) -> bool:
    """Whether a name in a plan is a person's id."""
    return _USER.fullmatch(ref) is not None


def is_group(ref: str) -> bool:
    """Whether it is a user group: its id, or its handle as in `@finance-approvers`."""
    return _GROUP.fullmatch(ref) is not None


def is_conversation(ref: str) -> bool:
    """Whether it can be posted to as it is: the id of a conversation, or `#channel`."""
    return _CONVERSATION.fullmatch(ref) is not None


def is_email(ref: str) -> bool:
    return _EMAIL.fullmatch(ref) is not None
