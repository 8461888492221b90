"""Everything that people can do in Slack that changes something, as truly signed requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from app.ask import Ask
from app.by_hand import ByHand
from app.domain.request import Request
from app.editing import Editing
from app.judge import PolicyJudge
from app.looking import Looking
from app.pausing import Pausing
from app.ports import Client
from app.reviewing import At, Reviewing
from app.slack import form_ids, home_ids, ids
from app.slack.api import SlackApi
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.receiver import SlackReceiver
from app.slack.replies import Replies
from policies.loader import load_text
from policies.plan import Outcome, Watch
from tests import fakes
from tests.builders import evaluation, opened, plan
from tests.memory.queues import MemoryQueues

from .test_slack_receiver import SECRET, TEAM, signed

ANA, BEN, CHLOE, DEV = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0DEV00001"
_POLICIES = {
    "refund": b"""
policy: refund
inputs: {amount: {type: number, minimum: 0, editable: true}}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
rules:
  - {id: otherwise, then: review, because: Anything gets one look.}
""",
}
_IS_JSON = {"Content-Type": "application/json"}


class Office:
    """All of Slack's side over the fakes; Slack itself can't be reached."""

    def __init__(self, judge: Any = None) -> None:
        self.store, self.replies, self.homes = fakes.FakeStore(), Replies(), fakes.FakeHomes()
        self.directory, self.absences = fakes.FakeDirectory(), fakes.FakeAbsences()
        self.arrivals, self.gate = fakes.FakeArrivals(), fakes.FakeGate()
        self.api = SlackApi("xoxb-1", "http://127.0.0.1:9/api/", 1)
        self.judge = judge or PolicyJudge(
            {name: load_text(text, name) for name, text in _POLICIES.items()}
        )
        self.reviewing = Reviewing(self.store, self.directory, self.absences)
        self.service = fakes.service(self.store, self.judge)
        self.receiver = SlackReceiver(build_app(self.desk()), SECRET, self.arrivals)

    def desk(self) -> AppDesk:
        queues = MemoryQueues(self.store)
        return AppDesk(
            reviewing=self.reviewing,
            looking=Looking(self.store, queues, self.directory, self.gate, admins=(CHLOE,)),
            pausing=Pausing(self.gate),
            by_hand=ByHand(self.service, self.judge, self.directory),
            editing=Editing(self.reviewing, self.judge),
            homes=self.homes,
            api=self.api,
            team=lambda: TEAM,
            replies=self.replies,
            command="/approvals",
        )

    def close(self) -> None:
        self.replies.close()

    def open(self, **changes: Any) -> Request:
        transition = opened(**changes)
        assert transition.after is not None
        self.store.commit(transition, f"open {transition.after.id}")
        return transition.after

    def send(self, sent: tuple[bytes, Mapping[str, str]]) -> int:
        body, headers = sent
        return self.receiver.handle({**signed(body), **headers}, body).status

    def stands(self) -> Any:
        """All that can be changed, to be compared."""
        requests = {
            one: row.request.model_dump_json() for one, row in sorted(self.store.rows.items())
        }
        happened = [event.model_dump_json() for event in self.store.stream]
        away = {who: one.model_dump_json() for who, one in self.absences.held.items()}
        homes = (dict(self.homes.pages), dict(self.homes.notes), list(self.homes.due))
        return requests, happened, away, homes, self.gate.shut


Sent = tuple[bytes, Mapping[str, str]]
Deed = Callable[[Office], Sent]
"""Brings everything to where it can be done, and gives what Slack sends when somebody does it."""


def form(payload: Any) -> Sent:
    return urlencode({"payload": json.dumps(payload)}).encode(), {}


def somebody(user: str) -> dict[str, Any]:
    return {"user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM}}


def press(action: str, value: str, user: str = ANA, **more: Any) -> Sent:
    button = {"type": "button", "action_id": action, "block_id": "b", "value": value, **more}
    return form({"type": "block_actions", **somebody(user), "trigger_id": "1", "actions": [button]})


def submit(callback: str, metadata: str, inputs: dict[str, Any], user: str = ANA) -> Sent:
    view: dict[str, Any] = {
        "type": "modal",
        "id": "V1",
        "callback_id": callback,
        "private_metadata": metadata,
    }
    view |= {"state": {"values": inputs}}
    return form({"type": "view_submission", **somebody(user), "view": view})


def typed(text: str, user: str = ANA) -> Sent:
    sent = {"command": "/approvals", "text": text, "user_id": user, "team_id": TEAM}
    return urlencode(sent).encode(), {}


def shown(request: Request) -> ids.Shown:
    return ids.Shown(request.id, request.digest)


def words(text: str) -> dict[str, Any]:
    return {ids.COMMENT_BLOCK: {ids.COMMENT: {"value": text}}}


def chosen(user: str) -> dict[str, Any]:
    return {ids.PERSON_BLOCK: {ids.PERSON: {"selected_user": user}}}


def move(request: Request, move: ids.Move, user: str = ANA) -> Sent:
    value = ids.move_value(move, shown(request))
    return press(ids.MENU, "", user, selected_option={"value": value})


def _written(request: Request, action: str, text: str, user: str = ANA) -> Sent:
    return submit(ids.FORM, ids.Form(action, shown(request)).as_value(), words(text), user)


def decide(office: Office) -> Sent:
    return press(ids.APPROVE, shown(office.open()).as_value())


def reject(office: Office) -> Sent:
    return press(ids.REJECT, shown(office.open()).as_value())


def first_of_two(office: Office) -> Sent:
    two = plan(stages=(plan().stages[0].model_copy(update={"quorum": 2}),))
    return press(ids.APPROVE, shown(office.open(evaluation=evaluation(plan=two))).as_value())


def revise(office: Office) -> Sent:
    return _written(office.open(), ids.REVISE, "Split it.")


def claim(office: Office) -> Sent:
    return move(office.open(), ids.Move.CLAIM)


def release(office: Office) -> Sent:
    request = office.open()
    office.reviewing.claim(At(request.id, ANA, request.digest))
    return move(request, ids.Move.RELEASE)


def hand_over(office: Office) -> Sent:
    opened_by = ids.Form(ids.MENU, shown(office.open())).as_value()
    return submit(ids.HAND_OVER_FORM, opened_by, chosen(BEN))


def ask(office: Office) -> Sent:
    return _written(office.open(on_behalf_of=DEV), ids.ASK, "Why?")


def answer(office: Office) -> Sent:
    request = office.open(on_behalf_of=DEV)
    office.reviewing.ask(At(request.id, ANA, request.digest), "Why?")
    return _written(request, ids.answer_to(1), "Because.", DEV)


def undo(office: Office) -> Sent:
    request = office.open(evaluation=evaluation(plan=plan(undo_s=60)))
    office.reviewing.decide(At(request.id, ANA, request.digest), Outcome.APPROVE)
    return press(ids.UNDO, shown(request).as_value())


def stop(office: Office) -> Sent:
    watched = office.open(evaluation=evaluation(plan=plan(watch=Watch(for_s=600))))
    return _written(watched, ids.STOP, "Not this one.")


def refund(office: Office) -> Request:
    """One whose amount can be changed."""
    wanted = Ask(title="Refund 1042", policy="refund", payload={"amount": 120})
    return office.service.open(Client(id="billing"), wanted).request


def edit(office: Office) -> Sent:
    request = refund(office)
    amount = {form_ids.input_block("amount"): {form_ids.TEXT: {"value": "100"}}}
    opened_by = ids.Form(form_ids.EDIT, shown(request)).as_value()
    return submit(form_ids.EDIT_FORM, opened_by, amount)


def show(office: Office) -> Sent:
    return press(ids.OPEN, ids.opens(office.open().id))


def ask_by_hand(office: Office) -> Sent:
    """From a form without an id of its own, which would open another request each time."""
    inputs = {
        form_ids.TITLE_BLOCK: {form_ids.TEXT: {"value": "The printer"}},
        form_ids.input_block("amount"): {form_ids.TEXT: {"value": "100"}},
    }
    body, headers = submit(form_ids.REQUEST_FORM, '{"policy":"refund"}', inputs)
    return body.replace(b"%22V1%22", b"%22%22"), headers


def away(office: Office) -> Sent:
    until = {ids.UNTIL_BLOCK: {ids.DAY: {"selected_date": "2026-12-24"}}}
    return submit(ids.AWAY_FORM, "", chosen(BEN) | until)


def away_by_command(office: Office) -> Sent:
    return typed(f"away <@{BEN}> until 2026-12-24")


def back(office: Office) -> Sent:
    office.send(away(office))
    return press(home_ids.BACK, "1")


def back_by_command(office: Office) -> Sent:
    office.send(away(office))
    return typed("back")


def pause(office: Office) -> Sent:
    return typed("pause Because", CHLOE)


def resume(office: Office) -> Sent:
    office.gate.pause("Chloe", "Because")
    return typed("resume", CHLOE)


def open_home(office: Office) -> Sent:
    event = {"type": "app_home_opened", "user": ANA, "tab": "home"}
    told = {"type": "event_callback", "team_id": TEAM, "event": event}
    return json.dumps(told).encode(), _IS_JSON


def turn_home(office: Office) -> Sent:
    return press(home_ids.turn("next"), home_ids.page_value("waiting", ["c1"]))


AT_A_REQUEST: tuple[Deed, ...] = (
    decide,
    reject,
    first_of_two,
    revise,
    claim,
    release,
    hand_over,
    ask,
    undo,
    stop,
    edit,
    show,
)
"""What goes into the history of a request where it is refused."""

ELSEWHERE: tuple[Deed, ...] = (
    ask_by_hand,
    away,
    away_by_command,
    back,
    back_by_command,
    pause,
    resume,
)

DEEDS: tuple[Deed, ...] = (*AT_A_REQUEST, answer, *ELSEWHERE, open_home, turn_home)
"""Each kind of listener that changes something."""
