from __future__ import annotations

from tests.sandbox.conftest import ANA, BEN, Slack, actions, button, modal, section, text_input

TYPED = {"why": {"typed": {"value": "too much"}}}


def opened(slack: Slack, **more: object) -> str:
    view = modal(text_input(), callback_id="revise", **more)
    return str(slack.call("views.open", trigger_id=slack.trigger(), view=view)["view"]["id"])


def test_a_trigger_opens_one_modal_for_the_person_who_clicked(slack: Slack) -> None:
    trigger = slack.trigger()
    assert slack.call("views.open", trigger_id=trigger, view=modal())["ok"]
    again = slack.call("views.open", trigger_id=trigger, view=modal())
    assert again["error"] == "exchanged_trigger_id"
    assert len(slack.state(ANA)["views"]) == 1
    assert slack.state(BEN)["views"] == []


def test_a_trigger_lives_for_three_seconds(slack: Slack) -> None:
    trigger, later = slack.trigger(), slack.trigger()
    slack.clock.now += 3_000
    assert slack.call("views.open", trigger_id=trigger, view=modal())["ok"]
    slack.clock.now += 1
    late = slack.call("views.open", trigger_id=later, view=modal())
    assert late["error"] == "expired_trigger_id"
    unknown = slack.call("views.open", trigger_id="1.2.3", view=modal())
    assert unknown["error"] == "invalid_trigger_id"


def test_a_view_that_is_refused_does_not_use_the_trigger_up(slack: Slack) -> None:
    trigger = slack.trigger()
    refused = slack.call("views.open", trigger_id=trigger, view={"type": "modal"})
    assert refused["error"] == "invalid_arguments"
    assert slack.call("views.open", trigger_id=trigger, view=modal())["ok"]


def test_a_modal_is_updated_by_the_hash_that_was_seen(slack: Slack) -> None:
    view = slack.call("views.open", trigger_id=slack.trigger(), view=modal())["view"]
    where = {"view_id": view["id"], "view": modal(section())}
    updated = slack.call("views.update", **where, hash=view["hash"])["view"]
    assert (updated["id"], len(updated["blocks"])) == (view["id"], 1)
    assert slack.call("views.update", **where, hash=view["hash"])["error"] == "hash_conflict"
    assert slack.call("views.update", view_id="V0NONE", view=modal())["error"] == "not_found"


def test_a_modal_is_found_by_its_external_id(slack: Slack) -> None:
    opened(slack, external_id="mine")
    updated = slack.call("views.update", external_id="mine", view=modal(section()))["view"]
    assert updated["external_id"] == "mine"
    twice = modal(external_id="mine")
    refused = slack.call("views.open", trigger_id=slack.trigger(), view=twice)
    assert refused["error"] == "duplicate_external_id"


def test_three_modals_can_be_stacked(slack: Slack) -> None:
    view = modal(actions(button()))
    top = slack.call("views.open", trigger_id=slack.trigger(), view=view)["view"]
    for error in (None, None, "push_limit_reached"):
        where = {"user": ANA, "view_id": top["id"], "block_id": "b", "action_id": "a"}
        slack.page("click", **where)
        trigger = slack.app.payload["trigger_id"]
        pushed = slack.call("views.push", trigger_id=trigger, view=view)
        assert pushed.get("error") == error
        top = pushed.get("view", top)
    assert [view["id"] for view in slack.state()["views"]][-1] == top["id"]


def test_a_new_root_takes_the_place_of_what_was_open(slack: Slack) -> None:
    first, second = opened(slack), opened(slack)
    assert [view["id"] for view in slack.state()["views"]] == [second]
    assert slack.page("submit", 404, user=ANA, view_id=first, state=TYPED)["error"]


def test_a_home_tab_is_published_for_one_person(slack: Slack) -> None:
    home = {"type": "home", "blocks": [section()]}
    view = slack.call("views.publish", user_id=ANA, view=home)["view"]
    assert slack.state(ANA)["home"]["id"] == view["id"]
    assert slack.state(BEN)["home"] is None
    newer = slack.call("views.publish", user_id=ANA, view=home, hash=view["hash"])["view"]
    assert newer["id"] == view["id"]
    stale = slack.call("views.publish", user_id=ANA, view=home, hash=view["hash"])
    assert stale["error"] == "hash_conflict"


def test_a_submission_carries_what_was_typed_and_closes_the_modal(slack: Slack) -> None:
    view_id = opened(slack, private_metadata="r1")
    assert slack.page("submit", user=ANA, view_id=view_id, state=TYPED) == {"ok": True}
    payload = slack.app.payload
    assert payload["type"] == "view_submission"
    assert payload["user"]["team_id"] == payload["team"]["id"] == "T0SANDBOX"
    view = payload["view"]
    assert (view["callback_id"], view["private_metadata"]) == ("revise", "r1")
    typed = {"type": "plain_text_input", "value": "too much"}
    assert view["state"]["values"] == {"why": {"typed": typed}}
    assert slack.state()["views"] == []


def test_an_empty_required_input_never_reaches_the_app(slack: Slack) -> None:
    view_id, before = opened(slack), len(slack.app.got)
    answer = slack.page("submit", user=ANA, view_id=view_id, state={})
    assert "required" in answer["errors"]["why"]
    assert len(slack.app.got) == before


def test_the_apps_errors_are_shown_and_the_modal_stays(slack: Slack) -> None:
    view_id = opened(slack)
    slack.app.answer = {"response_action": "errors", "errors": {"why": "Say more."}}
    answer = slack.page("submit", user=ANA, view_id=view_id, state=TYPED)
    assert answer == {"ok": False, "errors": {"why": "Say more."}}
    assert len(slack.state()["views"]) == 1


def test_an_answer_can_update_push_or_clear(slack: Slack) -> None:
    view_id = opened(slack)
    for action, stacked in (("update", 1), ("push", 2), ("clear", 0)):
        view = modal(text_input()) if action == "update" else modal()
        slack.app.answer = {"response_action": action, "view": view}
        assert slack.page("submit", user=ANA, view_id=view_id, state=TYPED)["ok"]
        assert len(slack.state()["views"]) == stacked


def test_what_slack_would_not_take_as_an_answer_is_an_error(slack: Slack) -> None:
    view_id = opened(slack)
    answers = ["no json", "[]", {"response_action": "dance"}, {"response_action": "update"}]
    answers += [{"response_action": "errors", "errors": {"nowhere": "x"}}]
    for answer in answers:
        slack.app.answer = answer
        refused = slack.page("submit", user=ANA, view_id=view_id, state=TYPED)
        assert "would not take" in refused["error"]
        assert len(slack.state()["views"]) == 1


def test_closing_is_told_to_an_app_that_asked_for_it(slack: Slack) -> None:
    for wanted in (True, False):
        view_id, before = opened(slack, notify_on_close=wanted), len(slack.app.got)
        assert slack.page("close", user=ANA, view_id=view_id)["ok"]
        assert len(slack.app.got) - before == wanted
        assert slack.state()["views"] == []


def test_what_was_typed_survives_an_update_of_the_same_input(slack: Slack) -> None:
    view_id = opened(slack)
    slack.app.answer = {"response_action": "errors", "errors": {"why": "Say more."}}
    slack.page("submit", user=ANA, view_id=view_id, state=TYPED)
    updated = slack.call("views.update", view_id=view_id, view=modal(text_input(), section()))
    assert updated["view"]["state"]["values"]["why"]["typed"]["value"] == "too much"


def test_the_cross_closes_the_whole_stack_and_says_so(slack: Slack) -> None:
    view = modal(actions(button()), notify_on_close=True)
    below = slack.call("views.open", trigger_id=slack.trigger(), view=view)["view"]["id"]
    slack.page("click", user=ANA, view_id=below, block_id="b", action_id="a")
    trigger = slack.app.payload["trigger_id"]
    top = slack.call("views.push", trigger_id=trigger, view=view)["view"]["id"]
    before = len(slack.app.got)
    assert slack.page("close", user=ANA, view_id=top, all=True)["ok"]
    assert slack.state()["views"] == []
    assert len(slack.app.got) - before == 2
    payload = slack.app.payload
    assert (payload["view"]["id"], payload["is_cleared"]) == (below, True)


def test_cancel_closes_one_modal_unless_it_is_to_clear_the_stack(slack: Slack) -> None:
    for clear, left in ((False, 1), (True, 0)):
        below = slack.call("views.open", trigger_id=slack.trigger(), view=modal(actions(button())))[
            "view"
        ]["id"]
        slack.page("click", user=ANA, view_id=below, block_id="b", action_id="a")
        view = modal(clear_on_close=clear, notify_on_close=True)
        trigger = slack.app.payload["trigger_id"]
        top = slack.call("views.push", trigger_id=trigger, view=view)["view"]["id"]
        slack.page("close", user=ANA, view_id=top)
        assert len(slack.state()["views"]) == left
        assert slack.app.payload["is_cleared"] is clear


def test_a_button_of_a_modal_turns_its_page_while_it_is_open(slack: Slack) -> None:
    view = modal(text_input(), actions(button()))
    opened = slack.call("views.open", trigger_id=slack.trigger(), view=view)["view"]
    clicked = {"user": ANA, "view_id": opened["id"], "block_id": "b", "action_id": "a"}
    slack.page("click", **clicked, state=TYPED)
    seen = slack.app.payload["view"]
    assert seen["state"]["values"]["why"]["typed"]["value"] == "too much"
    turned = modal(text_input("other"), actions(button()))
    where = {"view_id": seen["id"], "hash": seen["hash"]}
    assert slack.call("views.update", **where, view=turned)["ok"]
    assert slack.state()["views"][0]["blocks"][0]["block_id"] == "other"
