"""What a card shows and asks where the plan has stages, several approvals, choices, or secrets."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.commands import Decide, Signal
from app.domain.request import Actor, Request
from app.slack import ids
from app.slack.blocks.card import card
from policies.plan import Choice, Escalation, Field, Outcome, Route, Stage
from policies.summary import summarise
from tests.builders import approval, evaluation, pending, person, plan
from tests.unit.slack.reading import after, buttons, in_short, words

ANA, BEN, CHLOE = "U0ANA00001", "U0BEN00001", "U0CHLOE001"
MONITOR = Actor(kind="client", id="fraud-bot", name="fraud-bot")
CRM = Choice(id="use_crm", label="Use CRM", outcome=Outcome.APPROVE, effect="The CRM wins")
ERP = Choice(id="use_erp", label="Use ERP", outcome=Outcome.APPROVE, effect="The ERP wins")
OTHER = Choice(
    id="custom", label="Custom…", outcome=Outcome.REVISE, effect="You say which", comment=True
)
NONE = Choice(id="none", label="Neither", outcome=Outcome.REJECT, effect="Nothing is done")


def asked(**changes: Any) -> Request:
    """A pending request with this plan, and the policy's own words for it."""
    payload = changes.pop("payload", {"amount": 120})
    fields = changes.pop("fields", ())
    review = plan(**changes)
    summary = summarise("refund", Route.REVIEW, "large", ["It is large."], review)
    return pending(
        payload=payload, evaluation=evaluation(plan=review, summary=summary, fields=fields)
    )


def stages(*stages: tuple[str | None, int, tuple[str, ...]]) -> tuple[Stage, ...]:
    return tuple(Stage(name=name, quorum=many, reviewers=who) for name, many, who in stages)


def approve(request: Request, user: str, **more: Any) -> Decide:
    return approval(request, person=person(id=user, name=user, email=None), **more)


TWO = stages((None, 2, (ANA, BEN, CHLOE)))
THREE = stages(("Finance", 2, (ANA, BEN)), ("Legal", 1, (CHLOE,)), (None, 1, ("@board",)))


def test_a_plan_of_one_stage_and_one_approval_says_nothing_of_approvals():
    shown = asked()
    assert "pprovals:" not in words(shown)
    assert "Stage " not in words(shown)
    assert in_short(shown) == "Decision needed: “Refund 120 USD to Acme”"


def test_two_approvals_are_counted_and_named():
    request = asked(stages=TWO)
    assert "Approvals: 0 of 2" in words(request)
    once = after(request, approve(request, BEN))
    assert "Approvals: 1 of 2 · <@U0BEN00001>" in words(once)
    assert in_short(once) == "Decision needed (1 of 2 approvals): “Refund 120 USD to Acme”"
    assert buttons(once) == buttons(request)


def test_a_later_stage_is_named_with_its_people_and_the_approvals_before_it():
    request = asked(stages=THREE)
    assert "*Stage 1 of 3: Finance*\nApprovals: 0 of 2" in words(request)
    assert f"*Who can decide*\n<@{ANA}>, <@{BEN}>\n" in words(request)
    for user in (ANA, BEN):
        request = after(request, approve(request, user))
    assert (
        f"*Stage 2 of 3: Legal*\nApproved before: <@{ANA}> (Finance), <@{BEN}> (Finance)"
        in words(request)
    )
    assert f"*Who can decide*\n<@{CHLOE}>\n" in words(request)
    assert in_short(request) == "Decision needed (stage 2 of 3): “Refund 120 USD to Acme”"


def test_everybody_who_approved_is_named_at_the_end():
    request = asked(stages=THREE)
    board = {"person": person(id="U0EVE00001", groups=frozenset({"@board"}))}
    for user in (ANA, BEN, CHLOE):
        request = after(request, approve(request, user))
    request = after(request, approval(request, **board))
    named = f"<@{ANA}>, <@{BEN}>, <@{CHLOE}> and <@U0EVE00001>"
    assert f":white_check_mark: *Approved* by {named} · " in words(request)
    assert in_short(request) == f"Approved by {named}: “Refund 120 USD to Acme”"


def test_more_approvers_than_there_is_room_for_are_counted():
    people = tuple(f"U0PERSON{number:03}" for number in range(100))
    request = asked(stages=stages((None, 100, people)))
    for user in people:
        request = after(request, approve(request, user))
    shown = card(request).text
    assert shown.startswith("Approved by <@U0PERSON000>, <@U0PERSON001>, ")
    left = 100 - shown.count("<@")
    assert f"> and {left} more: “Refund" in shown
    assert left > 0


def test_each_choice_is_a_button_with_the_words_of_the_policy():
    request = asked(choices=(CRM, ERP, OTHER, NONE))
    [row] = [block for block in card(request).blocks if block["type"] == "actions"]
    assert [one["text"]["text"] for one in row["elements"][:-2]] == [
        "Use CRM",
        "Use ERP",
        "Custom…",
        "Neither",
    ]
    assert "Use CRM: The CRM wins.\nUse ERP: The ERP wins.\n" in words(request)


@pytest.mark.parametrize(
    ("choices", "styles"),
    [
        ((CRM, NONE), ["primary", "danger"]),
        ((NONE, CRM, OTHER), ["danger", "primary", None]),
        ((CRM, ERP, NONE), [None, None, "danger"]),
    ],
)
def test_only_the_one_choice_that_approves_stands_out(choices, styles):
    request = asked(choices=choices)
    assert buttons(request) == [
        (ids.of_choice(choice), style) for choice, style in zip(choices, styles, strict=True)
    ]


def test_a_choice_whose_label_would_not_fit_on_a_button_goes_by_its_id():
    long = CRM.model_copy(update={"label": "\u200b\u200c" * 15})
    [row] = [block for block in card(asked(choices=(long,))).blocks if block["type"] == "actions"]
    assert row["elements"][0]["text"]["text"] == "use_crm"


def test_no_choice_approves_what_is_not_shown_whole():
    request = asked(choices=(CRM, ERP, OTHER, NONE), payload={"letter": "x" * 20_000})
    assert [action for action, _ in buttons(request)] == [ids.of_choice(OTHER), ids.of_choice(NONE)]
    assert "so it can't be approved here" in words(request)
    assert "The CRM wins" not in words(request)


def test_approvals_of_different_choices_are_not_added_up():
    request = asked(stages=TWO, choices=(CRM, ERP))
    for user, choice in ((ANA, "use_crm"), (BEN, "use_erp")):
        request = after(request, approve(request, user, choice=choice))
    assert (
        f"Approvals of the same choice: 1 of 2 · <@{ANA}> (Use CRM), <@{BEN}> (Use ERP)"
        in words(request)
    )


def test_the_end_says_which_choice_it_was():
    request = asked(choices=(CRM, NONE))
    chosen = after(request, approve(request, ANA, choice="use_crm"))
    assert f":white_check_mark: *Approved: Use CRM* by <@{ANA}> · " in words(chosen)
    assert in_short(chosen) == f"Approved: Use CRM by <@{ANA}>: “Refund 120 USD to Acme”"
    refused = after(request, approve(request, ANA, outcome=Outcome.REJECT, choice="none"))
    assert card(refused).text.startswith(f"Rejected: Neither by <@{ANA}>: ")


def test_the_checklist_stands_before_the_buttons_line_by_line_as_text():
    request = asked(checklist=("Does <!channel> look right?", "Is it\n*urgent*?"))
    found = card(request).blocks
    [lines] = [one for one in found if "look right" in str(one)]
    assert lines["text"] == {
        "type": "plain_text",
        "text": "• Does <!channel> look right?\n• Is it *urgent*?",
        "emoji": False,
    }
    assert found[found.index(lines) - 1]["text"]["text"] == "*Before you approve*"
    assert found.index(lines) < [one["type"] for one in found].index("actions")


def test_the_longest_checklist_and_the_most_choices_are_shown_whole_beside_a_short_payload():
    lines = tuple("x" * 200 for _ in range(10))
    choices = tuple(
        Choice(id=f"c{n}", label=f"{n}" * 30, outcome=Outcome.APPROVE, effect="y" * 200)
        for n in range(10)
    )
    request = asked(checklist=lines, choices=choices, stages=TWO)
    assert len(buttons(request)) == 10
    assert words(request).count("x" * 200) == words(request).count("y" * 200) == 10


def test_what_a_monitor_says_is_shown_as_its_words_on_one_line():
    said = {"anomaly": True, "note": "all\nfine <!here>", "score": 0.25}
    request = asked()
    request = after(request, Signal(by=MONITOR, signals=said))
    [lines] = [one for one in card(request).blocks if "A monitor says" in str(one)]
    assert lines["text"]["type"] == "plain_text"
    assert lines["text"]["text"].splitlines() == [
        "A monitor says: score: 0.25 (fraud-bot)",
        "A monitor says: note: all fine <!here> (fraud-bot)",
        "A monitor says: anomaly: yes (fraud-bot)",
    ]


def test_a_long_report_is_cut_and_says_so():
    request = asked()
    request = after(request, Signal(by=MONITOR, signals={"note": "n" * 5_000}))
    assert "characters, in Details) (fraud-bot)" in words(request)


IBAN = Field(name="iban", label="IBAN", type="string", secret=True)
PIN = Field(name="pin", label="PIN", type="integer", secret=True)


def test_a_secret_is_named_and_never_shown_and_can_be_approved():
    request = asked(payload={"iban": "GB33BUKB20201555555555", "amount": 5}, fields=(IBAN,))
    shown = words(request)
    assert "*IBAN*\n_secret, not shown to anybody_" in shown
    assert (
        "_1 value is secret, so it is not shown to anybody, and will be executed as given._"
        in shown
    )
    assert "GB33" not in str(card(request))
    assert ids.APPROVE in dict(buttons(request))


def test_secrets_are_counted_also_where_the_rest_does_not_fit():
    payload = {"iban": "GB33", "pin": 8_046_311_529, "letter": "x" * 20_000}
    request = asked(payload=payload, fields=(IBAN, PIN))
    assert "_2 values are secret, so they are not shown to anybody" in words(request)
    assert "8046311529" not in str(card(request))


def test_a_secret_that_was_not_given_is_not_counted():
    assert "secret" not in words(asked(fields=(IBAN,), payload={"amount": 1}))


def test_the_longest_choices_stand_in_full_wherever_they_approve():
    """What a policy can hold at most: ten choices, their effects, and all that silence does."""
    choices = tuple(
        Choice(id=f"c{number}", label=f"{number} " * 15, outcome=Outcome.APPROVE, effect="é" * 200)
        for number in range(10)
    )
    request = asked(
        choices=choices,
        outcomes=(Outcome.APPROVE,),
        stages=stages((None, 20, ("@board",))),
        remind_s=tuple(range(86_399, 864_000, 86_400)),
        escalations=(Escalation(after_s=863_999, ask=("cfo@example.com",)),),
    )
    assert len(buttons(request)) == 10
    assert "characters, in the policy" not in words(request)
