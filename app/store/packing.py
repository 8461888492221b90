"""The texts of a request as they are kept: deflated, since all say much the same.

What never repeats, such as digests, stays as large as it is; of all else little is left.
"""

from __future__ import annotations

import zlib
from pathlib import Path

_FOLDER = Path(__file__).parent


class Packing:
    """Packs one kind of text. What many of them say is `known_{kind}.txt`, the commonest last.

    That is a preset dictionary (RFC 1950, 2.2): what was packed with one can't be unpacked with
    another, so that it never changes. `FORM` goes up with a new one, and this one stays, to read
    what is there.
    """

    def __init__(self, kind: str) -> None:
        self._known = (_FOLDER / f"known_{kind}.txt").read_bytes()

    def pack(self, text: str) -> bytes:
        """A text as it is kept."""
        deflate = zlib.compressobj(zdict=self._known)
        return deflate.compress(text.encode()) + deflate.flush()

    def unpack(self, packed: bytes) -> bytes:
        """The text again, in UTF-8. Raises `ValueError` for what is none that was packed here."""
        inflate = zlib.decompressobj(zdict=self._known)
        try:
            text = inflate.decompress(packed)
        except zlib.error as error:
            raise ValueError(str(error)) from None
        if not inflate.eof:
            raise ValueError("it ends too early")
        return text


BODY, STATE = Packing("body"), Packing("state")
