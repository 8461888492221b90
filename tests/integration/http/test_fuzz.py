"""Whatever is sent, the answer is one of those that are described, and none is a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes import REFUND
from tests.integration.http.door import MONITOR_KEY, Door
from tests.integration.http.world import World

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
NEARLY = st.fixed_dictionaries(
    {"title": st.text(min_size=1) | VALUES, "payload": st.dictionaries(st.text(), VALUES)},
    optional={
        name: VALUES | st.sampled_from(["default", "refund", "ana@example.com", "https://a.b/c"])
        for name in (
            "policy",
            "context",
            "signals",
            "on_behalf_of",
            "callback_url",
            "callback_on",
            "metadata",
            "idempotency_key",
            "x",
        )
    },
)
IS_JSON = {"Content-Type": "application/json"}
HEADERS = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "Prefer", "X-Request-Id", "Accept", "Content-Length-Of"]),
    st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S", "Z"])).map(str.strip),
)


def test_no_body_of_a_new_request_ends_in_a_fault_of_ours(
    door: Door, world: World, caplog: pytest.LogCaptureFixture
):
    @example(b'{"title": "t", "payload": {"\\u0000": [[], {}, -0.0, 1e-400]}}', {})
    @example(b'{"title": "t", "payload": {}, "idempotency_key": "k"}', {})
    @example(b'{"payload": {}, "title": "t", "idempotency_key": "k"}', {})
    @given(st.binary() | (NEARLY | VALUES).map(lambda value: json.dumps(value).encode()), HEADERS)
    def story(body: bytes, headers: dict[str, str]) -> None:
        before = len(world.store)
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        sent.pop("Prefer", None)  # or a lucky one waits for a minute
        answer = door.post(
            "/v1/requests", content=body, headers={"Content-Type": b"application/json", **sent}
        )
        assert answer.status_code in (201, 400, 413, 422)
        # A body that names the same idempotency key again gets the request that is there.
        new = answer.status_code == 201 and "idempotent-replayed" not in answer.headers
        assert len(world.store) == before + new

    story()
    assert "unexpected" not in caplog.text


TRIALS = st.fixed_dictionaries(
    {"payload": st.dictionaries(st.text(), VALUES) | st.just({"amount": 20})},
    optional={
        "signals": VALUES | st.just({"confidence": 0.5}),
        "draft": st.text()
        | st.text(alphabet="policy: rfundles[]{}&*!|>-'\"#\n\t 0")
        | st.builds(REFUND.decode().replace, st.sampled_from(REFUND.decode().split()), st.text()),
    },
)
REPORTS = st.fixed_dictionaries(
    {
        "signals": st.dictionaries(
            st.sampled_from(["confidence", "anomaly", "affected", "reversible"]) | st.text(),
            VALUES,
        )
    }
)


def test_no_body_of_a_trial_ends_in_a_fault_of_ours(
    door: Door, world: World, caplog: pytest.LogCaptureFixture
):
    @given(st.binary() | (TRIALS | VALUES).map(lambda value: json.dumps(value).encode()))
    def story(body: bytes) -> None:
        answer = door.post("/v1/policies/refund/explain", content=body, headers=IS_JSON)
        assert answer.status_code in (200, 400, 413, 422)
        assert len(world.store) == 0

    story()
    assert "unexpected" not in caplog.text


def test_no_body_of_a_report_ends_in_a_fault_of_ours(door: Door, caplog: pytest.LogCaptureFixture):
    opened = door.open()

    @given(st.binary() | (REPORTS | VALUES).map(lambda value: json.dumps(value).encode()))
    def story(body: bytes) -> None:
        answer = door.post(
            f"/v1/requests/{opened['id']}/signals", key=MONITOR_KEY, content=body, headers=IS_JSON
        )
        assert answer.status_code in (200, 400, 413, 422)

    story()
    assert "unexpected" not in caplog.text


def test_no_query_or_path_ends_in_a_fault_of_ours(door: Door, caplog: pytest.LogCaptureFixture):
    @given(st.text().filter(lambda text: "/" not in text), st.dictionaries(st.text(), st.text()))
    def story(request_id: str, query: dict[str, str]) -> None:
        listed = door.get("/v1/requests", params=query)
        assert listed.status_code in (200, 422)
        one = door.client.get(
            f"/v1/requests/{_quoted(request_id)}", headers={"Authorization": "Bearer csk_billing"}
        )
        assert one.status_code in (200, 404)

    story()
    assert "unexpected" not in caplog.text


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())
