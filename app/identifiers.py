"""Names that are made up here: request ids, nonces, operation ids."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o, u; in ASCII order, so that ids sort by time."""


def new_request_id(now: int) -> str:
    """`req_` and 26 characters: 48 bits of the instant (ms), 80 of chance, as in a ULID."""
    return "req_" + _base32(now, 10) + _base32(secrets.randbits(80), 16)


def new_nonce() -> str:
    """128 bits that keep a digest from being guessed from the outside."""
    return secrets.token_hex(16)


def new_operation() -> str:
    """One attempt at one commit, so that a repeat after a lost reply is known as such."""
    return secrets.token_hex(8)


def _base32(number: int, length: int) -> str:
    shifts = range(5 * (length - 1), -1, -5)
    return "".join(_ALPHABET[number >> shift & 31] for shift in shifts)
