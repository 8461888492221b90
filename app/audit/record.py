"""The form of the sealed record: entries that chain, and checkpoints over the chain. Pure.

A line of an export is the entry's own bytes and its hash, so that nothing has to be written anew,
in some canonical form, to check it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

FORM = 1
"""Version of what is written here; it is in the header of every export."""

NOTHING = "0" * 64
"""The hash before the first entry, and before the first checkpoint."""

_SIGNED = b"countersign checkpoint 1\n"
_HASH = ',"hash":"'


@dataclass(frozen=True)
class Entry:
    """One event of the stream: its number from 1, its id there, and its JSON text as it stands."""

    seq: int
    id: str
    event: str

    @property
    def body(self) -> str:
        """The bytes that a line of an export shows."""
        return f'{{"seq":{self.seq},"id":"{self.id}","event":{self.event}}}'

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hex: what stands for it where it is left out of an export."""
        return hashlib.sha256(self.body.encode()).hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """What the chain was at one instant (`at_ms`, by the store's clock).

    `seq`, `id` and `hash` are those of the last entry; `previous` is the hash of the checkpoint
    before, so that of these none can be left out either.
    """

    seq: int
    id: str
    hash: str
    at_ms: int
    previous: str

    @property
    def text(self) -> str:
        return json.dumps(
            {
                "seq": self.seq,
                "id": self.id,
                "hash": self.hash,
                "at_ms": self.at_ms,
                "previous": self.previous,
            },
            separators=(",", ":"),
        )

    @property
    def signed(self) -> bytes:
        """What is signed: the text, behind what says that it is a checkpoint and nothing else."""
        return _SIGNED + self.text.encode()

    @property
    def own_hash(self) -> str:
        """What the next checkpoint has as `previous`."""
        return hashlib.sha256(self.signed).hexdigest()


def link(before: str, entry: Entry) -> str:
    """The hash of an entry: over the hash before it, and the hash of its own bytes."""
    return link_over(before, entry.digest)


def link_over(before: str, digest: str) -> str:
    """The same of an entry of which only the digest is shown; SHA-256, in hex."""
    return hashlib.sha256(f"{before}\n{digest}".encode()).hexdigest()


def entry_line(entry: Entry, its_hash: str) -> str:
    """One line of an export, without its end."""
    return f'{entry.body[:-1]}{_HASH}{its_hash}"}}'


def omitted_line(seq: int, digest: str, its_hash: str) -> str:
    """The line of an entry that a chosen export leaves out, which keeps the chain whole."""
    return f'{{"seq":{seq},"omitted":"{digest}"{_HASH}{its_hash}"}}'


def checkpoint_line(checkpoint: Checkpoint, key_id: str, signature: str) -> str:
    """One line of an export or of a file of checkpoints; `signature` is in base64."""
    beside = f'"key":"{key_id}","signature":"{signature}"'
    return f'{{"checkpoint":{checkpoint.text},{beside}}}'
