"""The card of what goes ahead by itself: it can be stopped, and never approved."""

from __future__ import annotations

from typing import Any

from app.domain.cards import Place
from app.domain.commands import CardDrawn, Hold, Signal, Stop, Wake
from app.domain.request import Actor, Request
from app.slack import ids
from app.slack.blocks import notices
from app.slack.blocks.card import card
from policies.plan import Route, Stage, Watch
from policies.summary import summarise
from tests.builders import NOW, approval, evaluation, pending, person, plan
from tests.unit.slack.reading import after, buttons, in_short, words, words_of

ANA, BEN = "U0ANA00001", "U0BEN00001"
MONITOR = Actor(kind="client", id="fraud-bot", name="fraud-bot")
WINDOW_MS = 15 * 60_000
END = f"<!date^{(NOW + WINDOW_MS) // 1000}^"
TITLE = "“Refund 120 USD to Acme”"


def watched(then: str = "review", **changes: Any) -> Request:
    """A watch whose card was not seen yet."""
    asked = (Stage(reviewers=(ANA,)), Stage(reviewers=(BEN,), name="Legal"))
    stop = Watch.model_validate({"for_s": 900, "stop": then})
    review = plan(stages=asked, watch=stop, checklist=("Look at the name.",))
    summary = summarise("refund", Route.WATCH, "small", ["It can be undone."], review)
    return pending(evaluation=evaluation(Route.WATCH, plan=review, summary=summary), **changes)


def seen(request: Request) -> Request:
    place = Place(channel="C0APPROVAL", ts="1.1")
    return after(request, CardDrawn(target="#approvals", place=place, face=1))


def stop(request: Request, reason: str = "Wrong person <!here>") -> Stop:
    return Stop(person=person(id=ANA), reason=reason, digest=request.body.digest)


def test_before_it_could_be_seen_it_says_how_long_after():
    request = watched()
    assert in_short(request) == f"Goes ahead 15 minutes after it is shown unless stopped: {TITLE}"
    assert "*Goes ahead 15 minutes after it is shown unless somebody stops it*" in words(request)


def test_once_seen_it_says_when_it_goes_ahead_and_what_stop_does():
    request = seen(watched())
    assert card(request).text.startswith(f"Goes ahead {END}")
    assert in_short(request).endswith(f" unless stopped: {TITLE}")
    shown = words(request)
    assert f":eyes: *Goes ahead {END}" in shown
    assert "*Why it goes ahead by itself*\nIt can be undone." in shown
    assert "*Before it goes ahead*\n• Look at the name." in shown
    assert f"*Who can stop it*\n<@{ANA}>, <@{BEN}>" in shown
    assert "Stop: it does not go ahead, and people are asked instead." in shown
    assert "Approve" not in shown
    assert "Stage" not in shown


def test_during_a_pause_it_says_that_it_waits_for_its_end():
    request = after(seen(watched()), Hold(), NOW + 2 * WINDOW_MS)
    assert in_short(request) == f"Goes ahead when the pause ends unless stopped: {TITLE}"
    assert "*Goes ahead when the pause ends unless somebody stops it*" in words(request)
    assert buttons(request) == [(ids.STOP, None)]


def test_stop_is_its_only_button_and_looks_like_no_answer():
    assert buttons(watched()) == buttons(seen(watched())) == [(ids.STOP, None)]


def test_a_payload_that_does_not_fit_says_so_and_can_still_be_stopped():
    request = watched(payload={"letter": "x" * 20_000})
    assert buttons(request) == [(ids.STOP, None)]
    assert "too long for a message, and goes ahead as a whole unless it is stopped" in words(
        request
    )


def test_once_stopped_it_is_a_review_that_says_who_stopped_it_and_why():
    request = seen(watched())
    request = after(request, stop(request))
    assert [action for action, _ in buttons(request)] == [ids.APPROVE, ids.REVISE, ids.REJECT]
    assert in_short(request) == f"Decision needed (stage 1 of 2): {TITLE}"
    assert f":octagonal_sign: *Stopped* by <@{ANA}> · <!date^" in words(request)
    boxes = [block for block in card(request).blocks if block["type"] == "rich_text"]
    assert "Wrong person <!here>" in str(boxes)
    assert "Goes ahead" not in words(request)


def test_a_monitor_that_stops_it_is_named_with_what_it_said():
    request = after(seen(watched()), Signal(by=MONITOR, signals={"anomaly": True}))
    assert "*Stopped* by fraud-bot · " in words(request)
    assert "A monitor says: anomaly: yes (fraud-bot)" in words(request)
    assert ids.APPROVE in dict(buttons(request))


def test_a_stopped_request_that_is_approved_after_all_says_both():
    request = watched()
    request = after(request, stop(request))
    for user in (ANA, BEN):
        request = after(request, approval(request, person=person(id=user, email=None)))
    assert in_short(request) == f"Approved by <@{ANA}> and <@{BEN}>: {TITLE}"
    assert "*Stopped* by" in words(request)
    assert "Why a person was asked: It was stopped before it went ahead" in words(request)
    assert "The policy had said: It can be undone." in words(request)


def test_at_its_end_it_says_that_nobody_stopped_it():
    request = seen(watched())
    request = after(request, Wake(), NOW + WINDOW_MS)
    assert in_short(request) == f"Went ahead by the policy, as nobody stopped it: {TITLE}"
    assert ":white_check_mark: *Went ahead by the policy, as nobody stopped it* · " in words(
        request
    )
    assert "Why it was to go ahead by itself: It can be undone." in words(request)
    assert buttons(request) == []
    assert notices.outcome(request).text == in_short(request)


def test_where_stopping_rejects_the_end_says_both():
    request = watched("reject")
    request = after(request, stop(request))
    assert in_short(request) == f"Stopped, so rejected by <@{ANA}>: {TITLE}"
    assert "Wrong person" in words_of(notices.outcome(request))


def test_the_one_who_stopped_it_reads_what_comes_of_that():
    for then, told in (("review", "people are asked now"), ("reject", "it is rejected")):
        request = watched(then)
        message = notices.stopped(after(request, stop(request)))
        assert message.text == f"You stopped {TITLE}; {told}."
