"""Names of people, groups and conversations, told apart by their form. Pure."""

from __future__ import annotations

import re

_USER = re.compile(r"[UW][A-Z0-9]{6,20}", re.ASCII)
_GROUP = re.compile(r"S[A-Z0-9]{6,20}|@.+", re.ASCII)
_CONVERSATION = re.compile(r"[CDG][A-Z0-9]{6,20}|#.+", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def is_user(ref: str) -> bool:
    """Whether a name in a plan is a person's id."""
    return _USER.fullmatch(ref) is not None


def is_group(ref: str) -> bool:
    """Whether it is a user group: its id, or its handle as in `@finance-approvers`."""
    return _GROUP.fullmatch(ref) is not None


def is_conversation(ref: str) -> bool:
    """Whether it can be posted to as it is: the id of a conversation, or `#channel`."""
    return _CONVERSATION.fullmatch(ref) is not None


def is_direct(ref: str) -> bool:
    """Whether it is a conversation with one person alone: a direct message."""
    return ref.startswith("D") and is_conversation(ref)


def is_channel(ref: str) -> bool:
    """Whether it is one that several people may be in, and not the direct messages with one."""
    return is_conversation(ref) and not is_direct(ref)


def is_email(ref: str) -> bool:
    return _EMAIL.fullmatch(ref) is not None
