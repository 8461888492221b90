"""Asking by hand in the sandbox Slack: the shortcuts, the forms, and what comes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.request import BY_HAND, Request, Status
from app.judge import PolicyJudge
from app.ports import Query, SlackNever
from app.slack import form_ids
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.replies import Replies
from policies.loader import load_text
from tests import fakes

from .conftest import ANA, APPROVALS, COMMAND, DEV, GUEST, Desk, receiving, until
from .test_slack_receiver import TEAM

REFUND = b"""
policy: refund
description: Money back to a customer.
inputs:
  amount: {type: number, minimum: 0, label: Amount}
  tier: {type: string, enum: [standard, enterprise]}
  order: {type: string, required: false}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
rules:
  - {id: routine, when: payload.amount < 50, then: approve, because: Small ones are routine.}
  - {id: otherwise, then: review, because: Anything else gets one look.}
"""
FREE = b"""
policy: anything
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
"""


class Asking(Desk):
    """People who use the shortcuts, and fill in what they open."""

    def shortcut(self, user: str = DEV, **message: str) -> Any:
        callback = form_ids.REQUEST_FROM_MESSAGE if message else form_ids.REQUEST
        return self.slack.ask("shortcut", {"user": user, "callback_id": callback, **message})

    def type(self, text: str, user: str = DEV) -> Any:
        """The slash command, with this after it."""
        typed = {"user": user, "channel": APPROVALS, "command": COMMAND, "text": text}
        return self.slack.ask("command", typed)

    def say(self, text: str, user: str = DEV, channel: str = APPROVALS, **thread: str) -> str:
        what = {"user": user, "channel": channel, "text": text, **thread}
        return str(self.slack.ask("say", what)["ts"])

    def choose(self, policy: str, user: str = DEV) -> Any:
        return self.fill(user, policy=policy)

    def fill(self, user: str = DEV, **answers: str) -> Any:
        """Send the form that is open, with these answers by the name of their input."""
        view, state = self.form(user), {}
        for block in view["blocks"]:
            name = block["block_id"].removeprefix("countersign_").removeprefix("input:")
            if block["type"] == "input" and name in answers:
                state[block["block_id"]] = _typed(block["element"], answers[name])
        sent = {"user": user, "view_id": view["id"], "state": state}
        return self.slack.ask("submit", sent)

    @property
    def requests(self) -> list[Request]:
        page = self.store.page(Query(client=BY_HAND))
        return list(page.requests)

    def direct(self, words: str, user: str = DEV) -> str:
        """What the app writes to somebody by direct message."""

        def found() -> str | None:
            everything = self.slack.ask(f"state?user={user}")["messages"].items()
            texts = [one["text"] for place, said in everything if place[0] == "D" for one in said]
            return next((text for text in reversed(texts) if words in text), None)

        return str(until(found))


def _typed(element: dict[str, Any], answer: str) -> dict[str, Any]:
    if "options" not in element:
        return {element["action_id"]: {"type": element["type"], "value": answer}}
    [option] = [one for one in element["options"] if one["text"]["text"] == answer]
    return {element["action_id"]: {"type": element["type"], "selected_option": option}}


@pytest.fixture
def policies() -> list[bytes]:
    return [REFUND, FREE]


@pytest.fixture
def desk(slack, api, directory, cards, endpoint, policies) -> Iterator[Asking]:
    store, replies = fakes.FakeStore(), Replies()
    loaded = [load_text(text, "policy") for text in policies]
    judge = PolicyJudge({one.policy.policy: one for one in loaded})
    people = fakes.people(store, directory, judge)
    app = build_app(AppDesk(*people, fakes.FakeHomes(), api, directory.team, replies, COMMAND))
    endpoint.receiver = receiving(app)
    desk = Asking(slack, cards, store)
    yield desk
    for user in (ANA, DEV, GUEST):
        desk.close(user)
    endpoint.receiver = None
    replies.close()


def raw(
    desk: Asking, what: str, view_id: str = "V0RAW", metadata: str = '{"policy":"anything"}'
) -> Any:
    """A form that was sent, as Slack posts it."""
    written = {
        form_ids.TITLE_BLOCK: {form_ids.TEXT: {"type": "plain_text_input", "value": "The printer"}},
        form_ids.input_block("what"): {form_ids.TEXT: {"type": "plain_text_input", "value": what}},
    }
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": DEV, "name": "dev", "team_id": TEAM},
        "view": {
            "type": "modal",
            "id": view_id,
            "callback_id": form_ids.REQUEST_FORM,
            "private_metadata": metadata,
            "state": {"values": written},
        },
    }


def labels(view: Any) -> list[str]:
    return [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]


def test_a_policy_is_chosen_and_then_asked_for_what_it_wants_to_know(desk):
    assert desk.shortcut()["ok"]
    [block] = desk.form(DEV)["blocks"]
    options = [
        (o["text"]["text"], o.get("description", {}).get("text"))
        for o in block["element"]["options"]
    ]
    assert options == [("anything", None), ("refund", "Money back to a customer.")]
    assert desk.choose("refund")["ok"]
    view = desk.form(DEV)
    assert labels(view) == ["Title", "Amount", "Tier", "Order", "Why"]
    assert "initial_value" not in view["blocks"][1]["element"]
    assert len(desk.slack.calls("views.open")) == 1
    assert desk.slack.calls("views.update") == []


def test_what_is_filled_in_opens_a_request_on_behalf_of_whoever_sent_it(desk):
    desk.shortcut()
    desk.choose("refund")
    answers = {"title": "Refund 1042", "amount": "120.50", "tier": "enterprise", "why": "It broke."}
    assert desk.fill(**answers)["ok"]
    assert desk.form(DEV) is None
    [request] = desk.requests
    assert request.pending
    assert request.payload == {"amount": 120.5, "tier": "enterprise"}
    assert request.body.title == "Refund 1042"
    assert request.body.context == {"why": "It broke."}
    assert (request.body.client, request.body.on_behalf_of) == (BY_HAND, DEV)
    assert request.body.callback_url is None
    assert desk.direct("Refund 1042") == "You asked for “Refund 1042”. You hear here how it ends."


def test_the_card_says_who_asked_by_hand(desk):
    desk.shortcut()
    desk.choose("refund")
    desk.fill(title="Refund 1043", amount="120", tier="standard")
    [request] = desk.requests
    desk.cards.post("#approvals", request)
    card = desk.slack.messages(APPROVALS)[-1]
    said = card["blocks"][1]["elements"][0]["text"]
    assert said == f"From the requester: <@{DEV}>, by hand in Slack"


def test_each_complaint_stands_beside_its_input_and_nothing_is_opened(desk):
    desk.shortcut()
    desk.choose("refund")
    answer = desk.fill(title="Refund", amount="120", tier="standard", order="\u200b" * 10)
    assert answer["ok"]
    desk.shortcut()
    desk.choose("refund")
    view = desk.form(DEV)
    state = {
        form_ids.TITLE_BLOCK: {form_ids.TEXT: {"type": "plain_text_input", "value": "Refund"}},
        form_ids.input_block("amount"): {
            form_ids.TEXT: {"type": "number_input", "value": "9007199254740993"}
        },
        form_ids.input_block("tier"): {
            form_ids.CHOSEN: {
                "type": "radio_buttons",
                "selected_option": view["blocks"][3]["element"]["options"][0],
            }
        },
    }
    answer = desk.slack.ask("submit", {"user": DEV, "view_id": view["id"], "state": state})
    assert not answer["ok"]
    assert list(answer["errors"]) == [form_ids.input_block("amount")]
    assert answer["errors"][form_ids.input_block("amount")].startswith("Must lie within")
    assert len(desk.requests) == 1


def test_the_command_opens_the_form_of_the_policy_that_it_names(desk):
    assert desk.type("request refund")["ok"]
    assert labels(desk.form(DEV)) == ["Title", "Amount", "Tier", "Order", "Why"]
    assert desk.fill(title="Refund 1044", amount="120", tier="standard")["ok"]
    [request] = desk.requests
    assert request.body.policy.name == "refund"
    assert len(desk.slack.calls("views.open")) == 1


def test_the_command_alone_has_the_policy_chosen(desk):
    assert desk.type("request")["ok"]
    assert desk.form(DEV)["callback_id"] == form_ids.POLICY_FORM


def test_a_policy_that_is_not_there_gets_the_nearest_in_answer_to_the_command(desk):
    desk.began = desk.say("Here.")
    assert desk.type("request refnd")["ok"]
    desk.told(DEV, "Did you mean refund?")
    assert desk.form(DEV) is None


def test_whoever_types_is_looked_up_before_the_form_is_open(desk):
    desk.type("request refund")
    assert len(desk.slack.calls("users.info")) == 1
    desk.type("request refund", GUEST)
    assert desk.form(GUEST) is None


def test_a_policy_without_inputs_asks_what_should_be_done(desk):
    desk.shortcut()
    desk.choose("anything")
    assert labels(desk.form(DEV)) == ["Title", "What should be done?", "Why"]
    assert desk.fill(title="The printer", what="Buy a new one.")["ok"]
    [request] = desk.requests
    assert request.payload == {"what": "Buy a new one."}


@pytest.mark.parametrize("policies", [[FREE]])
def test_where_there_is_one_policy_its_form_comes_at_once(desk):
    desk.shortcut()
    assert desk.form(DEV)["callback_id"] == form_ids.REQUEST_FORM


def test_the_same_form_sent_twice_opens_one_request(desk):
    desk.shortcut()
    desk.choose("anything")
    sent = raw(desk, "What should be done?", view_id="V0TWICE")
    assert [desk.slack.ask("raw", {"payload": sent})["ok"] for _ in range(2)] == [True, True]
    assert len(desk.requests) == 1
    other = raw(desk, "Something else.", view_id="V0TWICE")
    answer = json.loads(desk.slack.ask("raw", {"payload": other})["body"])
    assert "asked for already" in answer["errors"][form_ids.TITLE_BLOCK]
    assert len(desk.requests) == 1


@pytest.mark.parametrize("metadata", ["", "{}", '{"policy":"anythin"}', "[]", "nonsense"])
def test_a_form_that_nobody_made_is_refused_in_words(desk, metadata):
    sent = raw(desk, "Buy one.", metadata=metadata)
    answer = json.loads(desk.slack.ask("raw", {"payload": sent})["body"])
    assert list(answer["errors"]) == [form_ids.TITLE_BLOCK]
    assert desk.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": {"id": "<!channel>"}},
        {"channel": None},
        {"message": {"ts": "yesterday"}},
        {"message": {"ts": "1.1", "text": 7}},
        {"callback_id": None},
        {"user": {"id": "dev"}},
    ],
)
def test_a_shortcut_of_another_form_goes_no_further(desk, changes):
    used = {
        "type": "message_action",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": DEV, "team_id": TEAM},
        "callback_id": form_ids.REQUEST_FROM_MESSAGE,
        "trigger_id": "1.2.3",
        "channel": {"id": APPROVALS},
        "message": {"ts": "1.1", "text": "Pay."},
    }
    answer = desk.slack.ask("raw", {"payload": used | changes})
    assert json.loads(answer["body"])["code"] == "slack_payload_invalid"
    assert desk.slack.calls("views.open") == []


def test_somebody_from_another_workspace_asks_for_nothing(desk):
    sent = raw(desk, "Buy one.")
    sent["user"]["team_id"] = "T0OTHER"
    answer = json.loads(desk.slack.ask("raw", {"payload": sent})["body"])
    assert answer["errors"] == {form_ids.TITLE_BLOCK: "You belong to another workspace."}
    assert desk.requests == []


def test_what_the_policy_decides_at_once_is_told_as_an_outcome(desk):
    desk.shortcut()
    desk.choose("refund")
    desk.fill(title="Refund 20", amount="20", tier="standard")
    [request] = desk.requests
    assert request.state.status is Status.APPROVED
    desk.cards.tell_requester(DEV, request)
    assert desk.direct("Refund 20").startswith("Approved")


def test_a_message_is_quoted_and_its_thread_is_remembered(desk):
    ts = desk.say("Acme wants 120 USD back &amp; now\nThe machine never worked.")
    reply = desk.say("I will ask.", thread_ts=ts)
    assert desk.shortcut(channel=APPROVALS, ts=ts)["ok"]
    desk.choose("refund")
    title = desk.form(DEV)["blocks"][1]["element"]["initial_value"]
    assert title == "Acme wants 120 USD back & now"
    desk.fill(amount="120", tier="standard")
    assert desk.shortcut(channel=APPROVALS, ts=reply)["ok"]
    desk.choose("refund")
    desk.fill(amount="121", tier="standard")
    first, second = sorted(desk.requests, key=lambda one: str(one.payload))
    assert first.body.context == {
        "message": "Acme wants 120 USD back & now\nThe machine never worked."
    }
    assert first.body.asked_in == second.body.asked_in
    assert (first.body.asked_in.channel, first.body.asked_in.ts) == (APPROVALS, ts)


def test_the_outcome_is_said_in_the_thread_of_the_message(desk):
    ts = desk.say("Please pay Acme.")
    desk.shortcut(channel=APPROVALS, ts=ts)
    desk.choose("refund")
    desk.fill(amount="20", tier="standard")
    [request] = desk.requests
    desk.cards.tell_asked_in(request.body.asked_in, request)
    said = desk.slack.messages(APPROVALS)[-1]
    assert said["thread_ts"] == ts
    assert said["text"].startswith("Approved")
    assert f"Asked for here by <@{DEV}>" in said["blocks"][-1]["elements"][0]["text"]
    assert request.state.decision.comment == "Small ones are routine."
    assert "Small ones" not in str(said)


def test_a_channel_that_the_bot_is_not_in_takes_no_outcome_and_that_is_for_good(desk):
    place = desk.slack.fresh_channel("elsewhere")
    desk.slack.ask(f"channels/{place}", {"bot_in": False})
    ts = desk.say("Please pay Acme.", channel=place)
    desk.shortcut(channel=place, ts=ts)
    desk.choose("refund")
    desk.fill(amount="20", tier="standard")
    [request] = desk.requests
    with pytest.raises(SlackNever, match="not_in_channel"):
        desk.cards.tell_asked_in(request.body.asked_in, request)


def test_a_form_that_slack_does_not_open_is_told(desk):
    ts = desk.say("Please pay Acme.")
    desk.began = ts
    desk.slack.fault("views.open", "error", error="internal_error", times=2)
    assert desk.shortcut(channel=APPROVALS, ts=ts)["ok"]
    desk.told(DEV, "Slack did not do its part just now.")
    assert desk.shortcut()["ok"]
    desk.direct("Slack did not do its part just now.")


def test_a_guest_asks_for_nothing(desk):
    desk.shortcut(GUEST)
    assert desk.form(GUEST) is None
    assert desk.requests == []


def test_who_became_a_guest_while_the_form_was_open_asks_for_nothing(desk, cache):
    desk.shortcut()
    desk.choose("anything")
    cache.kept.clear()
    desk.slack.ask(f"users/{DEV}", {"guest": True})
    answer = desk.fill(title="Pay me", what="Money.")
    desk.slack.ask(f"users/{DEV}", {"guest": False})
    assert answer["errors"] == {form_ids.TITLE_BLOCK: "Guests of this workspace can't ask."}
    assert desk.requests == []


def test_while_slack_does_not_say_who_somebody_is_nothing_is_asked(desk, cache):
    desk.shortcut()
    desk.choose("anything")
    cache.kept.clear()
    desk.slack.fault("users.info", "error", error="internal_error")
    answer = desk.fill(title="The printer", what="Buy one.")
    assert "Slack could not confirm who you are" in answer["errors"][form_ids.TITLE_BLOCK]
    assert desk.requests == []


def test_a_title_of_spaces_is_no_title(desk):
    desk.shortcut()
    desk.choose("anything")
    answer = desk.fill(title="   ", what="Buy one.")
    assert answer["errors"] == {form_ids.TITLE_BLOCK: "Say in a few words what you ask for."}
