"""Everything that people see of a request, with one text in every place that others can fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.alarms import Alarm
from app.domain.cards import Place
from app.domain.difference import difference
from app.domain.errors import OutcomeNotOffered
from app.domain.events import Event, EventType
from app.domain.gate import Pause
from app.domain.home import Home, Shelf
from app.domain.lists import QueuePage
from app.domain.request import (
    Actor,
    Decision,
    Edited,
    Question,
    Report,
    Request,
    Result,
    Revises,
    Status,
    Stopped,
    Words,
)
from app.domain.slack_steps import SayNotice
from app.slack import form_ids, ids
from app.slack.asking import Asking
from app.slack.blocks import (
    alarms,
    asking,
    command,
    details,
    digest,
    edit,
    home,
    modal,
    modals,
    notices,
    questions,
    queue,
    threads,
)
from app.slack.blocks.card import card
from app.slack.blocks.text import Message, cut
from app.slack.commands import Unclear
from policies.plan import Field, Watch
from policies.schema import Input
from tests.builders import NOW, evaluation, pending, plan

Drawn = Message | dict[str, Any]

PLACES = (
    "title",
    "on behalf of",
    "a value",
    "a key",
    "a link",
    "a list",
    "the context",
    "a key of the context",
    "a comment",
    "a question",
    "an answer",
    "a result",
    "the link of a result",
    "a report",
    "a name",
    "a reason",
    "an edit",
    "an event",
)
"""Where the text stands in what `surfaces` draws."""

_SHORT = 200
"""The longest title, and more than the longest name, that the HTTP API takes."""

_PAGES = 3
"""So many pages of the whole request are drawn; what is longer is more of the same."""

_PLACE = Place(channel="C0APPROVAL", ts="1.1")
_FIELDS = (
    Field(name="note", label="Note", type="string", editable=True),
    Field(name="site", label="Site", type="string", format="url"),
)
_INPUTS = {"note": Input(type="string", editable=True), "site": Input(type="string", format="url")}


def surfaces(text: str) -> Iterator[tuple[str, Drawn]]:
    """The name of each message and view, and what is sent to Slack."""
    asked = _asked(text)
    for name, request in _stages(asked, text).items():
        yield f"card, {name}", card(request)
        yield f"digest, {name}", digest.digest([request])
        yield f"queue, {name}", queue.one(request)
        yield from _pages(f"the whole request, {name}", request)
        yield f"home, {name}", _home(request)
    yield from _answers(asked, text)
    yield from _forms(asked, text)


def _asked(text: str) -> Request:
    """A request that waits, with the text wherever its requester writes, as far as it goes in."""
    short = text[:_SHORT]
    payload = {"note": text, "site": short, short or "key": short, "list": [short, "x"]}
    request = pending(
        title=short,
        on_behalf_of=short,
        context={short: text, "more": [short]},
        evaluation=evaluation(fields=_FIELDS, plan=plan(confirm="note")),
    )
    return request.model_copy(update={"body": request.body.model_copy(update={"payload": payload})})


def _stages(asked: Request, text: str) -> dict[str, Request]:
    """The same with what people and monitors say of it, as far as it can come."""
    text = text[:2_000]
    someone = Actor(kind="person", id="somebody", name=text)
    said = Words(by=someone, at_ms=NOW, text=text)
    discussed = {
        "questions": (Question(number=1, asked=said, answer=said),),
        "reports": (Report(name=text, value=text, by="fraud-bot", at_ms=NOW),),
    }
    edited = Edited(
        payload=asked.payload | {"note": f"{text}!", text or "key": "new"},
        digest="b" * 64,
        evaluation=asked.evaluation,
        by=someone.model_copy(update={"id": "U0ANA00001"}),
        at_ms=NOW,
    )
    decision = Decision(
        outcome=Status.APPROVED, by=(someone,), at_ms=NOW, digest="a" * 64, comment=text
    )
    ended = {
        "decision": decision,
        "status": Status.APPROVED,
        "result": Result(ok=True, text=text, link=text, at_ms=NOW),
    }
    revises = Revises(
        request_id="req_" + "0" * 26,
        by=someone,
        comment=text,
        changes=difference({"note": "old", text: "old"}, {"note": text, "new": text}),
    )
    again = asked.model_copy(
        update={"body": asked.body.model_copy(update={"revises": revises, "revision": 2})}
    )
    watch = plan(watch=Watch(for_s=900))
    return {
        "waiting": asked,
        "discussed": _with(asked, **discussed),
        "edited": _with(asked, edited=edited),
        "asked again": again,
        "stopped": _with(
            pending(title=text[:_SHORT], evaluation=evaluation(plan=watch)),
            stopped=Stopped(by=someone, at_ms=NOW, reason=text),
        ),
        "ended": _with(asked, **ended),
    }


def _with(request: Request, **state: Any) -> Request:
    return request.model_copy(update={"state": request.state.model_copy(update=state)})


def _pages(name: str, request: Request) -> Iterator[tuple[str, Drawn]]:
    opened = ids.Form(ids.DETAILS, ids.Shown(request.id, request.digest))
    for number in range(1, _PAGES + 1):
        page = details.request_page(request, opened, number)
        yield f"{name}, page {number}", page
        if ids.turn("next") not in str(page["blocks"][-1]):
            return


def _home(request: Request) -> Drawn:
    one = Shelf((request,), 1)
    return home.home(Home(now=NOW, shelves={"waiting": one, "asked": one, "decided": one}))


def _answers(asked: Request, text: str) -> Iterator[tuple[str, Drawn]]:
    """What is said in threads, by direct message, to commands, and to the admins."""
    text = text[:2_000]
    stages = _stages(asked, text)
    discussed, ended = stages["discussed"], stages["ended"]
    page = QueuePage((asked,), None)
    yield "queue", queue.queue(page, ids.Turn("seen"))
    notice = SayNotice(kind="reminder", at_ms=NOW, place=_PLACE)
    for kind in ("reminder", "escalation", "stage", "handover", "edited", "unused"):
        one = notice.model_copy(update={"kind": kind})
        yield f"notice, {kind}", threads.said(one, asked, ["U0ANA00001"])
    yield "notice, several", threads.said_together(notice, [asked, ended], ["U0ANA00001"])
    result = notice.model_copy(update={"kind": "result"})
    yield "notice, result", threads.said(result, ended, ["U0ANA00001"])
    for kind in ("question", "answer"):
        one = notice.model_copy(update={"kind": kind, "number": 1})
        yield f"notice, {kind}", threads.said(one, discussed, ["U0ANA00001"])
    yield "question", questions.brought(discussed, 1)
    yield "outcome", notices.outcome(ended)
    yield "outcome where asked", notices.outcome_where_asked(ended)
    yield "outcome while away", notices.while_away(ended)
    for say in (notices.taken, notices.undone, notices.stopped, notices.claimed, notices.shown):
        yield f"notice, {say.__name__}", say(asked)
    yield "notice, handed over", notices.handed_over(asked, "U0BEN00001")
    yield "notice, asked by hand", notices.asked_by_hand(asked)
    yield "refusal", notices.refused(OutcomeNotOffered(text, text))
    yield "pause", command.paused(Pause(by=text, at_ms=NOW, reason=text))
    yield "command", command.unclear(Unclear(text, "Type `help`."), "/approvals")
    yield "alarm", alarms.told([Alarm(at_ms=NOW, kind="late", text=text)])
    yield "history", _history(asked, text)


def _history(asked: Request, text: str) -> Drawn:
    known = {"policy": text, "signals": [text], "problem": text, "operator": text, "fields": [text]}
    events = [
        Event(
            type=kind,
            request=asked.id,
            version=1,
            at_ms=NOW,
            actor_kind="person",
            actor=text,
            detail=known,
        )
        for kind in EventType
    ]
    opened = ids.Form(ids.DETAILS, ids.Shown(asked.id, asked.digest))
    return details.history_page(asked, events, opened)


def _forms(asked: Request, text: str) -> Iterator[tuple[str, Drawn]]:
    shown = ids.Shown(asked.id, asked.digest)
    for action in (ids.REVISE, ids.CONFIRM, ids.STOP, ids.ASK):
        yield f"form, {action}", modal.form(asked, ids.Form(action, shown))
    answer = ids.Form(ids.answer_to(1), shown)
    yield "form, answer", modal.form(_stages(asked, text)["discussed"], answer)
    yield "form, hand over", modals.hand_over(asked, ids.Form(ids.MENU, shown))
    quoting = Asking(policy="refund", quote=cut(text, 1_000, "in the message"))
    yield "form, by hand", asking.ask(_INPUTS, None, asking.titled("x"), quoting)
    try:
        yield "form, edit", edit.form(asked, _INPUTS, ids.Form(form_ids.EDIT, shown))
    except OutcomeNotOffered:  # too long, or marked: it is changed by asking for changes
        return
