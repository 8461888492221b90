"""One product per test, with eight people who may decide.

Ten channels, so that Slack's one message a second and channel is no bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.world import ANA, BEN, CHLOE, DEV, EVE, World, running

LANES = 10
JOINING = {"U0FAY00001": "fay", "U0GIL00001": "gil", "U0HAL00001": "hal"}
PEOPLE = [ANA, BEN, CHLOE, DEV, EVE, *JOINING]

_POLICY = """\
policy: lane{n}
review:
  channel: "#lane{n}"
  reviewers: [{people}]
"""


class Start(Protocol):
    def __call__(self, **env: Any) -> AbstractContextManager[World]: ...


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start a product whose policies post into ten channels and ask five people."""
    for n in range(LANES):
        text = _POLICY.format(n=n, people=", ".join(PEOPLE))
        (tmp_path / f"lane{n}.yaml").write_text(text)

    @contextmanager
    def started(**env: Any) -> Iterator[World]:
        with running(policies=(), COUNTERSIGN_POLICY_DIR=str(tmp_path), **env) as world:
            for n in range(LANES):
                world.slack.post("/api/channels", json={"name": f"lane{n}"}).raise_for_status()
            for user, name in JOINING.items():
                world.slack.post(f"/api/users/{user}", json={"name": name}).raise_for_status()
            yield world

    return started
