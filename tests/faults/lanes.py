"""One product with eight people who may decide.

Ten channels, so that Slack's one message a second and channel is no bound.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


@contextmanager
def lanes(**how: Any) -> Iterator[World]:
    """Start a product whose policies post into ten channels and ask eight people.

    `how` is what `running` takes.
    """
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        for n in range(LANES):
            text = _POLICY.format(n=n, people=", ".join(PEOPLE))
            (Path(folder) / f"lane{n}.yaml").write_text(text)
        with running(policies=(), COUNTERSIGN_POLICY_DIR=folder, **how) as world:
            for n in range(LANES):
                world.slack.post("/api/channels", json={"name": f"lane{n}"}).raise_for_status()
            for user, name in JOINING.items():
                world.slack.post(f"/api/users/{user}", json={"name": name}).raise_for_status()
            yield world


def ask_in_lane(world: World, n: int, **changes: Any) -> dict[str, Any]:
    """Open the request number `n`, in its lane."""
    return world.ask(policy=f"lane{n % LANES}", payload={"n": n}, **changes)
