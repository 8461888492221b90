"""Requests that hold anything at all, as far along as they can be: hostile, empty, very long."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from app.domain.difference import difference
from app.domain.request import (
    Actor,
    Away,
    Claimed,
    Consumed,
    Decision,
    Edited,
    Operator,
    Question,
    Report,
    Request,
    Result,
    Revises,
    Status,
    Stopped,
    Undoable,
    Vote,
    Words,
)
from app.domain.undoing import kept
from policies.plan import (
    Choice,
    Escalation,
    Field,
    Flag,
    Outcome,
    ReviewPlan,
    Stage,
    Summary,
    Watch,
)
from tests.builders import NOW, evaluation, pending

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
formats = st.sampled_from(["plain", "money", "date", "url"])
fields = st.lists(
    st.builds(
        Field,
        name=st.sampled_from(["amount", "due", "site", "field 1", "field 2"]),
        label=st.text(min_size=1, max_size=75),
        type=st.just("string"),
        format=formats,
        currency=st.sampled_from([None, "USD"]),
        secret=st.booleans(),
    ),
    max_size=5,
).map(tuple)


def words(most: int) -> st.SearchStrategy[str]:
    """Text as long as a policy may write there, and often exactly so long."""
    longest = st.sampled_from(["x", "&", '"', "\u200b", "👍"]).map(lambda one: one * most)
    return st.text(min_size=1, max_size=most) | longest.map(lambda text: text[:most])


summaries = st.builds(
    Summary,
    why=any_text,
    buttons=st.lists(st.tuples(st.sampled_from(Outcome), words(300)), max_size=10).map(tuple),
    silence=any_text,
    watching=st.none() | any_text,
)
choices = st.lists(
    st.builds(
        Choice,
        id=st.from_regex(r"[a-z][a-z0-9_-]{0,62}", fullmatch=True),
        label=words(30),
        outcome=st.sampled_from(Outcome),
        effect=words(200),
        comment=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda choice: choice.id,
)
plans = st.builds(
    ReviewPlan,
    channel=st.none(),
    stages=st.lists(
        st.builds(
            Stage,
            reviewers=st.lists(any_text, max_size=50).map(tuple),
            quorum=st.integers(1, 20),
            name=st.none() | words(60),
        ),
        min_size=1,
        max_size=10,
    ).map(tuple),
    outcomes=st.sets(st.sampled_from(Outcome), min_size=1).map(tuple),
    expire_s=st.integers(60, 86_400 * 90),
    choices=choices.map(tuple),
    checklist=st.lists(words(200), max_size=10).map(tuple),
    watch=st.none() | st.builds(Watch, for_s=st.integers(60, 86_400 * 90)),
    escalations=st.lists(
        st.builds(Escalation, after_s=st.just(60), ask=st.lists(any_text, max_size=50).map(tuple)),
        max_size=3,
    ).map(tuple),
    reject_quorum=st.integers(1, 20),
    overflow=st.lists(any_text, max_size=50).map(tuple),
    confirm=st.sampled_from([None, None, "amount"]),
    result_s=st.sampled_from([None, 86_400]),
)
flags = st.lists(
    st.builds(
        Flag,
        question=st.sampled_from(["impact_radius", "affected", "frequency", "anomaly"]),
        raised=st.sampled_from([True, False, None]),
        because=words(200),
        phrase=any_text,
    ),
    max_size=6,
).map(tuple)
people = st.sampled_from(["U0ANA00001", "W" + "9" * 20])
actors = st.builds(
    Actor,
    kind=st.sampled_from(["person", "policy", "timeout", "client"]),
    id=st.sampled_from(["U0ANA00001", HOSTILE]),
    name=any_text,
    in_place_of=st.none() | people,
)
decisions = st.builds(
    Decision,
    outcome=st.sampled_from([status for status in Status if status is not Status.PENDING]),
    by=st.lists(actors, min_size=1, max_size=5).map(tuple),
    at_ms=st.just(NOW),
    digest=st.just("a" * 64),
    comment=st.none() | any_text,
    break_glass=st.none() | st.builds(Operator, account=any_text, host=any_text),
)


results = st.builds(
    Result,
    ok=st.booleans(),
    text=any_text,
    link=st.sampled_from([None, "https://pay.example/re_1", "javascript:alert(1)", HOSTILE]),
    at_ms=st.just(NOW),
)
undos = decisions.map(
    lambda decision: Undoable(
        decision=decision,
        until_ms=NOW + 30_000,
        before=kept(pending()),
    )
)


few = st.dictionaries(any_text, scalars, max_size=4) | st.just({f"new {n}": n for n in range(200)})


@st.composite
def edits(draw, request: Request) -> Edited:
    """The payload as it was, but for a few fields or very many."""
    return Edited(
        payload=request.payload | draw(few),
        digest="a" * 64,
        evaluation=request.evaluation,
        by=draw(actors),
        at_ms=NOW,
    )


@st.composite
def revisions(draw) -> Revises:
    return Revises(
        request_id="req_" + "0" * 26,
        by=draw(actors),
        comment=draw(st.none() | any_text),
        changes=difference(draw(few), draw(few)),
    )


reports = st.lists(
    st.builds(Report, name=any_text, value=values, by=any_text, at_ms=st.just(NOW)), max_size=30
).map(tuple)
said = st.builds(Words, by=actors, at_ms=st.just(NOW), text=any_text.filter(str.strip))
absences = st.lists(
    st.builds(
        Away,
        person=people,
        delegate=people,
        until_ms=st.just(NOW),
        personal=st.booleans(),
    ),
    max_size=60,
).map(tuple)
claims = st.none() | st.builds(Claimed, by=actors, at_ms=st.just(NOW), until_ms=st.just(NOW))
stops = st.none() | st.builds(Stopped, by=actors, at_ms=st.just(NOW), reason=any_text)


@st.composite
def questions(draw) -> tuple[Question, ...]:
    """Up to as many as there may be, some of them answered."""
    asked = draw(st.lists(st.tuples(said, st.none() | said), max_size=10))
    return tuple(
        Question(number=number, asked=words, answer=answer)
        for number, (words, answer) in enumerate(asked, 1)
    )


@st.composite
def states(draw, plan: ReviewPlan) -> dict[str, Any]:
    """How far a request with this plan can have come, and what was said on the way."""
    stage = draw(st.integers(0, len(plan.stages) - 1))
    ids_of_choices = st.sampled_from([None, *(choice.id for choice in plan.choices)])
    votes = st.builds(
        Vote,
        by=actors,
        stage=st.integers(0, stage),
        at_ms=st.just(NOW),
        digest=st.just("a" * 64),
        choice=ids_of_choices,
    )
    decision = draw(st.none() | decisions)
    if decision:
        decision = decision.model_copy(update={"choice": draw(ids_of_choices)})
    undo = None if decision else draw(st.sampled_from([None, None, None, *[draw(undos)]]))
    return {
        "undoable": undo,
        "consumed": draw(st.none() | st.just(Consumed(at_ms=NOW))),
        "result": draw(st.none() | results),
        "unused": draw(st.booleans()),
        "decision": decision,
        "status": decision.outcome if decision else Status.PENDING,
        "stage": stage,
        "votes": tuple(draw(st.lists(votes, max_size=30))),
        "rejections": tuple(draw(st.lists(votes, max_size=20))),
        "assigned": tuple(draw(st.lists(people, max_size=60))),
        "overflowed": draw(st.booleans()),
        "escalated": draw(st.integers(0, len(plan.escalations))),
        "away": draw(absences),
        "claim": draw(claims),
        "questions": draw(questions()),
        "reports": draw(reports),
        "stopped": draw(stops),
        "goes_ahead_ms": draw(st.sampled_from([None, NOW])),
    }


@st.composite
def requests(draw) -> Request:
    plan = draw(plans)
    request = pending(
        title=draw(any_text),
        client=draw(any_text),
        on_behalf_of=draw(st.none() | any_text),
        context=draw(values),
        digest="a" * 64,
        evaluation=evaluation(
            plan=plan,
            fields=draw(fields),
            summary=draw(summaries),
            flags=draw(flags),
            valid_s=draw(st.sampled_from([None, 900])),
        ),
    )
    revises = draw(st.none() | revisions()) if draw(st.booleans()) else None
    body = {"payload": draw(payloads), "revises": revises, "revision": 1 if revises is None else 2}
    request = request.model_copy(update={"body": request.body.model_copy(update=body)})
    edited = draw(edits(request)) if draw(st.integers(0, 3)) == 0 else None
    state = request.state.model_copy(update={**draw(states(plan)), "edited": edited})
    return request.model_copy(update={"state": state})
