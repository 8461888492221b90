"""The manifest is one that Slack takes, and asks for nothing that the code does not need."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML
from slack_sdk import WebClient

from app.cli import main
from app.slack import scopes
from app.slack.manifest import manifest
from policies.loader import load_text

from .manifest_form import MANIFEST

APP = Path(__file__).parents[3] / "app"
URL = "https://countersign.example"
OF_THE_SDK = {name for name in dir(WebClient) if "_" in name.strip("_") and name[0] != "_"}
OF_THE_SDK -= {"api_call"}  # which makes the calls of all the others


def printed(*options: str, **env: str) -> str:
    unset = dict.fromkeys(("COUNTERSIGN_PUBLIC_URL", "COUNTERSIGN_COMMAND"))
    given = CliRunner().invoke(main, ["slack", "manifest", *options], env={**unset, **env})
    assert given.exit_code == 0, given.output
    return given.output


def called() -> Iterator[tuple[str, str]]:
    """Every method of Slack's that the code names, and where. The SDK writes `.` as `_`."""
    for file in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in OF_THE_SDK:
                yield node.attr.replace("_", "."), f"{file.name}:{node.lineno}"


@pytest.mark.parametrize("public_url", [URL, URL + "/", None])
def test_the_manifest_is_as_slack_demands(public_url: str | None):
    jsonschema.validate(manifest("/approvals", public_url), MANIFEST)


def test_what_slack_demands_is_checked():
    for broken in ({"command": "approvals"}, {"usage_hint": ""}, {"hint": "x"}):
        content = manifest("/approvals", URL)
        content["features"]["slash_commands"][0] |= broken
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(content, MANIFEST)


def test_over_http_everything_comes_to_one_address():
    content = manifest("/approvals", URL + "/")
    addresses = {
        content["features"]["slash_commands"][0]["url"],
        content["settings"]["event_subscriptions"]["request_url"],
        content["settings"]["interactivity"]["request_url"],
    }
    assert addresses == {URL + "/slack/events"}
    assert not content["settings"]["socket_mode_enabled"]


def test_over_socket_mode_there_is_no_address():
    content = manifest("/approvals", None)
    assert content["settings"]["socket_mode_enabled"]
    assert "http" not in str(content)


def test_yaml_and_json_say_the_same_and_yaml_says_what_each_scope_is_for():
    told = printed("--url", URL)
    content = manifest("/approvals", URL)
    assert YAML(typ="safe").load(told) == content
    assert YAML(typ="safe").load(printed("--url", URL, "--json")) == content
    for scope in content["oauth_config"]["scopes"]["bot"]:
        assert f"# {scopes.WHY[scope]}\n      - {scope}\n" in told


def test_address_and_command_come_from_the_settings():
    told = printed("--json", COUNTERSIGN_PUBLIC_URL=URL, COUNTERSIGN_COMMAND="/gate")
    content = YAML(typ="safe").load(told)
    assert content["features"]["slash_commands"][0]["command"] == "/gate"
    assert content["settings"]["interactivity"]["request_url"].startswith(URL)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "set COUNTERSIGN_PUBLIC_URL"),
        (("--url", "http://countersign.example"), "https addresses alone"),
        (("--url", "countersign.example"), "https addresses alone"),
        (("--socket", "--command", "approvals"), "write it as /approvals"),
        (("--socket", "--command", "/Approvals now"), "write it as /approvals"),
    ],
)
def test_what_slack_would_not_take_is_refused_with_what_to_write(
    options: tuple[str, ...], words: str
):
    unset = dict.fromkeys(("COUNTERSIGN_PUBLIC_URL", "COUNTERSIGN_COMMAND"))
    refused = CliRunner().invoke(main, ["slack", "manifest", *options], env=unset)
    assert refused.exit_code == 2
    assert words in " ".join(refused.output.split())


def test_every_method_that_is_called_has_its_scopes():
    found = list(called())
    assert {"chat.postMessage", "users.info", "views.open"} <= {method for method, _ in found}
    missing = [f"{method} ({at})" for method, at in found if method not in scopes.METHODS]
    assert not missing, f"say in app/slack/scopes.py what these need: {missing}"


def test_no_scope_is_asked_for_that_nothing_needs():
    methods = {method for method, _ in called()}
    used = {scope for method in methods for scope in scopes.METHODS.get(method, ())}
    assert set(scopes.needed()) == used.union(scopes.OF_FEATURES)


def test_every_scope_is_explained():
    used = {scope for needs in scopes.METHODS.values() for scope in needs}
    assert used.union(scopes.OF_FEATURES) == set(scopes.WHY)


def test_the_page_on_setting_up_explains_the_same_scopes():
    page = (APP.parent / "docs" / "slack.md").read_text()
    table = page[page.index("## What the bot may do") : page.index("Not asked for:")]
    assert set(re.findall(r"`([a-z]+:[a-z.]+|commands)`", table)) == set(scopes.needed())


def test_the_first_policy_of_that_page_can_be_used():
    page = (APP.parent / "docs" / "slack.md").read_text()
    [text] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert load_text(text.encode(), "refund.yaml").policy.policy == "refund"
