"""The whole request and its history, a page at a time: nothing is missing, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.events import Event, EventType
from app.domain.request import Request
from app.domain.seen import clean
from app.slack import ids
from app.slack.blocks import details, fields, paging, whole
from app.slack.blocks.requester import words as said_by_requester
from policies.plan import Choice, Flag, Outcome, Step
from tests.builders import NOW, approval, evaluation, pending, plan
from tests.slack_limits import check_view
from tests.unit.slack.anything import HOSTILE, any_text, requests, values
from tests.unit.slack.reading import after
from tests.unit.slack.test_card_limits import nothing_acts

ANA = "U0ANA00001"


def opened(request: Request, digest: str | None = None) -> ids.Form:
    return ids.Form(
        ids.DETAILS, ids.Shown(request.id, digest or request.digest), "https://x.test/1"
    )


def all_pages(request: Request) -> list[dict[str, Any]]:
    count = len(paging.pages(whole.everything(request)))
    return [details.request_page(request, opened(request), n) for n in range(1, count + 1)]


def read(node: Any) -> list[str]:
    """Every text that is drawn, in its order."""
    if isinstance(node, list):
        return [text for one in node for text in read(one)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) else []
    return own + [text for one in node.values() for text in read(one)]


def acting(view: dict[str, Any]) -> list[str]:
    rows = [block["elements"] for block in view["blocks"] if block.get("block_id") == ids.BUTTONS]
    return [button["action_id"] for row in rows for button in row]


def turns(view: dict[str, Any]) -> list[str]:
    return [button["text"]["text"] for button in view["blocks"][-1]["elements"]]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_every_page_keeps_slacks_limits(request_):
    for view in all_pages(request_):
        check_view(view)
        nothing_acts(view)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_the_pages_joined_hold_every_character_of_every_value(request_):
    pages = paging.pages(whole.everything(request_))
    for view, page in zip(all_pages(request_), pages, strict=True):
        assert all(block in view["blocks"] for block in page)
    drawn = read(pages)
    joined = "".join(text for text in drawn if not text.startswith("_Part "))
    for row in fields.rows(request_.evaluation.fields, request_.payload):
        listed = row.items if row.named else ()
        shown = [one.value for one in listed] or [row.value]
        if row.at_ms is None:
            assert all(value in joined for value in shown)
    assert clean(said_by_requester(request_)) in joined
    for text in (request_.evaluation.summary.why.strip(), request_.evaluation.error or ""):
        assert clean(text).strip() in joined or not clean(text).strip()
    assert request_.digest in joined


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_only_the_last_page_answers_and_it_answers_as_the_card_would(request_):
    *before, last = all_pages(request_)
    assert [acting(view) for view in before] == [[]] * len(before)
    offered = acting(last)
    if not request_.pending:
        assert offered == []
    elif request_.state.undoable is not None:
        assert offered == [ids.UNDO]
    elif request_.watched:
        assert offered == [ids.STOP]
    else:
        assert len(offered) == len(request_.plan.choices or request_.plan.outcomes)


def test_a_long_request_takes_pages_that_can_be_turned_and_says_where_the_buttons_are():
    request = pending(payload={"letter": "x" * 60_000, "end": "the last word"})
    first, *_, last = all_pages(request)
    assert "*Page 1 of 2*" in str(first["blocks"][0])
    assert turns(first) == ["Next page", "History"]
    assert turns(last) == ["Previous", "History"]
    assert "The buttons that answer it are on the last page." in str(first)
    assert acting(last) == [ids.APPROVE, ids.REVISE, ids.REJECT]
    assert "_Part 2 of 21_" in str(first)


def test_a_page_that_is_no_longer_there_is_the_last_one():
    request = pending()
    view = details.request_page(request, opened(request), 9)
    assert "*Page 1 of 1*" in str(view["blocks"][0])


def test_what_was_decided_meanwhile_says_so_and_has_no_buttons():
    request = pending()
    view = details.request_page(after(request, approval(request)), opened(request))
    assert "Decided meanwhile" in str(view)
    assert acting(view) == []


def test_what_was_changed_meanwhile_says_so_and_has_no_buttons():
    request = pending()
    view = details.request_page(request, opened(request, "f" * 64))
    assert "changed it after you opened it" in str(view)
    assert acting(view) == []


def test_everything_the_policy_said_is_there_in_words():
    judged = evaluation(
        trace=(
            Step(rule="routine", matched=False, phrase="amount 120 is not under 50"),
            Step(rule="otherwise", matched=True, phrase="always"),
        ),
        flags=(
            Flag(question="impact_radius", raised=True, because="It reaches far", phrase="120 > 1"),
            Flag(question="frequency", raised=None, because="Seldom", phrase="no signal"),
            Flag(question="ambiguity", raised=False, because="Unclear", phrase="is clear"),
        ),
    )
    request = pending(evaluation=judged)
    shown = "\n".join(read(details.request_page(request, opened(request))))
    for words in (
        "Rule routine does not hold: amount 120 is not under 50.",
        "Rule otherwise holds: always.",
        "impact radius: yes. It reaches far. (120 > 1)",
        "frequency: not known. (no signal)",
        "ambiguity: no. (is clear)",
        f"Digest: {request.digest}",
    ):
        assert words in shown


def test_a_choice_that_reaches_far_asks_once_more_there_too():
    far = (Flag(question="affected", raised=None, because="Many", phrase="no signal"),)
    use = Choice(id="use", label="Use it", outcome=Outcome.APPROVE, effect="It is used")
    judged = evaluation(plan=plan(choices=(use,)), flags=far)
    request = pending(evaluation=judged)
    [button] = [
        one
        for block in details.request_page(request, opened(request))["blocks"]
        if block.get("block_id") == ids.BUTTONS
        for one in block["elements"]
    ]
    assert button["confirm"]["title"]["text"] == "Use it: are you sure?"
    assert "“Refund 120 USD to Acme” · “amount: 120”" in button["confirm"]["text"]["text"]


events = st.builds(
    Event,
    type=st.sampled_from(EventType),
    request=st.just("req_1"),
    version=st.integers(1, 99),
    at_ms=st.just(NOW),
    actor_kind=st.sampled_from(["person", "policy", "timeout", "client", "system"]),
    actor=st.sampled_from([ANA, HOSTILE, "billing"]),
    detail=st.dictionaries(
        st.sampled_from(["stage", "to", "until_ms", "assigned", "signals", "channel", "problem"]),
        values,
        max_size=4,
    ),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(events, max_size=60), any_text, st.integers(1, 5))
def test_every_page_of_a_history_keeps_slacks_limits(trail, title, number):
    request = pending(title=title)
    view = details.history_page(request, trail, opened(request), number)
    check_view(view)
    nothing_acts(view)


def history(*trail: Event) -> str:
    request = pending()
    return "\n".join(read(details.history_page(request, trail, opened(request))))


def happened(kind: Any, actor: str = ANA, actor_kind: Any = "person", **detail: Any) -> Event:
    return Event(
        type=kind,
        request="req_1",
        version=1,
        at_ms=NOW,
        actor_kind=actor_kind,
        actor=actor,
        detail=detail,
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (happened(EventType.DECIDED, outcome="approved"), f"<@{ANA}> decided: approved"),
        (
            happened(EventType.OPENED, "billing", "client", policy="refund", route="review"),
            "billing asked for it, under policy refund; the policy said: ask people",
        ),
        (happened(EventType.HANDED_OVER, to="U0BEN00001"), f"<@{ANA}> handed it over to <@U0BEN"),
        (happened(EventType.CARD_POSTED, channel="C0APPROVAL"), "posted in <#C0APPROVAL>"),
        (happened(EventType.CARD_POSTED, channel="D0APPROVAL"), "posted in a direct message"),
        (happened(EventType.STAGE_PASSED, stage=0), "whom stage 1 needs approved"),
        (happened(EventType.CALLBACK_ATTEMPTED, status=204), "called back: HTTP 204"),
        (happened(EventType.CALLBACK_ATTEMPTED, status=None, error="refused"), "back: refused"),
        (happened(EventType.DECISION_REFUSED, code="not_a_reviewer"), "refused: not a reviewer"),
        (happened(EventType.REVISED, revises="req_01m7", revision=2), "It asks req_01m7 again"),
        (happened(EventType.EDITED, fields=["order_id"]), "changed order_id while approving"),
        (happened(EventType.CLAIMED), "said to be on it, until not known"),
    ],
)
def test_an_event_is_a_sentence_with_who_what_and_when(event, words):
    assert words in history(event)
    assert f"<!date^{NOW // 1000}^" in history(event)


def test_every_event_that_a_commit_can_record_has_a_sentence_of_its_own():
    for kind in EventType:
        assert f"{kind.value.replace('.', ' ').replace('_', ' ')}, by" not in history(
            happened(kind)
        )


def test_an_event_that_is_new_here_is_told_by_its_own_name():
    new = happened(EventType.OPENED).model_copy(update={"type": "request.put_off"})
    assert f"request put off, by <@{ANA}>" in history(new)


def test_a_long_history_is_paged():
    trail = [happened(EventType.CARD_LOST, target="x" * 100, problem="y" * 100)] * 400
    request = pending()
    first = details.history_page(request, trail, opened(request))
    assert turns(first) == ["Next page", "Back to the request"]
    assert json.dumps(first).count("could not be posted") < 400
