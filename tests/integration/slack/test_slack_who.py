"""Who gets in: not guests, bots, people who left or of elsewhere, at anything that there is."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from app.domain.commands import Standing
from app.domain.events import EventType
from app.domain.pressing import REFUSALS_RECORDED
from app.slack import form_ids, home_ids, ids

from . import everything
from .everything import ANA, AT_A_REQUEST, CHLOE, DEV, ELSEWHERE, Deed, Office, Sent
from .test_slack_receiver import TEAM

STANDINGS: tuple[Standing, ...] = ("guest", "bot", "deactivated", "stranger")
NOT_THEIRS: tuple[Deed, ...] = (*AT_A_REQUEST, *ELSEWHERE)


@pytest.fixture
def office():
    office = Office()
    yield office
    office.close()


def named(deed: Deed) -> str:
    return deed.__name__


def changed(before: Any, after: Any) -> bool:
    """Whether anything is otherwise but a refusal on record and a word at home."""
    return requests(before) != requests(after) or before[2] != after[2] or before[4] != after[4]


def requests(stands: Any) -> dict[str, Any]:
    """Without what a refusal makes of them."""
    kept = {}
    for one, text in stands[0].items():
        request = json.loads(text)
        request["state"] |= {"refusals": {}, "version": 0}
        kept[one] = request
    return kept


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("deed", NOT_THEIRS, ids=named)
def test_who_is_no_member_any_more_when_they_press_does_nothing(
    office: Office, deed: Deed, standing: Standing
):
    """As a member they could: they were one when the card was posted."""
    assert came_to_nothing(office, deed, standing)


def came_to_nothing(office: Office, deed: Deed, standing: Standing) -> bool:
    """Whether a change of who somebody is, between the post and the click, keeps them out."""
    sent = deed(office)
    before = office.stands()
    office.directory.standings |= dict.fromkeys((ANA, CHLOE, DEV), standing)
    assert office.send(sent) == 200
    return not changed(before, office.stands())


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("deed", AT_A_REQUEST, ids=named)
def test_what_is_refused_at_a_request_is_in_its_history(
    office: Office, deed: Deed, standing: Standing
):
    sent = deed(office)
    office.directory.standings[ANA] = standing
    office.send(sent)
    last = office.store.stream[-1]
    assert (last.type, last.actor) == (EventType.DECISION_REFUSED, ANA)
    assert last.detail["code"] == "person_not_trusted"


def test_no_more_than_a_few_refusals_of_one_person_are_recorded(office: Office):
    request = office.open()
    office.directory.standings[ANA] = "guest"
    for number in range(REFUSALS_RECORDED + 3):
        office.send(everything.press(ids.OPEN, ids.opens(request.id), trigger=str(number)))
    kinds = [event.type for event in office.store.stream]
    assert kinds.count(EventType.DECISION_REFUSED) == REFUSALS_RECORDED


@pytest.mark.parametrize("deed", NOT_THEIRS, ids=named)
def test_while_slack_vouches_for_nobody_only_what_holds_things_back_is_done(
    office: Office, deed: Deed
):
    sent = deed(office)
    before, office.directory.away = office.stands(), True
    assert office.send(sent) == 200
    held_back = deed in (everything.stop, everything.undo)
    assert changed(before, office.stands()) == held_back


def of_elsewhere(sent: Sent, **change: Any) -> Sent:
    """The same by a person of another workspace, or from a place in one."""
    body, headers = sent
    [form] = [{key: one for key, [one] in parse_qs(body.decode()).items()}]
    if "payload" not in form:
        if "user" in change:
            form["team_id"] = "T0ELSEWHERE"
        if "is_enterprise_install" in change:
            form["is_enterprise_install"] = "true"
        return urlencode(form).encode(), headers
    payload = json.loads(form["payload"])
    for key, value in change.items():
        payload[key] = {**payload[key], **value} if isinstance(value, dict) else value
    return urlencode({"payload": json.dumps(payload)}).encode(), headers


FOREIGN: dict[str, dict[str, Any]] = {
    "person": {"user": {"team_id": "T0ELSEWHERE"}},
    "organisation": {"is_enterprise_install": True},
}


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("deed", NOT_THEIRS, ids=named)
def test_nothing_is_done_from_another_workspace(office: Office, deed: Deed, how: str):
    sent = of_elsewhere(deed(office), **FOREIGN[how])
    before = office.stands()
    assert office.send(sent) == 200
    assert not changed(before, office.stands())


@pytest.mark.parametrize("deed", AT_A_REQUEST, ids=named)
def test_nothing_is_done_in_a_place_of_another_workspace_and_that_is_on_record(
    office: Office, deed: Deed
):
    sent = of_elsewhere(deed(office), team={"id": "T0ELSEWHERE"})
    before = office.stands()
    assert office.send(sent) == 200
    assert not changed(before, office.stands())
    assert office.store.stream[-1].type is EventType.DECISION_REFUSED


def test_an_event_of_another_workspace_draws_nobodys_home(office: Office):
    body, headers = everything.open_home(office)
    other = body.replace(TEAM.encode(), b"T0ELSEWHERE")
    assert office.send((other, headers)) == 200
    assert office.homes.due == []


OPENING = {
    "revise": lambda office: everything.press(
        ids.REVISE, everything.shown(office.open()).as_value()
    ),
    "hand over": lambda office: everything.move(office.open(), ids.Move.HAND_OVER),
    "ask": lambda office: everything.move(office.open(on_behalf_of=DEV), ids.Move.ASK),
    "away": lambda office: everything.move(office.open(), ids.Move.AWAY),
    "edit": lambda office: everything.move(everything.refund(office), ids.Move.EDIT),
    "away at home": lambda office: everything.press(home_ids.AWAY, "1"),
    "by a command": lambda office: everything.typed("request refund"),
    "by a shortcut": lambda office: everything.form(
        {"type": "shortcut", "callback_id": form_ids.REQUEST, **everything.somebody(ANA)}
    ),
    "another policy": lambda office: everything.submit(
        form_ids.POLICY_FORM,
        "{}",
        {form_ids.POLICY_BLOCK: {form_ids.CHOSEN: {"selected_option": {"value": "refund"}}}},
    ),
}
"""What only opens a form, which shows something to whoever opens it."""


@pytest.mark.parametrize("standing", ["guest", "unverified"])
@pytest.mark.parametrize("opening", OPENING)
def test_no_form_is_opened_for_who_may_not_use_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, opening: str, standing: Standing
):
    calls: list[str] = []
    monkeypatch.setattr(office.api, "step", lambda _, method, **more: calls.append(method.__name__))
    sent = OPENING[opening](office)
    office.directory.standings[ANA] = standing
    assert office.send(sent) == 200
    assert not [one for one in calls if one.startswith("views")], "but for a word in private"


def test_a_card_of_before_an_edit_decides_nothing(office: Office):
    sent = everything.decide(office)
    [request] = [row.request for row in office.store.rows.values()]
    stale = sent[0].replace(request.digest.encode(), b"f" * 64)
    before = office.stands()
    assert office.send((stale, sent[1])) == 200
    assert not changed(before, office.stands())
    assert office.store.stream[-1].detail["code"] == "digest_mismatch"


def test_being_away_by_a_command_takes_one_look_up(office: Office):
    asked: list[list[str]] = []
    persons = office.directory.persons

    def counted(user_ids: Any, refs: Any, requester: Any) -> Any:
        asked.append(list(user_ids))
        return persons(user_ids, refs, requester)

    office.directory.persons = counted  # type: ignore[method-assign]
    office.directory.member = None  # type: ignore[assignment, method-assign]
    assert office.send(everything.away_by_command(office)) == 200
    assert asked == [[ANA, everything.BEN]]
    assert list(office.absences.held) == [ANA]


def deactivations(trials: int) -> int:
    """Somebody is deactivated between the post and their click, so many times; how many of these
    came to nothing."""
    kept_out = 0
    for number in range(trials):
        office = Office()
        kept_out += came_to_nothing(office, NOT_THEIRS[number % len(NOT_THEIRS)], "deactivated")
        office.close()
    return kept_out


def test_whoever_is_deactivated_between_the_post_and_the_click_never_gets_in():
    assert deactivations(len(NOT_THEIRS)) == len(NOT_THEIRS)
