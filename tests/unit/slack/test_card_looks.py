"""Links, instants, lists, differences, risk, and what came of it: each drawn as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.difference import difference
from app.domain.request import (
    Actor,
    Consumed,
    Decision,
    Edited,
    Request,
    Result,
    Revises,
    Status,
    Undoable,
)
from app.domain.undoing import kept
from app.slack import ids
from app.slack.blocks import modal, notices, whole
from app.slack.blocks.card import card
from app.slack.blocks.fields import drawn, rows
from policies.plan import Choice, Field, Flag, Outcome
from tests.builders import NOW, approval, evaluation, pending, plan
from tests.slack_limits import check_message
from tests.unit.slack.reading import after, buttons, in_short, words

ANA = Actor(kind="person", id="U0ANA00001", name="Ana")
SITE = Field(name="site", label="Site", type="string", format="url")
DUE = Field(name="due", label="Due", type="string", format="date")
AMOUNT = Field(name="amount", label="Amount", type="number", format="money", currency="USD")
TOKEN = Field(name="token", label="Token", type="string", secret=True)
FAR = Flag(question="impact_radius", raised=True, because="It reaches far", phrase="120 > 1")
DECISION = Decision(outcome=Status.APPROVED, by=(ANA,), at_ms=NOW, digest="a" * 64)


def state(request: Request, **changes: Any) -> Request:
    return request.model_copy(update={"state": request.state.model_copy(update=changes)})


def rich(request: Request) -> list[str]:
    """Each rich text of a card in a line: `text`, *bold*, _ours_, and [where a link leads]."""

    def inline(one: dict[str, Any]) -> str:
        if one["type"] == "link":
            assert one["text"] == one["url"]
            return f"[{one['url']}]"
        mark = "*" * one.get("style", {}).get("bold", False)
        return f"{mark}{one['text']}{mark}"

    blocks = [block for block in card(request).blocks if block["type"] == "rich_text"]
    sections = [part for block in blocks for part in block["elements"]]
    return ["".join(map(inline, part["elements"])) for part in sections if "style" not in part]


def test_a_link_says_its_whole_address_and_beside_it_where_it_leads():
    request = pending(
        payload={"site": "https://Pay.Acme.example:8443/a?b=c#d"},
        evaluation=evaluation(fields=(SITE,)),
    )
    assert rich(request) == [
        "*Site\n*[https://Pay.Acme.example:8443/a?b=c#d] (leads to pay.acme.example)"
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.example@evil.example/",
        "https://evil.example\\@acme.example/",
        "javascript:alert(1)",
        "https://\u0430cme.example/",
        "https://acme.example/\u202egnp.exe",
        "https://acme.example/ https://evil.example/",
        "//acme.example",
        "https://",
        "ftp://acme.example/",
        "https://acme.example/" + "x" * 2_500,
    ],
)
def test_what_is_no_plain_web_address_is_text_and_no_link(address):
    request = pending(payload={"site": address}, evaluation=evaluation(fields=(SITE,)))
    assert "'link'" not in str(card(request).blocks)
    check_message(card(request))


def test_an_instant_stands_in_the_readers_zone_beside_what_will_be_executed():
    text = "2026-12-01T17:30:00+01:00"
    request = pending(payload={"due": text}, evaluation=evaluation(fields=(DUE,)))
    assert f"{text} (Tuesday)\n_For you:_ <!date^1796142600^{{date_long}} at {{time}}|" in words(
        request
    )


@pytest.mark.parametrize("text", ["2026-12-01", "2026-12-01T17:30:00", "1969-12-01T17:30:00Z"])
def test_a_day_without_a_zone_is_nobodys_instant(text):
    request = pending(payload={"due": text}, evaluation=evaluation(fields=(DUE,)))
    assert "For you" not in words(request)


def test_a_short_list_of_plain_values_is_a_list():
    [block] = drawn(rows([], {"orders": ["PO-1", 2, True, "", " padded"]}))
    name, listed = block["elements"]
    assert name["elements"][0]["text"] == "orders\n"
    assert listed["style"] == "bullet"
    shown = [line["elements"][0] for line in listed["elements"]]
    assert [one["text"] for one in shown] == ["PO-1", "2", "yes", "empty", '" padded"']
    assert ["style" in one for one in shown] == [False, False, True, True, False]


@pytest.mark.parametrize("values", [[], [["deep"]], ["two\nlines"], list(range(21)), ["x" * 201]])
def test_a_list_that_does_not_read_well_as_one_stays_whole_in_its_own_words(values):
    assert all("rich_text_list" not in str(one) for one in drawn(rows([], {"a": values})))


def test_a_letter_that_ends_in_line_breaks_reads_as_a_letter():
    assert rows([], {"a": "Dear all,\nhello\n"})[0].value == "Dear all,\nhello\n"
    assert rows([], {"a": "hello\n"})[0].value == '"hello\\n"'


def edited(request: Request, payload: dict[str, Any]) -> Request:
    change = Edited(
        payload=payload,
        digest="b" * 64,
        evaluation=request.evaluation,
        by=ANA,
        at_ms=NOW,
    )
    return state(request, edited=change)


def test_a_reviewers_changes_stand_field_by_field_and_the_new_payload_is_what_is_shown():
    judged = evaluation(fields=(AMOUNT, TOKEN))
    before = {"amount": 120, "token": "t0", "note": "old", "gone": 1}
    request = pending(payload=before, evaluation=judged)
    request = edited(request, {"amount": 90.5, "token": "t1", "note": "new", "extra": True})
    assert "*Changed by <@U0ANA00001>*, so this is not what was asked" in words(request)
    [lines] = [one for one in rich(request) if "→" in one]
    assert lines.splitlines() == [
        "*Amount: *120.00 USD → 90.50 USD",
        "*Token: *secret, changed",
        "note: old → new",
        "gone: 1 → not given",
        "extra: not given → yes",
    ]
    assert "t0" not in str(card(request).blocks)
    assert ids.Shown(request.id, "b" * 64).as_value() in str(card(request).blocks)
    assert card(request).text.startswith("Decision needed (changed by a reviewer): ")


def test_whoever_asked_reads_what_was_changed_and_the_card_what_was_approved():
    request = pending(payload={"amount": 120})
    ended = edited(after(request, approval(request)), {"amount": 90})
    assert "*What was approved*" in words(ended)
    told = str(notices.outcome(ended).blocks)
    assert "Changed by <@U0ANA00001>" in told
    assert "→" in told


def test_revise_says_where_to_change_it_oneself_only_where_that_can_be_done():
    opened = ids.Form(ids.REVISE, ids.Shown("req_x", "a" * 64))
    for editable in (True, False):
        amount = AMOUNT.model_copy(update={"editable": editable})
        request = pending(evaluation=evaluation(fields=(amount,)))
        assert ("Approve with edits" in str(modal.form(request, opened))) is editable


def test_a_long_value_is_told_from_shortly_before_where_it_differs():
    letter = "Dear customer, " * 40
    request = pending(payload={"letter": f"{letter}we pay 100 USD"})
    request = edited(request, {"letter": f"{letter}we pay 900 USD"})
    [line] = [one for one in rich(request) if "→" in one]
    assert "we pay 100 USD… (of 614 characters, whole in Details) → …" in line
    assert "we pay 900 USD" in line


def test_of_a_short_list_what_is_gone_and_what_is_new_is_said():
    request = pending(payload={"items": ["Machine", "Grinder", "Grinder"]})
    changed = edited(request, {"items": ["Machine", "Grinder", "Mill"]})
    assert "items: without “Grinder”; new: “Mill”\n" in rich(changed)
    moved = edited(request, {"items": ["Grinder", "Machine", "Grinder"]})
    assert "→" in str(rich(moved))
    told = edited(pending(payload={"items": ["yes", "Mill"]}), {"items": [True, "Mill"]})
    assert "items: without “yes”; new: “yes”\n" in rich(told)


def test_more_changes_than_there_is_room_for_are_counted():
    request = pending(payload={f"field {n}": n for n in range(40)})
    request = edited(request, {f"field {n}": n + 1 for n in range(40)})
    assert "_28 more changes are in Details._" in words(request)


def revised(revision: int = 2, **changes: Any) -> Request:
    before: dict[str, Any] = {"amount": 120, "customer": "Acme"}
    now: dict[str, Any] = {"amount": 90, "customer": "Acme"}
    given: dict[str, Any] = {
        "request_id": "req_" + "0" * 26,
        "by": ANA,
        "comment": "Less, please <!here>",
        "changes": difference(before, now),
    }
    revises = Revises(**(given | changes))
    judged = evaluation(fields=(AMOUNT,), plan=plan(revisions=1))
    return pending(payload=now, revision=revision, revises=revises, evaluation=judged)


def test_a_request_that_is_asked_again_says_who_wanted_what_and_what_is_different():
    request = revised()
    assert "*Asked again, revision 2.* <@U0ANA00001> wanted:" in words(request)
    assert "Less, please <!here>" in rich(request)
    assert "*Amount: *120.00 USD → 90.00 USD\n" in rich(request)
    assert card(request).text.startswith("Decision needed (asked again): “Refund")
    assert "more often than the policy expects" not in words(request)


@pytest.mark.parametrize("now", [{}, {"iban": "DE2"}])
def test_what_was_secret_is_not_shown_once_the_policy_does_not_know_it(now: dict[str, Any]):
    changes = [one.model_copy(update={"secret": True}) for one in difference({"iban": "DE1"}, now)]
    request = revised(changes=tuple(changes))
    assert f"iban: secret, {changes[0].kind}\n" in rich(request)
    assert "DE1" not in f"{card(request)} {whole.everything(request)}"


def test_one_that_is_asked_too_often_or_without_a_change_says_so():
    request = revised(revision=3, changes=(), comment=None)
    assert "That is more often than the policy expects. <@U0ANA00001> wanted changes." in words(
        request
    )
    assert "_Nothing of it is different now._" in words(request)


def test_risk_that_the_reasons_leave_out_is_said_in_words_and_only_once():
    unknown = Flag(question="anomaly", raised=None, because="Unusual", phrase="no signal")
    request = pending(evaluation=evaluation(flags=(FAR, unknown)))
    assert "*Risk*\n• It reaches far.\n• Not known: anomaly" in words(request)
    told = evaluation().summary.model_copy(update={"why": "Risk flags raised (1): It reaches far."})
    request = pending(evaluation=evaluation(flags=(FAR,), summary=told))
    assert words(request).count("It reaches far") == 2  # the reasons, and the dialog of Approve


def asks_once_more(request: Request) -> list[str]:
    rows = [block["elements"] for block in card(request).blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row if "confirm" in one]


def test_what_reaches_far_is_not_approved_by_a_single_tap():
    choices = tuple(
        Choice(id=f"c{n}", label=f"C{n}", outcome=outcome, effect="It is done", comment=comment)
        for n, (outcome, comment) in enumerate(
            [(Outcome.APPROVE, False), (Outcome.APPROVE, True), (Outcome.REJECT, False)]
        )
    )
    assert asks_once_more(pending(evaluation=evaluation(flags=(FAR,)))) == [ids.APPROVE]
    far = evaluation(flags=(FAR,), plan=plan(choices=choices))
    assert asks_once_more(pending(evaluation=far)) == ["countersign_choose:approve:c0"]
    near = FAR.model_copy(update={"raised": False})
    assert asks_once_more(pending(evaluation=evaluation(flags=(near,)))) == []


def test_where_a_value_has_to_be_typed_approve_opens_a_form():
    typed = plan(confirm="amount")
    request = pending(evaluation=evaluation(plan=typed, flags=(FAR,)))
    assert [action for action, _ in buttons(request)] == [ids.CONFIRM, ids.REVISE, ids.REJECT]
    assert asks_once_more(request) == []
    use = Choice(id="use", label="Use", outcome=Outcome.APPROVE, effect="It is used", comment=True)
    request = pending(evaluation=evaluation(plan=plan(confirm="amount", choices=(use,))))
    assert [action for action, _ in buttons(request)] == ["countersign_confirm:use"]
    assert ids.meant("countersign_confirm:use") == ids.Meant(Outcome.APPROVE, "use")


def test_a_decision_that_can_be_taken_back_says_from_when_it_counts_and_has_one_button():
    undo = Undoable(
        decision=DECISION,
        until_ms=NOW + 30_000,
        before=kept(pending()),
    )
    request = state(pending(), undoable=undo)
    assert "*Approved* by <@U0ANA00001> · takes effect at <!date^1790000030^{time_secs}|" in words(
        request
    )
    assert buttons(request) == [(ids.UNDO, None)]
    assert "countersign_details" not in str(card(request).blocks)
    assert in_short(request).startswith("Approved by <@U0ANA00001>, takes effect at <!date^")


@pytest.mark.parametrize(
    ("ok", "said", "short"), [(True, "Done", "done"), (False, "Failed", "it failed")]
)
def test_what_came_of_an_approval_is_on_its_card(ok, said, short):
    request = pending()
    approved = after(request, approval(request))
    result = Result(ok=ok, text="Refund, re_123", link="https://pay.example/re_123", at_ms=NOW)
    done = state(approved, result=result)
    assert rich(done) == [
        f"*{said}: *“Refund, re_123”\n[https://pay.example/re_123] (leads to pay.example)"
    ]
    assert f"{short}: “Refund 120 USD" in card(done).text


def test_an_approval_that_nobody_used_says_so():
    request = pending(evaluation=evaluation(plan=plan(result_s=86_400)))
    unused = state(after(request, approval(request)), unused=True)
    assert "Approved, and no result was told within 1 day" in words(unused)
    assert "and no result was told: “Refund" in card(unused).text


def test_the_notification_says_the_same_in_one_line_of_about_three_hundred_characters():
    request = pending(
        title="x" * 300,
        payload={"amount": 120, "customer": "Acme"},
        evaluation=evaluation(fields=(AMOUNT,)),
    )
    assert len(card(request).text) <= 300
    assert " · Amount: 120.00 USD · “customer: Acme” · until <!date^" in card(request).text


def test_an_approval_says_until_when_the_workflow_can_act_on_it_and_the_whole_that_it_did():
    request = pending(evaluation=evaluation(valid_s=900))
    approved = state(request, status=Status.APPROVED, decision=DECISION)
    until = "the workflow can act on it until"
    assert f"{until} <!date^{NOW // 1000 + 900}^" in words(approved)
    assert until in str(whole.everything(approved))
    rejected = DECISION.model_copy(update={"outcome": Status.REJECTED})
    refused = state(request, status=Status.REJECTED, decision=rejected)
    assert until not in words(refused)
    used = state(approved, consumed=Consumed(at_ms=NOW + 1_000))
    assert "The workflow went ahead with it" in str(whole.everything(used))
    assert card(used) == card(approved), "no card is drawn anew for it"
