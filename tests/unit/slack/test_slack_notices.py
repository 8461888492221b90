"""What is said beside the card."""

from __future__ import annotations

from app.domain import lifecycle
from app.domain.errors import AlreadyDecided, NotAReviewer
from app.slack import ids
from app.slack.blocks import modal, notices
from policies.plan import Outcome
from tests.builders import NOW, approval, pending


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
    assert message.text == "Changes requested by <@U0ANA00001>: Refund 120 USD to Acme"
    assert "Split it in two" in str(message.blocks)


def test_the_form_requires_a_comment_and_says_how_long_it_may_be():
    request = pending()
    shown = ids.Shown(request.id, request.body.digest)
    view = modal.revise(request, shown)
    [asked] = [block for block in view["blocks"] if block["type"] == "input"]
    assert asked.get("optional", False) is False
    assert asked["element"]["max_length"] == modal.COMMENT_MOST
    assert f"Up to {modal.COMMENT_MOST:,} characters" in asked["hint"]["text"]
    assert ids.parse(view["private_metadata"]) == shown
