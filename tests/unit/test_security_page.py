"""The page of threats points at tests and rows that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))
ROWS = sorted(set(re.findall(r"(?<!\*)\*([^*\n|]+)\*(?!\*)", PAGE)) - {"italics"})


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_test_that_it_names_is_there(path: str, test: str):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert f"def {test or 'test_'}" in text


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_fault_table_that_it_names_is_there(row: str):
    folder = ROOT / "tests" / "faults" / "rows"
    named = "".join(one.read_text(encoding="utf-8") for one in folder.glob("*.py"))
    assert f'"{row.removesuffix("…").strip()}' in named


def test_every_row_of_threats_says_what_shows_it():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    assert [row for row in rows if not row.rsplit("|", 2)[1].strip()] == []
