"""The card of a request, in each state that it can be in."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.commands import Cancel, Wake
from app.domain.request import Actor, Request
from app.slack import ids
from app.slack.blocks.card import card
from policies.plan import Field, Outcome, Stage, Summary
from tests.builders import NOW, approval, evaluation, pending, plan
from tests.unit.slack.reading import after, buttons, in_short, words

SUMMARY = Summary(
    why="Large refunds get a look. (rule large of policy refund)",
    buttons=(
        (Outcome.APPROVE, "Approve: the workflow goes on."),
        (Outcome.REVISE, "Revise: it can ask again."),
        (Outcome.REJECT, "Reject: nothing is done."),
    ),
    silence="If nobody answers it expires.",
)
FIELDS = (
    Field(name="amount", label="Amount", type="number", format="money", currency="USD"),
    Field(name="customer", label="Customer", type="string"),
)


def asked(**changes: Any) -> Request:
    return pending(**({"evaluation": evaluation(fields=FIELDS, summary=SUMMARY)} | changes))


def test_a_pending_card_shows_what_is_executed_why_who_until_when_and_what_silence_does():
    shown = words(asked())
    for said in (
        "“Refund 120 USD to Acme”",
        "From the requester: billing",
        "*Amount*",
        "120.00 USD",
        "*Why you are asked*\nLarge refunds get a look. (rule large of policy refund)",
        "*Who can decide*\n@finance-approvers, <@U0ANA00001>",
        f"*Until*\n<!date^{(NOW + 86_400_000) // 1000}^",
        "Revise: it can ask again.",
        "If nobody answers it expires.",
    ):
        assert said in shown


def test_the_buttons_are_those_of_the_plan_with_one_primary():
    assert buttons(asked()) == [
        (ids.APPROVE, "primary"),
        (ids.REVISE, None),
        (ids.REJECT, "danger"),
    ]
    two = plan(outcomes=(Outcome.APPROVE, Outcome.REJECT))
    assert [action for action, _ in buttons(asked(evaluation=evaluation(plan=two)))] == [
        ids.APPROVE,
        ids.REJECT,
    ]


def test_the_record_names_the_policy_the_digest_and_the_request():
    request = asked()
    digest = request.body.digest[:12]
    assert words(request).endswith(
        f"Policy refund, rule otherwise · digest {digest} · {request.id}"
    )


def test_the_requesters_words_are_marked_as_theirs_and_stand_in_a_box():
    request = asked(context={"reason": "It is late <!channel>"}, on_behalf_of="dev@example.com")
    assert "From the requester: billing on behalf of “dev@example.com”" in words(request)
    assert "*From the requester* (their own words" in words(request)
    boxes = [block for block in card(request).blocks if block["type"] == "rich_text"]
    assert "<!channel>" in str(boxes)


def test_a_title_too_long_for_the_header_is_given_in_full_below():
    request = asked(title="Refund " + "very " * 60 + "much")
    assert "characters, below)" in words(request)
    assert " ".join(request.body.title.split()) in words(request)


@pytest.mark.parametrize("size", [14_000, 60_000])
def test_a_payload_that_does_not_fit_has_no_approve_button_and_says_so(size):
    request = asked(payload={"amount": 120, "customer": "Acme", "letter": "x" * size})
    assert [action for action, _ in buttons(request)] == [ids.REVISE, ids.REJECT]
    shown = words(request)
    assert "too long for a message, so it can't be approved here" in shown
    assert "3 of 3 fields are shown, long ones cut." in shown
    assert "characters, in the whole request)" in shown
    assert "Press *Open the whole request* to read all of it and approve it." in shown
    assert "Approve: the workflow goes on." not in shown


def test_more_fields_than_fit_are_counted():
    request = asked(payload={f"field {number}": "x" * 80 for number in range(200)})
    assert ids.APPROVE not in dict(buttons(request))
    assert " of 202 fields are shown, long ones cut." in words(request)


def test_a_plan_that_only_offers_approve_leaves_no_button_on_a_card_that_cannot_show_it():
    only = evaluation(plan=plan(outcomes=(Outcome.APPROVE,)))
    assert buttons(asked(evaluation=only, payload={"letter": "x" * 20_000})) == []


def test_an_empty_payload_says_so():
    nothing = asked(payload={}, evaluation=evaluation(), digest="0" * 64)
    # The builder fills an empty payload in, so it is emptied here.
    body = nothing.body.model_copy(update={"payload": {}})
    assert "_Nothing: the payload is empty._" in words(nothing.model_copy(update={"body": body}))


def test_fifty_reviewers_are_named_as_far_as_there_is_room_and_the_rest_counted():
    stage = Stage(reviewers=tuple(f"reviewer-{number}@example.com" for number in range(50)))
    assert "more\n" in words(asked(evaluation=evaluation(plan=plan(stages=(stage,)))))


def test_an_approved_card_says_who_and_when_and_has_no_buttons():
    request = asked()
    approved = after(request, approval(request))
    assert buttons(approved) == []
    assert ":white_check_mark: *Approved* by <@U0ANA00001> · <!date^" in words(approved)
    assert "120.00 USD" in words(approved)
    assert in_short(approved) == "Approved by <@U0ANA00001>: “Refund 120 USD to Acme”"


def test_a_card_sent_back_says_why_in_the_reviewers_words_in_a_box():
    request = asked()
    command = approval(request, outcome=Outcome.REVISE, comment="Split it in two. <!here>")
    sent_back = after(request, command)
    assert ":pencil2: *Changes requested* by <@U0ANA00001>" in words(sent_back)
    boxes = [block for block in card(sent_back).blocks if block["type"] == "rich_text"]
    assert "Split it in two. <!here>" in str(boxes)


def test_an_expired_card_says_that_it_was_not_approved():
    request = asked()
    expired = after(request, Wake(), NOW + 86_400_000)
    assert ":hourglass: *Expired without a decision, so not approved*" in words(expired)
    assert card(expired).text.startswith("Expired without a decision, so not approved: “Refund")
    assert buttons(expired) == []


def test_a_withdrawn_card_says_by_which_client_and_why():
    client = Actor(kind="client", id="billing", name="billing <x>")
    withdrawn = after(asked(), Cancel(by=client, reason="Paid by hand"))
    assert ":x: *Withdrawn* by billing &lt;x&gt;" in words(withdrawn)
    assert "Paid by hand" in words(withdrawn)
    assert buttons(withdrawn) == []


def test_the_notification_names_the_request_in_one_line():
    assert in_short(asked(title="Refund\n<!channel> Acme")) == (
        "Decision needed: “Refund &lt;!channel&gt; Acme”"
    )
