"""The key that signs checkpoints (ed25519, RFC 8032), and the public half that checks them."""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import SettingsRefused

_PRIVATE, _PUBLIC = "csas_", "csap_"
_INFO = b"countersign audit key 1"


class PublicKey:
    """Checks signatures. Written as `csap_` and 32 bytes in base64url."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    @classmethod
    def of(cls, text: str) -> PublicKey:
        """Raises `SettingsRefused` for what is no such key."""
        return cls(Ed25519PublicKey.from_public_bytes(_bytes(text, _PUBLIC)))

    @property
    def text(self) -> str:
        return _PUBLIC + _encoded(self._key.public_bytes_raw())

    @property
    def id(self) -> str:
        """By which a checkpoint says who signed it: 16 hex digits."""
        return hashlib.sha256(self._key.public_bytes_raw()).hexdigest()[:16]

    def verifies(self, signature: str, signed: bytes) -> bool:
        """Whether `signature` (base64) is this key's over exactly these bytes."""
        try:
            self._key.verify(base64.b64decode(signature, validate=True), signed)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class SealingKey:
    """Signs checkpoints. Written as `csas_` and 32 bytes in base64url."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def of(cls, text: str) -> SealingKey:
        """Raises `SettingsRefused` for what is no such key."""
        return cls(_bytes(text, _PRIVATE))

    @classmethod
    def derived(cls, secret: bytes) -> SealingKey:
        """From COUNTERSIGN_SECRET (HKDF, RFC 5869), where no key of its own is set."""
        return cls(HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret))

    @classmethod
    def new(cls) -> SealingKey:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def text(self) -> str:
        return _PRIVATE + _encoded(self._key.private_bytes_raw())

    @property
    def public(self) -> PublicKey:
        return PublicKey(self._key.public_key())

    def sign(self, signed: bytes) -> str:
        """The signature, in base64."""
        return base64.b64encode(self._key.sign(signed)).decode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str, prefix: str) -> bytes:
    """The 32 bytes of a key, without a word of what was given instead."""
    try:
        raw = base64.urlsafe_b64decode(text.strip().removeprefix(prefix) + "=")
    except (binascii.Error, ValueError):
        raw = b""
    if not text.startswith(prefix) or len(raw) != 32:
        raise SettingsRefused(
            f"This is no key of the record: one begins with {prefix} and has 48 characters.",
            "Make a pair with: countersign audit key",
        )
    return raw
