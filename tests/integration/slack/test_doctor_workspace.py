"""What the doctor says of a workspace: everything that policies name is there, or what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from app.doctor import workspace
from app.doctor.lines import Check, Line, looked_at
from app.doctor.names import Names, named
from app.domain.errors import StoreUnavailable
from app.ports import SlackNever
from app.slack.api import SlackApi
from app.slack.errors import NeedsOperator
from app.slack.inquiry import Inquiry
from app.slack.scopes import needed
from policies.loader import load_text
from policies.plan import Stage

from .conftest import ANA, BEN, BOT, CHLOE, DEV, GONE, GUEST

FINANCE = "S0FINANCE1"
EVERYONE = {"users": [ANA, BEN], "disabled": False}


@pytest.fixture
def group(slack) -> Iterator[Callable[..., None]]:
    """Changes the one group of the sandbox, and has it as it was afterwards."""

    def change(**changes: Any) -> None:
        slack.ask(f"groups/{FINANCE}", changes)

    yield change
    change(**EVERYONE)


@pytest.fixture
def scopes(slack) -> Iterator[Callable[[list[str]], None]]:
    yield lambda names: slack.ask("app", {"scopes": names})
    slack.ask("app", {"scopes": list(needed())})


def said(
    api: SlackApi, of_settings: Mapping[str, str | None] | None = None, **names: Any
) -> list[Line]:
    """The lines about these names."""
    checks = workspace.Workspace(Inquiry(api)).checks(Names(**names), of_settings or {})
    return list(looked_at(list(checks), time.monotonic() + 30))


def one(api: SlackApi, kind: str, name: str) -> Line:
    where: Any = {name: ["refund reviewers"]}
    named = Names(**{kind: where}, private={name: ["refund"]} if kind == "channels" else {})
    checks = workspace.Workspace(Inquiry(api)).checks(named, {})
    [line] = looked_at(list(checks), time.monotonic() + 30)
    return line


def enough(api: SlackApi, *stages: Stage) -> list[Line]:
    return said(api, stages={"refund": list(stages)})


def test_a_token_is_said_to_be_whose_it_is_and_its_scopes_all_that_is_needed(api, scopes):
    scopes(list(needed()))
    whose, allowed = workspace.token(Inquiry(api))
    assert (whose.level, allowed.level) == ("ok", "ok")
    assert "@countersign in Acme" in whose.words


def test_the_sandbox_allows_what_the_manifest_asks_for(api, scopes):
    scopes(list(needed()))
    assert Inquiry(api).token().scopes == frozenset(needed())


def test_a_token_that_slack_refuses_is_to_be_copied_anew(slack):
    [line] = workspace.token(Inquiry(SlackApi("xoxb-wrong", slack.api_url, 5)))
    assert (line.level, line.words) == ("mend", "Slack refuses SLACK_BOT_TOKEN (invalid_auth).")
    assert "Bot User OAuth Token" in str(line.advice)


def test_scopes_that_are_missing_or_needless_are_named(api, scopes):
    scopes([one for one in needed() if one not in ("im:write", "commands")])
    _, line = workspace.token(Inquiry(api))
    assert (line.level, line.words) == ("mend", "The token lacks commands and im:write.")
    scopes([*needed(), "admin"])
    _, line = workspace.token(Inquiry(api))
    assert line.level == "note"
    assert "admin, which nothing here uses" in line.words


@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({}, "ok", "The bot is in it"),
        ({"is_archived": True}, "mend", "archived"),
        ({"bot_in": False}, "mend", "The bot is not in it."),
        ({"is_ext_shared": True}, "mend", "People of another organisation read along"),
        ({"is_pending_ext_shared": True}, "mend", "refund may not be shown there."),
    ],
)
def test_a_channel_has_to_be_there_in_use_and_open_to_the_bot(
    slack, api, change, level, words, by_id
):
    name = f"doc-{level}-{len(words)}-{by_id}".lower()
    channel = slack.fresh_channel(name)
    slack.ask(f"channels/{channel}", {**change, "is_archived": change.get("is_archived", False)})
    line = one(api, "channels", channel if by_id else f"#{name}")
    assert line.level == level
    assert words in line.words


def test_a_shared_channel_is_no_trouble_where_every_policy_allows_it(slack, api):
    channel = slack.fresh_channel("doc-partners")
    slack.ask(f"channels/{channel}", {"is_ext_shared": True})
    [line] = said(api, channels={channel: ["refund"]})
    assert line.level == "note"
    assert "as they may (refund)" in line.words


@pytest.mark.parametrize("name", ["#nowhere", "C0NOWHERE1"])
def test_a_channel_that_is_nowhere_is_to_be_made_or_opened(api, name):
    line = one(api, "channels", name)
    assert line.level == "mend"
    assert "/invite @countersign" in str(line.advice)


@pytest.mark.parametrize("setting", ["COUNTERSIGN_ADMIN_CHANNEL", "COUNTERSIGN_AUDIT_CHANNEL"])
def test_the_channels_of_the_settings_are_looked_at_like_any_other(api, setting):
    [line] = said(api, {setting: "#nowhere", "COUNTERSIGN_UNSET": None})
    assert line.level == "mend"
    assert setting in str(line.advice)


@pytest.mark.parametrize(
    ("ref", "level", "words"),
    [
        (ANA, "ok", "Ana"),
        ("cfo@example.com", "ok", "Chloe"),
        (GUEST, "mend", "Gus is a guest"),
        (GONE, "mend", "is deactivated"),
        (BOT, "mend", "is a bot"),
        ("nobody@example.com", "mend", "Nobody who is active"),
        ("U0NOBODY01", "mend", "Nobody who is active"),
    ],
)
def test_somebody_who_is_named_has_to_be_a_full_member(api, ref, level, words):
    line = one(api, "people", ref)
    assert line.level == level
    assert words in line.words


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({}, "ok", "2 people in it"),
        ({"users": []}, "mend", "Nobody is in it"),
        ({"disabled": True}, "mend", "It is disabled"),
    ],
)
def test_a_group_has_to_be_in_use_with_people_in_it(api, group, change, level, words):
    group(**change)
    for ref in ("@finance-approvers", FINANCE):
        line = one(api, "groups", ref)
        assert line.level == level
        assert words in line.words


def test_a_group_that_is_nowhere_is_to_be_made(api):
    assert one(api, "groups", "@nobody").words.startswith("There is no such user group")


def test_a_quorum_needs_people_who_can_decide_and_one_to_spare(api, group):
    asked = Stage(reviewers=("@finance-approvers", ANA, GONE), quorum=2)
    group(users=[ANA, GUEST, GONE])
    [line] = enough(api, asked)
    assert line.level == "mend"
    assert "and 1 person can: nothing is ever approved there" in line.words
    group(users=[ANA, BEN])
    [line] = enough(api, asked)
    assert line.level == "note"
    group(users=[ANA, BEN, DEV])
    [line] = enough(api, asked, Stage(reviewers=(CHLOE, DEV)))
    assert line.level == "ok"


def test_everybody_in_a_large_group_is_not_looked_up(slack, api, group):
    crowd = [f"U0CROWD{n:03}" for n in range(40)]
    for number, user in enumerate(crowd):
        slack.ask(f"users/{user}", {"name": f"crowd{number}"})
    group(users=crowd)
    [line] = enough(api, Stage(reviewers=("@finance-approvers",), quorum=2))
    assert line.level == "ok"
    assert len(slack.calls("users.info")) == 3


def test_a_slack_that_limits_or_fails_is_a_line_of_its_own_and_asked_once(slack, api, pace):
    slack.fault("users.info", "ratelimited", retry_after="30", times=None)
    lines = said(api, people={ANA: ["refund reviewers"], BEN: ["refund reviewers"]})
    assert [line.words for line in lines] == [
        "Not looked at: Slack wants to be left alone for 30 s."
    ] * 2
    slack.begin()
    pace.holds_ms.clear()
    slack.fault("*", "http_500", times=None)
    [line] = said(api, channels={"#approvals": ["refund"]})
    assert line.words == "Slack could not be asked (HTTP 500)."


def test_a_check_that_takes_too_long_is_left_behind():
    never = threading.Event()

    def wait() -> list[Line]:
        never.wait(30)
        return []

    [line] = looked_at([Check("slow", wait)], time.monotonic())
    assert "Not looked at" in line.words
    never.set()


@pytest.mark.parametrize(
    ("failed", "advice"),
    [
        (NeedsOperator("missing_scope"), "See what is said of token and scopes above."),
        (SlackNever("plan_upgrade_required"), "User groups need a paid plan"),
        (SlackNever("team_not_found"), "Look up `team_not_found`"),
        (StoreUnavailable("The store is away.", "Start it."), "Start it."),
    ],
)
def test_whatever_a_check_fails_with_is_said_with_what_to_do(failed, advice):
    def fail() -> list[Line]:
        raise failed

    [line] = looked_at([Check("@group", fail)], time.monotonic() + 30)
    assert line.level == "mend"
    assert advice in str(line.advice)


def test_every_name_of_every_plan_is_looked_at_with_where_it_stands():
    text = b"""
policy: refund
inputs: {amount: {type: number}}
review:
  channel: "#approvals"
  reviewers: ["@finance-approvers"]
  backups: [cfo@example.com]
  sla: {escalate: 1h, expire: 1d}
  viewers: [eve@example.com]
rules:
  - id: large
    when: payload.amount > 10
    then: review
    review: {channel: "#large", reviewers: [ana@example.com, ben@example.com], quorum: 2}
    because: It is large.
"""
    names = named({"refund": load_text(text, "refund.yaml")})
    assert names.channels == {"#approvals": ["refund"], "#large": ["refund"]}
    assert names.groups == {"@finance-approvers": ["refund reviewers"]}
    assert names.people == {
        "cfo@example.com": ["refund backups"],
        "eve@example.com": ["refund viewers"],
        "ana@example.com": ["refund reviewers"],
        "ben@example.com": ["refund reviewers"],
    }
    assert {stage.quorum for stage in names.stages["refund"]} == {1, 2}
