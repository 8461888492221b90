"""The form that approves with edits, and who is offered it."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import OutcomeNotOffered
from app.domain.request import Request
from app.slack import form_ids, ids
from app.slack.blocks import edit
from app.slack.blocks.text import Message
from policies.plan import Choice, Field, Outcome
from policies.schema import Input
from tests.builders import evaluation, pending, plan
from tests.unit.slack.reading import menu, words_of

INPUTS = {
    "amount": Input(type="number", minimum=0, format="money", currency="USD", editable=True),
    "note": Input(type="string", editable=True, required=False),
    "customer": Input(type="string"),
    "pin": Input(type="string", secret=True, required=False),
}
PAYLOAD = {"amount": 120, "customer": "Acme"}


def asked(payload: dict[str, Any] | None = None, **changes: Any) -> Request:
    payload = payload or PAYLOAD
    fields = tuple(
        Field(
            name=name, label=name.title(), type=one.type, editable=one.editable, secret=one.secret
        )
        for name, one in INPUTS.items()
        if name in payload
    )
    return pending(payload=payload, evaluation=evaluation(fields=fields, plan=plan(**changes)))


def form(request: Request) -> dict[str, Any]:
    opened = ids.Form(form_ids.EDIT, ids.Shown(request.id, request.digest))
    return edit.form(request, INPUTS, opened)


def labels(view: dict[str, Any]) -> list[str]:
    return [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]


def words(view: dict[str, Any]) -> str:
    return words_of(Message(text="", blocks=view["blocks"]))


def test_what_may_be_changed_is_there_to_be_changed_and_the_rest_to_be_read():
    view = form(asked({**PAYLOAD, "pin": "tulip"}))
    assert labels(view) == ["Amount", "Note", "Why you changed it"]
    assert view["blocks"][2]["element"]["initial_value"] == "120"
    said = words(view)
    assert "Stays as it is" in said
    assert "Customer*\nAcme" in said
    assert "secret, not shown to anybody" in said
    assert "tulip" not in str(view)


def test_the_form_says_what_it_does_and_carries_what_was_shown():
    request = asked()
    view = form(request)
    assert "approves exactly what stands here" in words(view)
    assert view["submit"]["text"] == "Approve with edits"
    assert ids.parse_form(view["private_metadata"]).shown == ids.Shown(request.id, request.digest)


def test_a_text_that_is_too_long_for_an_input_is_shown_whole_and_said_to_stay():
    view = form(asked({**PAYLOAD, "note": "x" * 3_001}))
    assert labels(view) == ["Amount", "Why you changed it"]
    assert "x" * 3_001 in words(view)
    assert "Too long for a form, or marked, so not to be changed here: Note." in words(view)


def test_of_the_policys_own_choices_those_that_approve_can_be_taken():
    choices = (
        Choice(id="pay", label="Pay it", outcome=Outcome.APPROVE, effect="Paid."),
        Choice(id="credit", label="Give credit", outcome=Outcome.APPROVE, effect="Credited."),
        Choice(id="no", label="No", outcome=Outcome.REJECT, effect="Nothing."),
    )
    view = form(asked(choices=choices))
    [block] = [one for one in view["blocks"] if one.get("block_id") == form_ids.CHOICE_BLOCK]
    assert [one["value"] for one in block["element"]["options"]] == ["pay", "credit"]
    assert "initial_option" not in block["element"]


@pytest.mark.parametrize(("field", "optional"), [("amount", True), ("customer", False)])
def test_what_has_to_be_typed_is_typed_here_unless_it_is_changed(field, optional):
    view = form(asked(confirm=field))
    [block] = [one for one in view["blocks"] if one.get("block_id") == ids.CONFIRM_BLOCK]
    assert block["label"]["text"] == f"To approve, type the {field.title()}"
    assert block["optional"] is optional


def test_nothing_to_change_is_refused():
    request = pending(payload={"note": "x" * 3_001})
    with pytest.raises(OutcomeNotOffered):
        edit.form(request, {"note": INPUTS["note"]}, ids.Form(form_ids.EDIT, ids.Shown("x", "y")))


def test_more_than_a_form_can_show_is_refused():
    request = pending(payload={**PAYLOAD, **{f"field {n}": "x" * 200 for n in range(90)}})
    with pytest.raises(OutcomeNotOffered, match="too long"):
        form(request)


def test_the_menu_offers_it_where_something_may_be_changed():
    assert menu(asked()) == [
        "I'm on it",
        "Hand over …",
        "Approve with edits …",
        "I'm away …",
        "I'm back",
    ]
    assert "Approve with edits …" not in menu(asked({"customer": "Acme"}))


def test_where_the_menu_is_full_being_back_gives_way():
    request = asked()
    body = request.body.model_copy(update={"on_behalf_of": "dev@example.com"})
    entries = menu(request.model_copy(update={"body": body}))
    assert len(entries) == 5
    assert entries[-1] == "I'm away …"


def test_nobody_edits_what_can_not_be_approved_from_the_card():
    assert "Approve with edits …" not in menu(asked(outcomes=(Outcome.REVISE, Outcome.REJECT)))
    long = asked({**PAYLOAD, "note": "x" * 20_000})
    assert "Approve with edits …" not in menu(long)
