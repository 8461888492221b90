"""What a Home tab shows: whatever its requests hold, it stays inside Slack's limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.absence import Absence
from app.domain.commands import Cancel
from app.domain.home import PAGE, Home, Note, Numbers, Part, Shelf
from app.domain.request import Actor, Report, Request
from app.slack import home_ids, ids
from app.slack.blocks.home import home
from policies.plan import Field, Flag, Outcome, Watch
from sandbox.blockkit import checked_view
from tests.builders import NOW, after, approval, evaluation, pending, plan
from tests.unit.slack.anything import requests
from tests.unit.slack.reading import texts
from tests.unit.slack.test_card_limits import nothing_acts

ANA, BEN = "U0ANA00001", "U0BEN00001"
EMPTY = Shelf((), 0)
PARTS: tuple[Part, ...] = ("waiting", "asked", "decided")
NUMBERS = Numbers(
    open=10_000,
    held=3,
    decided=412,
    approved=400,
    expired=1,
    overdue=2,
    set_aside=4,
    alarms=5,
    paused=True,
)


def showing(**given: Any) -> dict[str, Any]:
    """A Home of empty lists, unless `given` says otherwise; checked against Slack's limits."""
    shelves = {part: given.pop(part, EMPTY) for part in PARTS}
    whole: dict[str, Any] = {"now": NOW, "shelves": shelves}
    view = home(Home(**(whole | given)))
    checked_view(view, "home")
    nothing_acts(view["blocks"])
    return view


def waits(*some: Request, **more: Any) -> dict[str, Any]:
    return showing(waiting=Shelf(some, len(some), **more))


def words(view: dict[str, Any]) -> str:
    return "\n".join(texts(view["blocks"]))


def pressable(view: dict[str, Any]) -> list[str]:
    """The action ids of everything that can be pressed, in order."""
    rows = [[*block.get("elements", []), block.get("accessory", {})] for block in view["blocks"]]
    return [one["action_id"] for row in rows for one in row if "action_id" in one]


def button(view: dict[str, Any], action_id: str) -> dict[str, Any]:
    rows = [block.get("elements", []) for block in view["blocks"]]
    return next(one for row in rows for one in row if one.get("action_id") == action_id)


def test_a_home_with_nothing_on_it_says_so():
    said = words(showing())
    assert "Nothing waits for you." in said
    assert "Nothing was asked on your behalf." in said
    assert "You are not away." in said
    assert pressable(showing()) == [home_ids.AWAY]


def test_what_waits_can_be_answered_where_all_of_it_stands_there():
    request = pending()
    view = waits(request)
    assert pressable(view)[:5] == [ids.APPROVE, ids.REVISE, ids.REJECT, ids.DETAILS, ids.MENU]
    value = ids.Shown(request.id, request.digest).as_value()
    assert button(view, ids.APPROVE)["value"] == value
    assert button(view, ids.DETAILS)["value"] == value
    said = words(view)
    for shown in ("Refund 120 USD to Acme", "120", "Acme", "Anything else gets one look.", "Until"):
        assert shown in said


LONG = {"note": "x" * 500, "amount": 120, "customer": "Acme"}
SECRET = Field(name="amount", label="Amount", type="number", secret=True)


@pytest.mark.parametrize(
    "request_",
    [
        pending(payload=LONG),
        pending(payload={f"field {n}": n for n in range(6)}),
        pending(context={"ticket": "x" * 400}),
        pending(evaluation=evaluation(plan=plan(checklist=("Look twice. " * 30,)))),
        pending(evaluation=evaluation(fields=(SECRET,))),
    ],
    ids=["long", "many fields", "long words of the requester", "a long checklist", "a secret"],
)
def test_what_does_not_stand_there_whole_has_details_alone(request_: Request):
    assert pressable(waits(request_)) == [ids.DETAILS, home_ids.AWAY]
    assert "Details shows" in words(waits(request_))


def test_what_is_to_be_looked_at_and_the_requesters_words_stand_there_where_they_are_short():
    guarded = evaluation(plan=plan(checklist=("The order exists.", "It was paid.")))
    view = waits(pending(evaluation=guarded, context="The parcel arrived damaged."))
    assert "Before you approve: The order exists. · It was paid." in words(view)
    assert "In the requester's own words: The parcel arrived damaged." in words(view)
    assert ids.APPROVE in pressable(view)


def test_what_reaches_far_is_not_approved_by_a_single_tap_there_either():
    far = evaluation(flags=(Flag(question="impact_radius", raised=True, because="", phrase=""),))
    assert far.high_impact
    assert "confirm" in button(waits(pending(evaluation=far)), ids.APPROVE)
    assert "confirm" not in button(waits(pending()), ids.APPROVE)


def test_what_a_monitor_said_is_seen_before_it_is_decided():
    request = pending()
    said = Report(name="anomaly", value=True, by="fraud-bot", at_ms=NOW)
    state = request.state.model_copy(update={"reports": (said,)})
    assert ids.APPROVE not in pressable(waits(request.model_copy(update={"state": state})))


def test_how_many_fields_are_left_out_is_said():
    assert "1 more field: Details shows all" in words(waits(pending(payload=LONG)))


def test_a_watch_can_be_stopped_and_nothing_approves_it():
    watch = evaluation(plan=plan(watch=Watch(for_s=900)))
    view = waits(pending(evaluation=watch))
    assert pressable(view)[:2] == [ids.STOP, ids.DETAILS]
    assert "unless somebody stops it" in words(view)


def test_what_is_decided_has_no_button_that_decides():
    waiting = pending()
    request = after(waiting, approval(waiting))
    view = showing(decided=Shelf((request,), 1), asked=Shelf((request,), 1))
    assert pressable(view) == [home_ids.AWAY, ids.DETAILS, ids.DETAILS]
    assert "Approved" in words(view)


def test_what_was_withdrawn_is_said_to_be():
    client = Actor(kind="client", id="billing", name="billing")
    withdrawn = after(pending(), Cancel(by=client))
    assert "Withdrawn" in words(showing(asked=Shelf((withdrawn,), 1)))


def test_pages_are_turned_by_what_the_buttons_carry():
    view = waits(pending(), cursor="9:req_c", trail=("1:req_a", "5:req_b"))
    turns = {
        way: button(view, home_ids.turn(way))["value"] for way in ("first", "previous", "next")
    }
    assert {way: home_ids.parse_page(value) for way, value in turns.items()} == {
        "first": ("waiting", ()),
        "previous": ("waiting", ("1:req_a",)),
        "next": ("waiting", ("1:req_a", "5:req_b", "9:req_c")),
    }


def test_the_first_page_leads_on_alone_and_the_only_one_nowhere():
    assert home_ids.turn("next") in pressable(waits(pending(), cursor="9:req_c"))
    assert home_ids.turn("previous") not in pressable(waits(pending(), cursor="9:req_c"))
    assert not [one for one in pressable(waits(pending())) if "home_" in one and "away" not in one]


def test_a_page_that_emptied_meanwhile_leads_back():
    view = waits(trail=("1:req_a",))
    assert "Nothing more on this page." in words(view)
    assert home_ids.turn("previous") in pressable(view)


def test_a_list_that_was_not_counted_to_its_end_says_so():
    shelf = Shelf((pending(),), 1_234, exact=False)
    assert "Waiting for you (about 1,234)" in words(showing(waiting=shelf))


def gone(person: str, delegate: str, begins: int = 0) -> Absence:
    return Absence(
        person=person,
        person_name="A",
        delegate=delegate,
        delegate_name="B",
        from_ms=NOW + begins,
        until_ms=NOW + 86_400_000 * 3,
    )


def test_who_is_away_can_come_back_there():
    view = showing(absence=gone(ANA, BEN))
    assert f"<@{BEN}> decides in your place" in words(view)
    assert pressable(view) == [home_ids.AWAY, home_ids.BACK]


def test_an_absence_to_come_is_said_to_come():
    assert "You are away from" in words(showing(absence=gone(ANA, BEN, begins=86_400_000)))


def test_those_for_whom_somebody_stands_in_are_named_up_to_a_few():
    view = showing(stand_in=tuple(gone(f"U0OTHER{n:03}", ANA) for n in range(9)))
    assert "You decide in place of <@U0OTHER000>" in words(view)
    assert "And for 4 more people." in words(view)


def test_what_was_said_stands_at_the_top_while_it_is_news():
    fresh, old = Note("Nothing was decided by this.", NOW - 1_000), Note("Long ago.", NOW - 600_000)
    view = showing(note=fresh)
    assert view["blocks"][0]["text"]["text"] == "Nothing was decided by this."
    assert "Long ago." not in words(showing(note=old))


def test_admins_see_numbers_and_nobody_else_does():
    said = words(showing(numbers=NUMBERS))
    for shown in ("*Open*\n10,000", "*Overdue*\n2", "*Alarms nobody was told*\n5", "is paused"):
        assert shown in said
    assert "Overdue" not in words(showing())


def test_guests_and_strangers_are_told_that_they_are_not_asked():
    view = home(Home(NOW))
    checked_view(view, "home")
    assert "are not asked" in words(view)
    assert pressable(view) == []


def most_of_all() -> Request:
    """Whatever takes the most blocks of a Home for one request."""
    payload = {f"field {n}": n for n in range(5)}
    one = pending(payload=payload, on_behalf_of="dev@example.com")
    assert {ids.APPROVE, ids.DETAILS} <= set(pressable(waits(one)))
    return one


@pytest.mark.parametrize("count", [0, 1, 30, 10_000])
def test_it_stays_under_slacks_blocks_however_much_waits(count: int):
    def shelf(part: Part) -> Shelf:
        shown = tuple(most_of_all() for _ in range(min(count, PAGE)))
        more = count > PAGE
        return Shelf(shown, count, trail=("1:a", "2:b"), cursor="3:c" if more else None)

    view = showing(
        **{part: shelf(part) for part in PARTS},
        note=Note("x" * 3_000, NOW),
        numbers=NUMBERS,
        absence=gone(ANA, BEN),
        stand_in=tuple(gone(f"U0OTHER{n:03}", ANA) for n in range(9)),
    )
    assert len(view["blocks"]) <= 100


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    some=st.lists(requests(), min_size=1, max_size=2, unique_by=lambda one: one.id),
)
def test_whatever_requests_hold_a_home_keeps_slacks_limits(some: list[Request]):
    shelf = Shelf(tuple(some), len(some), cursor="3:c")
    showing(**dict.fromkeys(PARTS, shelf), note=Note("A word.", NOW))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=requests())
def test_what_approves_stands_there_only_with_all_that_is_approved(request: Request):
    view = showing(waiting=Shelf((request,), 1))
    approving = {ids.APPROVE} | {
        ids.of_choice(one)
        for one in (request.plan.choices if request.plan else ())
        if one.outcome is Outcome.APPROVE
    }
    if approving & set(pressable(view)):
        said = words(view)
        assert all(str(key).strip() in said for key in request.payload)
        assert "Details shows" not in said
