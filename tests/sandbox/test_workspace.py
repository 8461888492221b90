from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.workspace import Workspace
from tests.sandbox.conftest import Clock, Slack, section


def test_the_state_file_brings_everything_lasting_back(slack: Slack, tmp_path: Path) -> None:
    ts = slack.post(section())["ts"]
    slack.post(section(), channel="U0ANA00001")
    slack.page("channels", name="refunds")
    slack.call("views.publish", user_id="U0ANA00001", view={"type": "home", "blocks": []})
    slack.call("chat.postEphemeral", channel="C0APPROVAL", user="U0ANA00001", text="only you")
    before, file = slack.sandbox.workspace, tmp_path / "state.json"
    before.save(file)
    after = Workspace(Clock(now=0))
    after.load(file)
    assert list(after.messages["C0APPROVAL"]) == [ts]
    assert after.channels == before.channels
    assert after.homes == before.homes
    assert float(after.next_ts()) > float(ts)
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"version": 1}', "null"])
def test_a_file_of_something_else_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"state\.json is not a sandbox state file"):
        Workspace().load(file)


def test_a_ts_is_never_given_twice() -> None:
    workspace = Workspace(Clock())
    assert len({workspace.next_ts() for _ in range(1_000)}) == 1_000
