"""Signing by Standard Webhooks 1.0 (v1, HMAC-SHA256). Pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)
_MASTER_BYTES = 32
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def secret_for(master: bytes, client: str, generation: int) -> str:
    """A client's callback secret, derived from `master` (32 bytes or more), so that none is stored.

    Raising `generation` rotates it; during a rotation both generations sign.
    """
    if len(master) < _MASTER_BYTES:
        raise ValueError(f"the master key must have {_MASTER_BYTES} bytes or more")
    # A number has no line break: no other client and generation can spell the same label.
    label = f"countersign callback secret v1\n{generation:d}\n{client}".encode()
    return _PREFIX + b64encode(hmac.digest(master, label, "sha256")).decode()


def headers(
    message_id: str, timestamp_s: int, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """The three headers of one attempt at unix second `timestamp_s`, one signature per secret.

    Raises ValueError for a secret or an id that the specification does not allow.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        # A dot in it would make the signed content ambiguous.
        raise ValueError("a message id is 1 to 128 letters, digits, _ and -")
    if not secrets:
        raise ValueError("at least one secret must sign")
    content = b"%b.%d.%b" % (message_id.encode(), timestamp_s, body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(_signature(_key(secret), content) for secret in secrets),
    }


def _signature(key: bytes, content: bytes) -> str:
    return "v1," + b64encode(hmac.digest(key, content, "sha256")).decode()


def _key(secret: str) -> bytes:
    """The bytes of a `whsec_` secret. No message of this function repeats any part of it."""
    if not secret.startswith(_PREFIX):
        raise ValueError("a callback secret begins with whsec_")
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a callback secret is whsec_ and base64") from None
    if len(key) not in _KEY_BYTES:
        raise ValueError("a callback secret holds 24 to 64 bytes")
    return key
