"""A folder of policies to write into, and a policy built from a few lines of YAML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from policies.loader import LoadedPolicy, PolicyErrors, Problem, load_folder

REVIEW = 'review: {channel: "#approvals", reviewers: ["@finance-approvers"]}\n'


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], LoadedPolicy]:
    """Loads a policy named `tried` from the YAML after its `policy:` and `review:` keys."""

    def load_policy(rest: str) -> LoadedPolicy:
        (tmp_path / "tried.yaml").write_text(f"policy: tried\n{REVIEW}{dedent(rest)}")
        return load_folder(tmp_path)["tried"]

    return load_policy


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[str | bytes], tuple[Problem, ...]]:
    """Everything that is wrong with a file of this text."""

    def problems_of(text: str | bytes) -> tuple[Problem, ...]:
        raw = dedent(text).encode() if isinstance(text, str) else text
        (tmp_path / "tried.yaml").write_bytes(raw)
        with pytest.raises(PolicyErrors) as caught:
            load_folder(tmp_path)
        return caught.value.problems

    return problems_of
