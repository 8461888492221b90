"""Alerts, runbook and metrics agree: each alert has a row, each metric that is named exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from app.http.metrics import exposition
from tests.fakes import FakeHealth, FakeStore

DOCS = Path(__file__).parents[3] / "docs"
_METRIC = re.compile(r"countersign_[a-z_]+")
_ROW = re.compile(r'^\| <a id="(\w+)"></a>`(\w+)` \| `([^`]+)`(?: for (\w+))? \|(.*)\|$', re.M)

RUNBOOK = (DOCS / "runbook.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = YAML(typ="safe").load(DOCS / "alerts.yaml")["groups"][0]["rules"]
ROWS = {name: (anchor, *told) for anchor, name, *told in _ROW.findall(RUNBOOK)}


@pytest.fixture(scope="module")
def exposed() -> set[str]:
    """The name of every sample of a scrape."""
    text = exposition(FakeHealth(FakeStore()).figures()).decode()
    families = list(text_string_to_metric_families(text))
    return {one.name for family in families for one in family.samples}


def test_each_alert_has_a_row_and_each_row_its_alert():
    assert sorted(ROWS) == sorted(rule["alert"] for rule in RULES)
    assert len(RULES) == len({rule["alert"] for rule in RULES})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_and_its_row_say_the_same(rule: dict[str, Any]):
    anchor, when, lasting, rest = ROWS[rule["alert"]]
    assert when == rule["expr"]
    assert lasting == rule.get("for", "")
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{anchor}"
    assert all(cell.strip() for cell in rest.split("|")), "what it means, where to look, what to do"
    assert rule["labels"]["severity"] in ("critical", "warning", "info")


@pytest.mark.parametrize("page", ["alerts.yaml", "runbook.md", "auditing.md", "operating.md"])
def test_every_metric_that_a_page_names_is_exposed(page: str, exposed: set[str]):
    named = set(_METRIC.findall((DOCS / page).read_text(encoding="utf-8")))
    assert named - exposed - _FAMILIES == set()


_FAMILIES = {"countersign_decision_seconds"}
"""A histogram is called by its family; its samples have endings."""


def test_every_metric_is_described(exposed: set[str]):
    described = set(_METRIC.findall((DOCS / "auditing.md").read_text(encoding="utf-8")))
    ended = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed}
    assert ended - described == set()
