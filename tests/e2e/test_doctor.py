"""`countersign doctor` beside a running product: all is well, or what is wrong is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.world import APPROVALS, World, running

pytestmark = pytest.mark.timeout(180)


def examined(world: World, **env: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit status, and the lines by what they are about."""
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "doctor", "--json"],
        env=os.environ | world.stack.env() | env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, {line["about"]: line for line in json.loads(done.stdout)}


def to_mend(lines: dict[str, dict[str, Any]]) -> set[str]:
    assert all(line["advice"] for line in lines.values() if line["level"] == "mend")
    return {about for about, line in lines.items() if line["level"] == "mend"}


def test_nothing_is_to_be_mended_where_all_is_well(world: World):
    status, lines = examined(world)
    assert (status, to_mend(lines)) == (0, set())
    assert {"settings", "redis", "clock", "workers", "policies", "token", "scopes"} <= lines.keys()
    assert {"web", "request URL", "#approvals", "@finance-approvers"} <= lines.keys()


def test_it_is_printed_for_people_with_its_end_in_words(world: World):
    told = world.operator("doctor")
    assert "ok    redis" in told
    assert told.splitlines()[-1].endswith("all is well.")


@pytest.mark.parametrize(
    ("env", "wrong"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-of-somebody-else"}, {"token"}),
        ({"SLACK_SIGNING_SECRET": "of another app"}, {"request URL"}),
        ({"COUNTERSIGN_PUBLIC_URL": "http://127.0.0.1:9"}, {"web", "request URL"}),
        ({"SLACK_APP_TOKEN": "xapp-of-somebody-else"}, {"Socket Mode"}),
        ({"COUNTERSIGN_ADMIN_CHANNEL": "#nowhere"}, {"#nowhere"}),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, {"redis"}),
        ({"COUNTERSIGN_POLICY_DIR": "/nowhere"}, {"policies"}),
        ({"COUNTERSIGN_SECRET": "short"}, {"settings"}),
    ],
)
def test_a_setting_that_is_wrong_is_found_by_what_it_breaks(
    world: World, env: dict[str, str], wrong: set[str]
):
    status, lines = examined(world, **env)
    assert (status, to_mend(lines)) == (1, wrong)


def test_an_archived_channel_is_found(world: World):
    archive = {"is_archived": True}
    world.slack.post(f"/api/channels/{APPROVALS}", json=archive).raise_for_status()
    status, lines = examined(world)
    world.slack.post(f"/api/channels/{APPROVALS}", json={"is_archived": False}).raise_for_status()
    assert (status, to_mend(lines)) == (1, {"#approvals"})


def test_a_slack_that_is_down_is_a_finding(world: World):
    world.fault(method="*", kind="http_500", times=None)
    status, lines = examined(world)
    assert status == 1
    assert "token" in to_mend(lines)


def test_over_socket_mode_a_connection_is_what_counts():
    with running(app_token="xapp-1-sandbox") as world:
        status, lines = examined(world)
        assert (status, to_mend(lines)) == (0, set())
        assert lines["Socket Mode"]["level"] == "ok"
        assert "request URL" not in lines
