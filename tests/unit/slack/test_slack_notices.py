"""What is said beside the card."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.errors import AlreadyDecided, NotAReviewer, OutcomeNotOffered
from app.domain.request import Request
from app.slack import ids
from app.slack.blocks import modal, notices
from policies.plan import Choice, Outcome, Stage, Summary
from tests.builders import NOW, approval, evaluation, pending, plan


def decided(outcome: Outcome, comment: str | None = None):
    request = pending()
    transition = lifecycle.apply(request, approval(request, outcome=outcome, comment=comment), NOW)
    assert transition is not None
    assert transition.after is not None
    return transition.after


def test_a_refusal_says_what_is_wrong_and_what_to_do():
    error = NotAReviewer("You are not among the people this policy asks.", "It asks Ana.")
    assert notices.refused(error).text == (
        "Nothing was decided by this. You are not among the people this policy asks. It asks Ana."
    )


def test_a_name_in_a_refusal_stays_text():
    message = notices.refused(AlreadyDecided("<!channel> already approved this."))
    assert message.text.endswith("&lt;!channel&gt; already approved this.")
    assert message.blocks[0]["text"]["type"] == "plain_text"


def test_the_one_who_decided_reads_what_they_did():
    assert notices.taken(decided(Outcome.APPROVE)).text == (
        "You approved “Refund 120 USD to Acme”."
    )
    sent_back = decided(Outcome.REVISE, comment="Split it")
    assert notices.taken(sent_back).text.startswith("You asked for changes to “")


def test_the_requester_reads_how_it_ended_by_whom_and_why():
    message = notices.outcome(decided(Outcome.REVISE, comment="Split it in two"))
    assert message.text == "Changes requested by <@U0ANA00001>: “Refund 120 USD to Acme”"
    assert "Split it in two" in str(message.blocks)


def test_the_one_who_approved_reads_how_many_more_it_takes():
    stages = (Stage(reviewers=("U0ANA00001",), quorum=2), Stage(reviewers=("U0BEN00001",)))
    for given, told in ((stages, "it needs 2 more approvals"), (stages[:1], "1 more approval.")):
        request = pending(evaluation=evaluation(plan=plan(stages=given)))
        transition = lifecycle.apply(request, approval(request), NOW)
        assert transition is not None
        assert transition.after is not None
        text = notices.taken(transition.after).text
        assert text.startswith("You approved “Refund 120 USD to Acme”; it needs ")
        assert told in text


def test_the_one_who_chose_reads_the_words_of_the_button():
    choice = Choice(id="use_crm", label="Use <CRM>", outcome=Outcome.APPROVE, effect="x")
    for quorum, rest in ((1, "."), (2, "; it needs 1 more approval.")):
        stage = Stage(reviewers=("U0ANA00001",), quorum=quorum)
        review = plan(choices=(choice,), stages=(stage,))
        request = pending(evaluation=evaluation(plan=review))
        transition = lifecycle.apply(request, approval(request, choice="use_crm"), NOW)
        assert transition is not None
        assert transition.after is not None
        message = notices.taken(transition.after, "use_crm")
        assert message.text == f"You chose “Use &lt;CRM&gt;” for “Refund 120 USD to Acme”{rest}"


def form(request: Request, action: str) -> dict[str, Any]:
    shown = ids.Shown(request.id, request.body.digest)
    return modal.form(request, ids.Form(action, shown, "https://hooks.slack.test/1"))


def test_the_form_requires_a_comment_and_says_how_long_it_may_be():
    request = pending()
    view = form(request, ids.REVISE)
    [asked] = [block for block in view["blocks"] if block["type"] == "input"]
    assert asked.get("optional", False) is False
    assert asked["element"]["max_length"] == modal.COMMENT_MOST
    assert f"Up to {modal.COMMENT_MOST:,} characters" in asked["hint"]["text"]
    opened = ids.parse_form(view["private_metadata"])
    assert opened.shown == ids.Shown(request.id, request.body.digest)
    assert (opened.action, opened.reply_to) == (ids.REVISE, "https://hooks.slack.test/1")


CHOICES = tuple(
    Choice(id=f"do_{outcome.value}", label="Do", outcome=outcome, effect="So be it", comment=True)
    for outcome in Outcome
)


@pytest.mark.parametrize(
    ("action", "title", "question", "submit", "effect"),
    [
        (ids.REVISE, "Ask for changes", "What should change?", "Send", "Nothing is done"),
        (ids.STOP, "Stop it", "Why should it not go ahead?", "Stop", "Until then it waits."),
        (
            ids.of_choice(CHOICES[0]),
            "Your answer",
            "Your answer, as the workflow will use it",
            "Approve",
            "Do: it goes",
        ),
        (ids.of_choice(CHOICES[1]), "Your answer", "What should change?", "Send", "Do: again"),
        (ids.of_choice(CHOICES[2]), "Your answer", "Why not?", "Send", "Do: no"),
    ],
)
def test_each_form_asks_for_what_its_button_needs(action, title, question, submit, effect):
    buttons = tuple(zip(Outcome, ("Do: it goes", "Do: again", "Do: no"), strict=True))
    own = action.startswith("countersign_write")
    summary = Summary(
        why="x", buttons=buttons if own else (), silence="", watching="Until then it waits."
    )
    review = plan(choices=CHOICES if own else ())
    view = form(pending(evaluation=evaluation(plan=review, summary=summary)), action)
    assert (view["title"]["text"], view["submit"]["text"]) == (title, submit)
    [asked] = [block for block in view["blocks"] if block["type"] == "input"]
    assert asked["label"]["text"] == question
    assert effect in str(view["blocks"])


def test_no_form_is_made_for_a_choice_that_there_is_not():
    for choices in ((), CHOICES[1:]):
        request = pending(evaluation=evaluation(plan=plan(choices=choices)))
        with pytest.raises(OutcomeNotOffered, match="does not offer do_approve"):
            form(request, ids.of_choice(CHOICES[0]))
