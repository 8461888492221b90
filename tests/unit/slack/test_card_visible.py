"""Cards and lists of a request with a value that is for its reviewers alone."""

from __future__ import annotations

import json
from typing import Any

from app.domain.request import Actor, Edited, Request
from app.domain.withholding import in_public
from app.slack import ids
from app.slack.blocks import details, notices, queue
from app.slack.blocks.card import card
from app.slack.blocks.digest import digest
from policies.plan import Field, Step, Watch
from tests.builders import NOW, after, approval, evaluation, pending, plan

from .reading import buttons, words, words_of

SALARY = Field(name="salary", label="Salary", type="number", visible="reviewers", editable=True)
NAME = Field(name="name", label="Name", type="string")
TRACE = (Step(rule="large", matched=True, phrase="payload.salary > 5: yes, salary is 98765"),)


def asked(**changes: Any) -> Request:
    made = plan(**changes)
    judged = evaluation(plan=made, fields=(NAME, SALARY), trace=TRACE)
    return pending(payload={"name": "Acme", "salary": 98_765}, evaluation=judged)


def whole(request: Request, **more: Any) -> str:
    opened = ids.Form(ids.DETAILS, ids.Shown(request.id, request.digest))
    return json.dumps(details.request_page(request, opened, **more), ensure_ascii=False)


def test_a_channel_reads_that_it_is_there_and_opens_the_whole_to_approve():
    message = card(in_public(asked()))
    shown = words(in_public(asked()))
    assert "*Salary*\n_shown to those who decide_" in shown
    assert "shown only to those who decide, so it can't be approved here" in shown
    assert "Press *Open the whole request* to read all of it and approve it." in shown
    assert "98765" not in f"{message}"
    assert set(dict(buttons(in_public(asked())))) == {ids.REVISE, ids.REJECT}
    assert ids.Move.EDIT not in str(message.blocks)


def test_a_direct_message_shows_it_and_can_be_approved():
    assert "98765" in words(asked())
    assert ids.APPROVE in dict(buttons(asked()))


def test_what_goes_ahead_by_itself_can_be_stopped_where_not_all_is_seen():
    watched = in_public(asked(watch=Watch(for_s=900)))
    assert ids.STOP in dict(buttons(watched))
    assert "goes ahead as a whole unless it is stopped" in words(watched)


def test_once_it_is_decided_it_stays_with_those_who_decide():
    request = asked()
    decided = in_public(after(request, approval(request)))
    assert "_shown to those who decide_" in words(decided)
    assert "98765" not in str(card(decided))


def test_the_whole_request_is_approved_by_those_who_see_all_of_it():
    assert ids.APPROVE in whole(asked())
    kept = whole(in_public(asked()))
    assert ids.APPROVE not in kept
    assert ids.REJECT not in kept
    assert "98765" not in kept
    assert "Rule large holds." in kept, "without what it saw"


def test_the_history_is_offered_to_those_for_whom_it_is():
    assert '"History"' in whole(asked())
    assert '"History"' not in whole(asked(), history=False)


def test_neither_a_digest_nor_a_list_nor_a_notification_says_it():
    copy = in_public(asked())
    for message in (digest([copy] * 4), queue.one(copy), card(copy)):
        assert "98,765" not in str(message)
        assert "98765" not in str(message)


def test_a_change_of_it_is_told_without_its_sides():
    request = asked()
    edited = Edited(
        payload={"name": "Acme", "salary": 43_210},
        digest="e" * 64,
        evaluation=request.evaluation,
        by=Actor(kind="person", id="U0BEN00001", name="Ben"),
        at_ms=NOW,
    )
    changed = request.changed(edited=edited)
    told = "Salary: shown to those who decide, changed"
    assert "98765 → 43210" in line(words(changed))
    assert told in line(words(in_public(changed)))
    ended = after(request, approval(request)).state.model_copy(update={"edited": edited})
    where_asked = notices.outcome_where_asked(
        in_public(request.model_copy(update={"state": ended}))
    )
    assert told in line(words_of(where_asked))
    assert "43210" not in str(where_asked)


def line(text: str) -> str:
    return text.replace("\n", "")
