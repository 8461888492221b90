"""The digest: what a reviewer saw, in 64 hexadecimal characters."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from pydantic import JsonValue


def digest(request_id: str, nonce: str, policy_hash: str, payload: dict[str, JsonValue]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of `{id, nonce, policy, payload}`, as hex.

    The nonce keeps a short secret field from being guessed out of a published digest. Raises
    `rfc8785.CanonicalizationError` for what JSON can't carry exactly: NaN, an integer past 2^53.
    """
    bound: Any = {"id": request_id, "nonce": nonce, "policy": policy_hash, "payload": payload}
    return hashlib.sha256(rfc8785.dumps(bound)).hexdigest()
