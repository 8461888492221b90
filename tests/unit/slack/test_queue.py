"""Lists and answers of the slash command: what they say, and that they keep Slack's limits."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.gate import GateState, Pause
from app.domain.lists import Count, Day, QueuePage, Stats
from app.domain.request import Held, Request, Status
from app.looking import PAGE
from app.slack import ids
from app.slack.blocks import command, queue
from app.slack.blocks.text import Message, fits
from app.slack.commands import Unclear
from policies.plan import Field, Stage, Watch
from tests.builders import NOW, after, approval, evaluation, pending, plan
from tests.unit.slack.anything import any_text, requests
from tests.unit.slack.reading import words_of
from tests.unit.slack.test_card_limits import check

AMOUNT = Field(name="amount", label="Amount", type="number", format="money", currency="USD")
MINE = ids.Turn("waiting")
CURSOR = "1790000000000:req_" + "0" * 26


def page(*requests: Request, cursor: str | None = None) -> QueuePage:
    return QueuePage(requests, cursor)


def turns(message: Message) -> dict[str, ids.Turn]:
    """The buttons that turn the page, by what stands on them."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {one["text"]["text"]: ids.parse_turn(one["value"]) for row in rows for one in row}


def details(message: Message) -> list[str]:
    found = [block["accessory"] for block in message.blocks if "accessory" in block]
    assert {one["action_id"] for one in found} <= {ids.DETAILS}
    return [ids.parse(one["value"]).request_id for one in found]


def test_a_line_says_what_until_when_and_under_which_policy_and_leads_to_the_whole():
    request = pending(evaluation=evaluation(fields=(AMOUNT,)))
    message = queue.queue(page(request), MINE)
    said = words_of(message)
    assert said.startswith("Waiting for you: 1\n")
    assert "*“Refund 120 USD to Acme”*\nAmount: 120.00 USD · “customer: Acme”\n" in said
    assert "\nUntil <!date^" in said
    assert said.endswith(" · refund")
    assert details(message) == [request.id]
    assert turns(message) == {}


def test_a_line_says_how_far_it_has_come():
    two = pending(evaluation=evaluation(plan=plan(stages=(Stage(reviewers=("x",), quorum=2),))))
    once = after(
        two, approval(two, person=approval(two).person.model_copy(update={"groups": {"x"}}))
    )
    assert "refund · 1 of 2 approvals" in words_of(queue.queue(page(once), MINE))


def test_a_watch_says_when_it_goes_ahead():
    watch = pending(evaluation=evaluation(plan=plan(watch=Watch(for_s=3_600))))
    assert "Goes ahead 1 hour after it is shown unless stopped" in words_of(
        queue.queue(page(watch), MINE)
    )


def test_what_is_held_says_for_what():
    held = pending().changed(held=Held(reason="paused", since_ms=NOW))
    assert "Held by the pause" in words_of(queue.queue(page(held), ids.Turn("seen")))


def test_what_can_still_be_taken_back_says_so():
    request = pending(evaluation=evaluation(plan=plan(undo_s=60)))
    taken = queue.one(after(request, approval(request)))
    assert "can be taken back until then" in words_of(taken)


def test_a_list_of_a_policy_names_it():
    message = queue.queue(page(pending()), ids.Turn("seen", "refund"))
    assert message.text == "All that waits under the policy refund: 1"


def test_pages_lead_on_and_back_to_the_first():
    request = pending()
    first = queue.queue(page(request, request, cursor=CURSOR), ids.Turn("seen", "refund"))
    assert first.text == "All that waits under the policy refund, earliest due first"
    assert turns(first) == {"Next page": ids.Turn("seen", "refund", CURSOR)}
    second = queue.queue(page(request), ids.Turn("seen", "refund", CURSOR))
    assert turns(second) == {"First page": ids.Turn("seen", "refund")}
    middle = queue.queue(page(request, cursor=CURSOR), ids.Turn("waiting", None, CURSOR))
    assert list(turns(middle)) == ["First page", "Next page"]


@pytest.mark.parametrize(
    ("found", "turn", "words"),
    [
        (page(), MINE, "Nothing waits for you. When something does, you get a card."),
        (page(), ids.Turn("seen"), "Nothing waits that you may see."),
        (page(cursor=CURSOR), MINE, "Go on with Next page."),
        (page(), ids.Turn("waiting", None, CURSOR), "Nothing comes after that any more."),
    ],
)
def test_an_empty_list_says_why(found: QueuePage, turn: ids.Turn, words: str):
    assert words in words_of(queue.queue(found, turn))


def test_one_request_says_how_it_stands_and_leads_to_the_whole():
    request = pending()
    waiting = queue.one(request)
    assert "Until <!date^" in words_of(waiting)
    assert request.id in words_of(waiting)
    assert details(waiting) == [request.id]
    decided = queue.one(after(request, approval(request)))
    assert "*Approved* by <@U0ANA00001>" in words_of(decided)
    assert details(decided) == [request.id]


def test_help_tells_admins_more():
    everybody = words_of(command.usage("/approve", admin=False))
    assert "`/approve`   what waits for you" in everybody
    assert "pause" not in everybody
    assert "`/approve pause REASON`" in words_of(command.usage("/approve", admin=True))


def test_what_is_not_understood_is_told_with_what_to_type():
    told = command.unclear(Unclear("I don't know “<!here>”.", "Did you mean `all`?"), "/approvals")
    assert "I don't know “&lt;!here&gt;”. Did you mean `all`?" in words_of(told)
    assert "`/approvals help`" in words_of(told)


PAUSE = Pause(by="Ana (U0ANA00001)", at_ms=NOW, reason="<!here> An incident")
DAY = Day(
    open=1_234,
    ended={Status.APPROVED: 20, Status.EXPIRED: 1},
    gate=GateState(pause=PAUSE, held=2, limited=3, callbacks=4, under_way=0),
)


def test_numbers_tell_admins_how_the_day_went():
    counts = {name: Count(n) for n, name in enumerate(("seen", "asked", "decided"))}
    mine = Stats(waiting=Count(2_000, exact=False), day=None, **counts)
    said = words_of(command.numbers(mine))
    assert "Waiting where you may decide: *2,000 or more*" in said
    assert "24 hours" not in said
    said = words_of(command.numbers(Stats(waiting=Count(1), day=DAY, **counts)))
    assert "Open in all: *1,234*" in said
    assert "approved 20, rejected 0, changes requested 0, expired" in said
    assert "*Paused* by" in said
    assert "<!here>" not in said


def test_a_pause_and_its_end_are_told():
    assert "Everything is paused by Ana (U0ANA00001) · <!date^" in words_of(command.paused(PAUSE))
    assert "&lt;!here&gt; An" in words_of(command.paused(PAUSE))
    assert words_of(command.resumed(None)) == "Nothing is paused."
    assert "Everything goes on. It was paused by" in words_of(command.resumed(PAUSE))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_any_page_keeps_slacks_limits(request_: Request):
    several = [
        request_.model_copy(
            update={"body": request_.body.model_copy(update={"id": f"req_{n:026d}"})}
        )
        for n in range(PAGE)
    ]
    full = queue.queue(page(*several, cursor=CURSOR), ids.Turn("seen", "x" * 63, CURSOR))
    check(full)
    assert fits(full.blocks)
    one = queue.one(request_)
    check(one)
    assert fits(one.blocks)


@given(any_text, any_text)
def test_any_words_typed_keep_slacks_limits(problem: str, reason: str):
    check(command.unclear(Unclear(" ".join(problem.split()), "Type `help`."), "/approvals"))
    pause = Pause(by=problem.replace("\n", " "), at_ms=NOW, reason=" ".join(reason.split()))
    check(command.paused(pause))


@given(st.sampled_from(["waiting", "seen"]), st.sampled_from([None, "refund", "a-b_c"]))
def test_a_turn_is_read_as_it_was_written(kind, policy):
    for cursor in (None, CURSOR):
        turn = ids.Turn(kind, policy, cursor)
        assert ids.parse_turn(turn.as_value()) == turn


@pytest.mark.parametrize("value", ["", "1", "2 seen  ", "1 asked  ", "1 seen A ", "1 seen  x y"])
def test_a_turn_that_nobody_wrote_is_refused(value: str):
    with pytest.raises(ids.CardUnreadable):
        ids.parse_turn(value)
