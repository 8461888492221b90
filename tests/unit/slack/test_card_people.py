"""Who is at a request, who is away, and what was asked, as the card and its thread show it."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.absence import Absence
from app.domain.cards import NoticeKind, Place
from app.domain.commands import (
    AnswerQuestion,
    AskRequester,
    Claim,
    Decide,
    HandOver,
    Staffed,
)
from app.domain.request import Away, Request
from app.domain.slack_steps import SayNotice
from app.slack import ids
from app.slack.blocks import modal, modals, notices, questions, threads
from app.slack.blocks.card import card
from policies.plan import Outcome, Stage
from tests.builders import NOW, approval, evaluation, pending, plan
from tests.unit.domain.cast import ANA, BEN, CHLOE, DEV, FAY, FINANCE, somebody
from tests.unit.slack.reading import after, buttons, menu, words, words_of

UNTIL = NOW + 3_600_000
AT = "<!date^"


def asked(**changes: Any) -> Request:
    review = plan(stages=(Stage(reviewers=(FINANCE, ANA, CHLOE), quorum=2),), **changes)
    return pending(evaluation=evaluation(plan=review), on_behalf_of="dev@example.com")


def press(request: Request, who: str = ANA) -> dict[str, Any]:
    return {"person": somebody(who), "digest": request.body.digest}


def staffed(request: Request, *away: Away, assigned: Any = (), overflowed: bool = False):
    return after(request, Staffed(stage=0, away=away, assigned=assigned, overflowed=overflowed))


def gone(who: str = ANA) -> Away:
    return Away(person=who, delegate=FAY, until_ms=UNTIL, personal=True)


def questioned(text: str = "Why <!channel>?", answer: str | None = None) -> Request:
    request = asked()
    request = after(request, AskRequester(**press(request), text=text))
    if answer is None:
        return request
    return after(request, AnswerQuestion(person=somebody(DEV), number=1, text=answer))


def said(kind: NoticeKind, request: Request, to: Any = (ANA,), number: int | None = None):
    place = Place(channel="C0APPROVAL", ts="1.1")
    notice = SayNotice(kind=kind, at_ms=NOW, place=place, number=number)
    return threads.said(notice, request, to)


def test_a_card_that_asks_everybody_says_nothing_of_duties():
    shown = words(asked())
    for heading in ("is on it", "Asked now", "Away", "Asked and answered", "Rejections"):
        assert heading not in shown


def test_a_claim_is_shown_with_its_end_and_turns_the_menu():
    request = asked()
    assert menu(request) == [
        "I'm on it",
        "Hand over …",
        "Ask the requester …",
        "I'm away …",
        "I'm back",
    ]
    claimed = after(request, Claim(**press(request)))
    assert f":eyes: <@{ANA}> is on it until {AT}" in words(claimed)
    assert menu(claimed)[0] == "No longer on it"
    assert buttons(claimed) == buttons(request)


def test_nobody_to_ask_is_not_offered():
    request = pending()
    assert menu(request) == ["I'm on it", "Hand over …", "I'm away …", "I'm back"]


def test_those_who_were_chosen_are_shown():
    request = staffed(asked(), assigned=(ANA, CHLOE))
    assert f"*Asked now:* <@{ANA}>, <@{CHLOE}>" in words(request)


def test_the_overflow_is_shown_with_the_reason():
    request = staffed(asked(overflow=("S0EVERYONE",)), assigned=(ANA,), overflowed=True)
    assert (
        f"*Asked now:* <@{ANA}>, <!subteam^S0EVERYONE> "
        "(the others have enough open, or can't be asked)" in words(request)
    )


def test_whoever_is_away_is_shown_with_who_decides_in_their_place():
    request = staffed(asked(), gone())
    assert f"*Away:* <@{ANA}> (<@{FAY}> decides in their place through " in words(request)


def test_more_absences_than_there_is_room_for_are_counted():
    request = staffed(asked(), *(gone(f"U0PERSON{number:03}") for number in range(40)))
    assert " more" in words(request).split("*Away:*")[1].splitlines()[0]


def test_an_answer_in_somebodys_place_says_so():
    request = staffed(asked(), gone())
    vote: Decide = approval(request, person=somebody(FAY), absent=(somebody(ANA),))
    assert f"Approvals: 1 of 2 · <@{FAY}> for <@{ANA}>" in words(after(request, vote))


def test_rejections_that_are_not_enough_are_counted_and_named():
    request = asked(reject_quorum=2)
    assert "Rejections" not in words(request)
    once = after(request, approval(request, person=somebody(BEN), outcome=Outcome.REJECT))
    assert f"Rejections: 1 of 2 · <@{BEN}>" in words(once)


def test_a_question_and_its_answer_stand_on_the_card_as_text():
    request = questioned(answer="Late\ndelivery <@U0EVE00001>")
    shown = str(card(request).blocks)
    assert "*Asked and answered* (this decides nothing)" in shown
    box = words(request).split("(this decides nothing)")[1]
    assert f"{ANA.title()}: Why <!channel>?" in box
    assert f"→ {DEV.title()}: Late delivery <@U0EVE00001>" in box
    assert "no answer yet" in words(questioned())


def test_the_newest_question_stands_first():
    request = questioned("First?")
    request = after(request, AskRequester(**press(request, BEN), text="Second?"))
    assert words(request).index("Second?") < words(request).index("First?")


def test_long_questions_never_keep_a_payload_that_fits_from_being_approved():
    request = asked()
    body = request.body.model_copy(update={"payload": {"letter": "x" * 8_500}})
    request = request.model_copy(update={"body": body})
    assert ids.APPROVE in dict(buttons(request))
    for _ in range(3):
        request = after(request, AskRequester(**press(request), text='"x' * 1_000))
    assert ids.APPROVE in dict(buttons(request))
    assert "characters, in Details)" in words(request)


def test_a_decided_card_has_no_menu_and_keeps_what_was_asked():
    request = questioned(answer="Late")
    request = after(request, approval(request, outcome=Outcome.REJECT))
    assert menu(request) == []
    assert "Asked and answered" in words(request)
    assert "is on it" not in words(request)


@pytest.mark.parametrize(
    ("kind", "lead"),
    [
        ("reminder", "This still waits for a decision: *“Refund"),
        ("escalation", "This is not decided yet, so more people are asked: *“Refund"),
        ("stage", "It is your turn: *“Refund"),
    ],
)
def test_a_call_for_an_answer_mentions_whom_it_is_for_and_says_when_it_expires(kind, lead):
    text = said(kind, asked(), (ANA, "S0FINANCE1")).text
    assert text.startswith(f"<@{ANA}> <!subteam^S0FINANCE1> {lead}")
    assert f"Without an answer it expires {AT}" in text


def test_what_was_handed_over_says_by_whom():
    place = Place(channel="C0APPROVAL", ts="1.1")
    notice = SayNotice(kind="handover", at_ms=NOW, place=place, by=ANA)
    assert threads.said(notice, asked(), (FAY,)).text.startswith(
        f"<@{FAY}> <@{ANA}> handed this to you: *“Refund"
    )


def test_a_question_in_the_thread_can_be_answered_there():
    message = said("question", questioned(), (DEV,), 1)
    assert message.text.startswith(f"<@{DEV}> <@{ANA}> asks, before this is decided:")
    assert "<!channel>" not in message.text
    [row] = [one for one in message.blocks if one["type"] == "actions"]
    [answer] = row["elements"]
    assert ids.question_of(answer["action_id"]) == 1


def test_an_answer_in_the_thread_is_quoted_to_whoever_asked():
    message = said("answer", questioned(answer="Late\n<!here>"), (ANA,), 1)
    assert message.text.startswith(f"<@{ANA}> <@{DEV}> answered: Late &lt;!here&gt;")
    assert [one["type"] for one in message.blocks] == ["section", "rich_text"]


def test_a_question_is_brought_with_what_it_is_about_and_a_button():
    message = questions.brought(questioned(), 1)
    assert f"<@{ANA}> asks, before your request is decided:" in words_of(message)
    assert message.blocks[0]["text"]["text"] == "“Refund 120 USD to Acme”"
    assert "Answer" in words_of(message)


def test_each_move_is_confirmed_to_whoever_made_it():
    request = asked()
    claimed = after(request, Claim(**press(request)))
    moved = after(request, HandOver(**press(request), to=somebody(BEN)))
    assert notices.claimed(claimed).text.startswith("You are on “Refund 120 USD to Acme” until")
    assert notices.released(request).text.startswith("You are no longer on “Refund")
    assert notices.handed_over(moved, BEN).text.startswith(f"<@{BEN}> is asked now for “Refund")
    assert "on its way to the requester" in notices.asked(request).text
    assert "is on the card now" in notices.answered(request).text


def test_whoever_goes_away_reads_what_that_means_and_who_is_left_behind():
    away = Absence(
        person=ANA,
        person_name="Ana",
        delegate=FAY,
        delegate_name="Fay",
        from_ms=NOW,
        until_ms=UNTIL,
    )
    assert notices.gone(away, ()).text.startswith(f"<@{FAY}> decides in your place from {AT}")
    left = away.model_copy(update={"person": BEN, "delegate": ANA})
    assert f"You stand in for <@{BEN}> meanwhile" in notices.gone(away, [left]).text


def test_the_forms_for_questions_and_answers_say_that_they_decide_nothing():
    request = questioned("Why\nso much?")
    shown = ids.Shown(request.id, request.body.digest)
    ask = modal.form(request, ids.Form(ids.ASK, shown))
    assert (ask["title"]["text"], ask["submit"]["text"]) == ("Ask the requester", "Ask")
    assert "Nothing is decided." in str(ask)
    answer = modal.form(request, ids.Form(ids.answer_to(1), shown))
    assert f"{ANA.title()} asks: Why so much?" in str(answer)


def test_the_forms_for_people_and_days_remember_the_card_and_ask_for_both():
    request, shown = asked(), ids.Shown("req_" + "0" * 26, "a" * 64)
    opened = ids.Form(ids.MENU, shown, "https://hooks.slack.test/1")
    hand_over, away = modals.hand_over(request, opened), modals.away(opened)
    for view in (hand_over, away):
        assert ids.parse_form(view["private_metadata"]) == opened
    assert _inputs(hand_over) == {ids.PERSON_BLOCK: False}
    assert _inputs(away) == {
        ids.PERSON_BLOCK: False,
        ids.FROM_BLOCK: True,
        ids.UNTIL_BLOCK: False,
    }


def _inputs(view: dict[str, Any]) -> dict[str, bool]:
    """The inputs of a form, and whether each may be left empty."""
    found = [one for one in view["blocks"] if one["type"] == "input"]
    return {one["block_id"]: one.get("optional", False) for one in found}
