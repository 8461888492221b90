"""What a message of ours carries so that it is found again. Pure; anybody can read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CARD_EVENT = "countersign_request"
DIGEST_EVENT = "countersign_digest"
OUTCOME_EVENT = "countersign_outcome"
ABSENCE_EVENT = "countersign_absence"
NOTICE_EVENT = "countersign_notice"
"""Event types of message metadata, by which a message is found again."""

Metadata = dict[str, Any]


def of_request(event: str, request_id: str) -> Metadata:
    """What a message carries so that it is found again."""
    return {"event_type": event, "event_payload": {"request_id": request_id}}


def of_digest(request_ids: Sequence[str]) -> Metadata:
    """The same of a message that several requests share."""
    return {"event_type": DIGEST_EVENT, "event_payload": {"request_ids": list(request_ids)}}


def shown_by(metadata: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The requests that a message of ours shows, and those of them that share it."""
    match metadata:
        case {"event_type": event, "event_payload": {"request_id": str(one)}}:
            return ((one,), ()) if event == CARD_EVENT else ((), ())
        case {"event_type": event, "event_payload": {"request_ids": [*several]}}:
            ids = tuple(one for one in several if isinstance(one, str))
            return (ids, ids) if event == DIGEST_EVENT else ((), ())
    return (), ()
