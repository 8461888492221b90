"""What every test shares: Hypothesis profiles, and one test at a time where processes start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

FOLDERS_THAT_START_PROCESSES = ("e2e", "faults", "browser")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests that start processes wait for most of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in FOLDERS_THAT_START_PROCESSES and not item.get_closest_marker("xdist_group"):
            group = item.path.stem if folder == "faults" else folder  # they take the longest
            item.add_marker(pytest.mark.xdist_group(group))
