"""Prefer and Accept, as clients write them."""

from __future__ import annotations

import pytest

from app.http.preferences import wait_s, wants_csv


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ([], None),
        (["wait=25"], 25),
        (["wait=0"], 0),
        (["Wait = 25"], 25),
        (['wait="25"'], 25),
        (["respond-async, wait=10; strict"], 10),
        (["respond-async", "wait=10"], 10),
        (["wait=5, wait=50"], 5),
        (["wait=61"], 60),
        (["wait=999999999"], 60),
        (["wait=-1"], None),
        (["wait=soon"], None),
        (["waiting=5"], None),
        (["wait=" + "9" * 5000], None),
    ],
)
def test_prefer_wait_is_read_and_what_can_not_be_read_is_ignored(
    prefer: list[str], seconds: int | None
):
    assert wait_s(prefer) == seconds


@pytest.mark.parametrize(
    ("accept", "csv"),
    [
        ([], False),
        (["*/*"], False),
        (["text/csv"], True),
        (["Text/CSV; header=present"], True),
        (["text/plain", "text/csv"], True),
        (["text/csv, application/json"], False),
    ],
)
def test_csv_is_given_where_it_is_named_and_json_is_not(accept: list[str], csv: bool):
    assert wants_csv(accept) is csv
