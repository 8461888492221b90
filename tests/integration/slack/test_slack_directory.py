"""People, groups and conversations, looked up in the sandbox Slack."""

from __future__ import annotations

import threading

import pytest

from app.ports import SlackAgain
from app.slack.answers import Identity

from .conftest import ANA, BEN, BOT, CHLOE, DEV, EVE, GONE, GUEST, until

FINANCE, FINANCE_ID = "@finance-approvers", "S0FINANCE1"


def test_a_person_comes_with_name_address_and_the_groups_of_the_plan(directory):
    ana = directory.person(ANA, [FINANCE, FINANCE_ID, "@nobody", "ben@example.com"], None)
    assert (ana.id, ana.name, ana.email) == (ANA, "Ana", "ana@example.com")
    assert ana.standing == "trusted"
    assert ana.groups == {FINANCE, FINANCE_ID}


def test_somebody_in_no_group_is_trusted_and_in_none(directory):
    eve = directory.person(EVE, [FINANCE], None)
    assert (eve.standing, eve.groups) == ("trusted", frozenset())


@pytest.mark.parametrize(
    ("user", "standing"),
    [(GUEST, "guest"), (GONE, "deactivated"), (BOT, "bot"), ("U0NOBODY01", "unverified")],
)
def test_others_are_known_for_what_they_are(directory, user, standing):
    assert directory.person(user, [FINANCE], None).standing == standing


def test_somebody_of_another_workspace_is_a_stranger(directory, api):
    api._identity = Identity(team_id="T0ANOTHER", bot_id="B0CSBOT001")
    assert directory.person(ANA, [], None).standing == "stranger"


def test_a_second_look_within_a_minute_asks_nobody(slack, directory, cache):
    first = directory.person(ANA, [FINANCE], None)
    asked = len(slack.ask("calls"))
    assert directory.person(ANA, [FINANCE], None) == first
    assert len(slack.ask("calls")) == asked
    assert cache.fresh_s == {60}


def test_people_who_are_remembered_are_told_in_one_trip_and_on_no_thread(
    directory, api, cache, monkeypatch
):
    asked = ([ANA, BEN], [FINANCE, FINANCE_ID, "@nobody"], "ana@example.com")
    first = directory.persons(*asked)
    monkeypatch.setattr(api, "bounded", lambda *_: pytest.fail("Slack is asked"))
    cache.trips = 0
    assert directory.persons(*asked) == first
    assert cache.trips == 1


def test_a_handle_that_is_another_groups_by_now_has_the_people_of_that_one(directory, cache):
    assert directory.person(ANA, [FINANCE], None).groups == {FINANCE}
    cache.put(f"slack:in:{FINANCE}", '["S0ANOTHER1", ["U0EVE00001"]]', 60)
    assert directory.person(ANA, [FINANCE], None).groups == {FINANCE}
    assert directory.person(EVE, [FINANCE], None).groups == frozenset()


def test_what_is_forgotten_is_asked_again(slack, directory, cache):
    assert directory.person(EVE, [], None).standing == "trusted"
    slack.ask(f"users/{EVE}", {"deleted": True})
    cache.kept.clear()
    try:
        assert directory.person(EVE, [], None).standing == "deactivated"
    finally:
        slack.ask(f"users/{EVE}", {"deleted": False})


def test_a_cache_full_of_nonsense_is_not_believed(directory, cache):
    directory.person(ANA, [FINANCE], None)
    for key in cache.kept:
        cache.kept[key] = '{"standing": "trusted", "id": 7}'
    ana = directory.person(ANA, [FINANCE], None)
    assert (ana.name, ana.groups) == ("Ana", {FINANCE})


@pytest.mark.parametrize("method", ["users.info", "usergroups.list", "usergroups.users.list"])
@pytest.mark.parametrize("kind", ["http_500", "ratelimited", "error", "drop_reply"])
def test_any_look_up_that_fails_leaves_somebody_unverified_for_now(
    slack, directory, pace, method, kind
):
    slack.fault(method, kind, error="missing_scope", times=1)
    assert directory.person(ANA, [FINANCE], None).standing == "unverified"
    pace.holds_ms.clear()  # as time does
    assert directory.person(ANA, [FINANCE], None).standing == "trusted"


def test_a_slow_slack_leaves_somebody_unverified_in_time(slack, directory, monkeypatch):
    monkeypatch.setattr("app.slack.directory._PERSON_S", 0.2)
    slack.fault("users.info", "delay", delay_s=30, times=1)
    assert directory.person(ANA, [], None).standing == "unverified"


def test_what_slack_says_too_late_is_known_to_the_next_who_asks(
    slack, directory, cache, monkeypatch
):
    monkeypatch.setattr("app.slack.directory._PERSON_S", 0.3)
    directory.team()
    slack.fault("users.info", "delay", delay_s=1, times=1)
    assert directory.person(ANA, [], None).standing == "unverified"
    until(lambda: f"slack:person:{ANA}" in cache.kept)
    assert directory.person(ANA, [], None).standing == "trusted"
    assert len(slack.calls("users.info")) == 1


def test_whose_token_it_is_is_asked_once_however_late_that_is_told(slack, directory, monkeypatch):
    monkeypatch.setattr("app.slack.directory._PERSON_S", 0.3)
    slack.fault("auth.test", "delay", delay_s=1, times=1)
    with pytest.raises(SlackAgain, match="no answer in time"):
        directory.team()
    until(lambda: "slack" not in [thread.name for thread in threading.enumerate()])
    assert directory.team() == "T0SANDBOX"
    assert len(slack.calls("auth.test")) == 1


def test_channels_pass_as_they_are(slack, directory):
    refs = ["#approvals", "C0APPROVAL", "G0PRIVATE1", "D0ANA00001"]
    assert directory.conversations(refs) == (refs, [])


def test_people_addresses_and_groups_become_direct_conversations_each_once(directory):
    targets, lost = directory.conversations([CHLOE, "cfo@example.com", FINANCE, "ben@example.com"])
    assert targets == [f"D{person[1:]}" for person in (CHLOE, ANA, BEN)]
    assert lost == []


def test_names_that_lead_nowhere_are_told_with_why(directory):
    refs = ["nobody@example.com", "@nobody", GONE, "U0NOBODY01", "just a name", DEV]
    targets, lost = directory.conversations(refs)
    assert targets == [f"D{DEV[1:]}"]
    assert dict(lost) == {
        "nobody@example.com": "users_not_found",
        "@nobody": "nobody in this user group can be reached",
        GONE: "user_disabled",
        "U0NOBODY01": "user_not_found",
        "just a name": "neither a channel, a person, a user group nor an e-mail address",
    }


def test_a_look_up_that_fails_for_now_is_tried_again_as_a_whole(slack, directory, pace):
    slack.fault("conversations.open", "ratelimited", retry_after="7", times=1)
    with pytest.raises(SlackAgain) as caught:
        directory.conversations([ANA])
    assert caught.value.wait_s == 7.0
    pace.holds_ms.clear()  # as time does
    assert directory.conversations([ANA])[0] == [f"D{ANA[1:]}"]


def test_our_own_workspace_is_asked_for_once(slack, directory):
    assert (directory.team(), directory.team()) == ("T0SANDBOX", "T0SANDBOX")
    assert len(slack.calls("auth.test")) == 1


@pytest.mark.parametrize("requester", ["ana@example.com", "ANA@example.com", ANA])
def test_a_requester_is_known_by_address_and_by_id(directory, requester):
    assert directory.person(ANA, [FINANCE], requester).is_requester is True
    assert directory.person(EVE, [FINANCE], requester).is_requester is False


@pytest.mark.parametrize("requester", ["anna@example.com", "ana+x@example.com", "U0NOBODY01"])
def test_a_requester_whom_slack_does_not_know_may_be_anybody(directory, requester):
    assert directory.person(ANA, [FINANCE], requester).is_requester is None


def test_a_requester_who_can_not_be_looked_up_now_leaves_everybody_unverified(slack, directory):
    slack.fault("users.lookupByEmail", "http_500", times=1)
    assert directory.person(ANA, [FINANCE], "dev@example.com").standing == "unverified"


def test_a_member_comes_with_all_their_groups_by_id_and_by_handle(slack, directory):
    ana = directory.member(ANA)
    assert (ana.id, ana.standing) == (ANA, "trusted")
    assert FINANCE in ana.groups
    assert any(ref.startswith("S") for ref in ana.groups)
    assert directory.member(EVE).groups == frozenset()
    assert len(slack.calls("usergroups.list")) == 1, "asked once for everybody"


def test_groups_are_not_looked_up_for_a_guest(slack, directory):
    assert directory.member(GUEST).standing == "guest"
    assert slack.calls("usergroups.list") == []


def test_a_member_whose_groups_slack_does_not_tell_now_is_not_vouched_for(slack, directory):
    slack.fault("usergroups.list", "http_500", times=1)
    assert directory.member(ANA).standing == "unverified"


def test_a_workspace_without_user_groups_has_members_without_groups(slack, directory):
    slack.fault("usergroups.list", "error", error="plan_upgrade_required", times=1)
    ana = directory.member(ANA)
    assert (ana.standing, ana.groups) == ("trusted", frozenset())
