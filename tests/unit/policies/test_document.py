"""Reading YAML strictly: one meaning for each file, and bounded work for hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.document import DocumentError, Mark, read_document


def place(raw: bytes) -> tuple[int, int]:
    """Where a text is refused, and (1, 1) when it is read."""
    try:
        read_document(raw)
    except DocumentError as error:
        return error.line, error.column
    return 1, 1


def refusal(raw: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_document(raw)
    return caught.value


def test_words_are_text_and_a_leading_zero_is_no_octal():
    data = read_document(b"a: no\nb: 010\nc: on\nd: 2026-01-01\ne: 1.5\nf: true\ng: '5'\n").data
    assert data == {
        "a": "no", "b": 10, "c": "on", "d": "2026-01-01", "e": 1.5, "f": True, "g": "5",
    }  # fmt: skip


def test_every_value_and_key_knows_its_place():
    read = read_document(b"rules:\n  - id: a\n    when: 'b < 3'\n")
    assert read.mark(("rules", 0, "when")) == Mark(3, 11, 12)
    assert read.key_mark(("rules", 0, "when")) == Mark(3, 5, 5)


def test_a_path_that_is_not_there_has_the_place_of_what_is_around_it():
    read = read_document(b"a: 1\nreview:\n  channel: x\n")
    assert read.mark(("review", "reviewers")) == Mark(3, 3)


@pytest.mark.parametrize(
    ("raw", "line", "column", "message"),
    [
        (b"a: 1\na: 2\n", 2, 1, "second time"),
        (b"a: {b: 1, b: 2}\n", 1, 11, "second time"),
        (b"a: &x [1]\nb: *x\n", 1, 4, "write the value out"),
        (b"a: *x\n", 1, 4, "write the value out"),
        (b"when: !signals.reversible\n", 1, 7, "quote such text"),
        (b"a: !!python/object:os.system x\n", 1, 4, "tags are not used"),
        (b"%YAML 1.1\n---\na: no\n", 2, 1, "begins with %"),
        (b"a: 1\n---\nb: 2\n", 2, 1, "second document"),
        (b"a:\n\tb: 1\n", 2, 1, "indent with spaces"),
        (b"channel: #approvals\n", 1, 1, "needs quotes"),
        (b"reviewers: [@finance]\n", 1, 13, "needs quotes"),
        (b"rule: {when: a[0] == 1, then: b}\n", 1, 15, "needs quotes"),
        (b"because: a: b\n", 1, 11, "in quotes"),
        (b"a: caf\xe9\n", 1, 7, "UTF-8"),
        (b"a: 1\nb: x\x00y\n", 2, 5, "control character"),
        (b'a: "\\ud800"\n', 1, 4, "half a character"),
        (b'a: "\\U00110000"\n', 1, 1, "not YAML"),
        (b"? [a]\n: b\n", 1, 3, "name before the colon"),
        (b"a: 'x\n", 2, 1, "not YAML"),
        (b"", 1, 1, "empty"),
        (b"# nothing\n", 1, 1, "empty"),
        ("policy: a".encode("utf-16"), 1, 1, "UTF-8"),
    ],
)
def test_what_could_be_misread_is_refused_with_its_place(raw, line, column, message):
    error = refusal(raw)
    assert (error.line, error.column) == (line, column)
    assert message in str(error)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 200_000,
        b"{a: " * 60_000,
        b"- " * 100_000,
        b"".join(b" " * depth + b"a:\n" for depth in range(700)),
        b"a: [" + b"1," * 120_000 + b"]",
        b"".join(b"k%d: 1\n" % number for number in range(25_000)),
        b"a: &a [x,x]\n" + b"".join(b"k%d: &k%d [*a,*a]\n" % (n, n) for n in range(9_000)),
    ],
    ids=["flow", "maps", "blocks", "indents", "long list", "many keys", "aliases"],
)
def test_deep_long_and_growing_files_are_given_up_early(raw):
    assert refusal(raw).line <= 10_001


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_any_bytes_at_all_are_read_or_refused_with_a_place(raw):
    assert place(raw) >= (1, 1)


YAML_PIECES = st.sampled_from(
    ["a", ": ", "- ", "[", "]", "{", "}", "\n", "  ", "'", '"', "\\", "|", ">", "&", "*", "!", "%",
     "#", "? ", "---\n", "...\n", "<<", ",", "\t", "\x85", "\u2028", "\ufeff", "0", "~"]
)  # fmt: skip


@given(st.lists(YAML_PIECES, max_size=40).map("".join))
def test_any_mixture_of_yaml_signs_is_read_or_refused(text):
    assert place(text.encode()) >= (1, 1)
