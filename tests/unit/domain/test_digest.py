"""The digest binds exactly what it should."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.digest import digest
from tests.builders import HASH

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.randoms())
def test_a_digest_does_not_depend_on_the_order_of_keys(payload, random):
    keys = list(payload)
    random.shuffle(keys)
    shuffled = {key: payload[key] for key in keys}
    assert digest("r", "n", HASH, payload) == digest("r", "n", HASH, shuffled)


@given(st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=4), st.data())
def test_a_digest_changes_with_anything_that_it_binds(payload, data):
    key = data.draw(st.sampled_from(sorted(payload)))
    other = data.draw(JSON.filter(lambda value: repr(value) != repr(payload[key])))
    bound = digest("r", "n", HASH, payload)
    assert bound != digest("r", "n", HASH, {**payload, key: other})
    assert bound != digest("r2", "n", HASH, payload)
    assert bound != digest("r", "n2", HASH, payload)
    assert bound != digest("r", "n", "sha256:1", payload)
