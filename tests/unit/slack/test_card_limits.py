"""Whatever a request holds, what is sent keeps Slack's limits, and nobody else's words act.

The limits are checked by the sandbox, which shares no code with the app.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.request import Actor, Decision, Request, Status
from app.slack import ids
from app.slack.blocks import modal, notices
from app.slack.blocks.card import card
from app.slack.blocks.text import Message
from policies.plan import Field, Outcome, ReviewPlan, Stage, Summary
from sandbox.blockkit import checked_blocks, checked_view
from tests.builders import NOW, approval, evaluation, pending

UPDATE_TEXT = 4_000  # characters of text that chat.update takes
HOSTILE = "<!channel> <@U0EVE00001> <https://evil.example|Acme> *b* :tada: &amp; \u202egnp.exe"

any_text = st.one_of(
    st.text(max_size=40),
    st.text(alphabet='مرحبا\u202e\u200f 👍🏽\n"\\', max_size=300),
    st.sampled_from(["", " ", "\n", HOSTILE, "\ud800", "x" * 3_500, "👍" * 2_000, '"' * 4_000]),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), any_text)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(any_text, inner, max_size=6),
    max_leaves=20,
)


def nested(depth: int) -> Any:
    value: Any = HOSTILE
    for level in range(depth):
        value = [value] if level % 2 else {"deeper": value}
    return value


payloads = st.one_of(
    st.dictionaries(any_text, values, max_size=12),
    st.integers(0, 400).map(lambda count: {f"field {n}": n for n in range(count)}),
    st.integers(0, 300).map(lambda count: {f"{HOSTILE} {n}": HOSTILE for n in range(count)}),
    st.integers(1, 150).map(lambda depth: {"deep": nested(depth)}),
)
fields = st.lists(
    st.builds(
        Field,
        name=st.sampled_from(["amount", "due", "site", "field 1", "field 2"]),
        label=st.text(min_size=1, max_size=75),
        type=st.just("string"),
        format=st.sampled_from(["plain", "money", "date", "url"]),
        currency=st.sampled_from([None, "USD"]),
    ),
    max_size=5,
).map(tuple)
summaries = st.builds(
    Summary,
    why=any_text,
    buttons=st.just(tuple((outcome, HOSTILE) for outcome in Outcome)),
    silence=any_text,
)
plans = st.builds(
    ReviewPlan,
    channel=st.none(),
    stages=st.lists(
        st.builds(Stage, reviewers=st.lists(any_text, max_size=50).map(tuple)), max_size=3
    ).map(tuple),
    outcomes=st.sets(st.sampled_from(Outcome), min_size=1).map(tuple),
    expire_s=st.integers(60, 86_400 * 90),
)
actors = st.builds(
    Actor,
    kind=st.sampled_from(["person", "policy", "timeout", "client"]),
    id=st.sampled_from(["U0ANA00001", HOSTILE]),
    name=any_text,
)
decisions = st.builds(
    Decision,
    outcome=st.sampled_from([status for status in Status if status is not Status.PENDING]),
    by=st.lists(actors, min_size=1, max_size=5).map(tuple),
    at_ms=st.just(NOW),
    digest=st.just("a" * 64),
    comment=st.none() | any_text,
)


@st.composite
def requests(draw) -> Request:
    request = pending(
        title=draw(any_text),
        client=draw(any_text),
        on_behalf_of=draw(st.none() | any_text),
        context=draw(values),
        digest="a" * 64,
        evaluation=evaluation(plan=draw(plans), fields=draw(fields), summary=draw(summaries)),
    )
    body = request.body.model_copy(update={"payload": draw(payloads)})
    decision = draw(st.none() | decisions)
    status = decision.outcome if decision else Status.PENDING
    state = request.state.model_copy(update={"decision": decision, "status": status})
    return request.model_copy(update={"body": body, "state": state})


def check(message: Message) -> None:
    checked_blocks(message.blocks)
    assert 0 < len(message.text) <= UPDATE_TEXT
    assert "\n" not in message.text
    nothing_acts([message.text, message.blocks])


def nothing_acts(node: Any) -> None:
    """No mrkdwn holds what the hostile text would have Slack do, and no plain text an emoji."""
    if isinstance(node, list):
        for one in node:
            nothing_acts(one)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            assert node["verbatim"] is True
            nothing_acts(node["text"])
        elif node.get("type") == "plain_text":
            assert node["emoji"] is False
        else:
            nothing_acts([one for one in node.values() if not isinstance(one, str)])
    elif isinstance(node, str):
        for acting in ("<!channel", "<!here", "<https:", "<@U0EVE"):
            assert acting not in node


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_any_card_keeps_slacks_limits(request_):
    check(card(request_))


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_any_form_keeps_slacks_limits(request_):
    shown = ids.Shown(request_.id, "a" * 64)
    view = modal.revise(request_, shown)
    checked_view(view, "modal")
    nothing_acts(view)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), decisions)
def test_any_notice_keeps_slacks_limits(request_, decision):
    state = request_.state.model_copy(update={"decision": decision, "status": decision.outcome})
    decided = request_.model_copy(update={"state": state})
    check(notices.outcome(decided))
    check(notices.taken(decided))


@settings(max_examples=50)
@given(st.lists(st.text(max_size=30), max_size=60))
def test_approve_is_offered_only_where_the_whole_payload_is_shown(parts):
    payload = {f"field {n}": part for n, part in enumerate(parts)} or {"only": "x"}
    request = pending(payload=payload)
    blocks = card(request).blocks
    offered = ids.APPROVE in str(blocks)
    assert offered or "can't be approved here" in str(blocks)
    if offered:
        shown = [one["text"] for block in blocks for one in block.get("fields", ())]
        for part in parts:
            if part and part == part.strip() and part.isprintable():
                assert part in shown


def test_a_card_at_the_limit_still_goes_through_a_decision():
    request = pending(payload={"letter": "x" * 11_000}, context="y" * 5_000)
    check(card(request))
    for outcome in Outcome:
        decision = Decision(
            outcome=Status.APPROVED,
            by=(approval(request).person.as_actor(),),
            at_ms=NOW,
            digest=request.body.digest,
            comment=f"{outcome} " + "z" * 3_000,
        )
        state = request.state.model_copy(update={"decision": decision, "status": decision.outcome})
        check(card(request.model_copy(update={"state": state})))
