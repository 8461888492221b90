"""A request's texts as they are kept: packed with what all say, and read back to the letter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store import packing
from app.store.packing import BODY, STATE, Packing
from tests.builders import pending

KNOWN = {
    "body": "e7cd3f25be759725eb2a9d84f6ed8b666421181a8c4fdd3b23eea4a9fe85f064",
    "state": "1dd71a0b00e0e3f784f6a88bce27e990ad85b82b0e95e212449dfcea62b91624",
}

KINDS = pytest.mark.parametrize("kind", [BODY, STATE], ids=["body", "state"])


@KINDS
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back_to_the_letter(kind: Packing, text: str):
    assert kind.unpack(kind.pack(text)) == text.encode()


@KINDS
def test_a_text_far_longer_than_the_window_does_too(kind: Packing):
    text = "".join(f"{number} " for number in range(100_000))
    assert kind.unpack(kind.pack(text)) == text.encode()


def test_what_all_of_them_say_takes_next_to_nothing():
    request = pending()
    for kind, part in ((BODY, request.body), (STATE, request.state)):
        text = part.model_dump_json(exclude_defaults=True)
        assert len(kind.pack(text)) < len(text) / 2


@pytest.mark.parametrize("kind", KNOWN)
def test_what_was_packed_by_this_form_can_be_unpacked_for_ever(kind: str):
    """`known_*.txt` are part of the stored form: what was packed with one needs this very one."""
    known = Path(packing.__file__).with_name(f"known_{kind}.txt").read_bytes()
    assert hashlib.sha256(known).hexdigest() == KNOWN[kind]


@KINDS
@pytest.mark.parametrize("spoilt", [b"", b"{}", BODY.pack("whole")[:-1], BODY.pack("whole")[1:]])
def test_what_is_not_whole_is_refused(kind: Packing, spoilt: bytes):
    with pytest.raises(ValueError, match=r"Error|too early"):
        kind.unpack(spoilt)
