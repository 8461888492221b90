"""Refusals as problems: one status for each class, and nothing told that should not be."""

from __future__ import annotations

import json

import pytest

from app.domain import errors as domain
from app.domain.errors import CountersignError
from app.http import errors as http
from app.http.problems import PROBLEMS_SHOWN, STATUS, problem, refused, status_of

FAMILIES = {CountersignError, http.FieldsRefused}
FOR_OPERATORS = {
    "ClientBusy",
    "ClientExists",
    "ClientNameRefused",
    "ClientNotFound",
    "DemoFailed",
    "EmbeddedServerFailed",
    "EraseRefused",
    "ExportUnreadable",
    "KeysEnough",
    "RecordMoved",
    "RecordUnsealed",
    "PoliciesRefused",
    "RotationRefused",
    "SettingsRefused",
}
"""Raised where an operator sits, never at this door."""


def classes() -> list[type[CountersignError]]:
    found = [*vars(domain).values(), *vars(http).values()]
    errors = {
        each for each in found if isinstance(each, type) and issubclass(each, CountersignError)
    }
    return sorted(errors - FAMILIES, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status(kind: type[CountersignError]):
    if kind.__name__ not in FOR_OPERATORS:
        assert 400 <= status_of(kind) < 600


def test_every_code_stands_for_one_class():
    codes = [kind.code for kind in classes()]
    assert len(codes) == len(set(codes))


def test_a_refusal_of_a_decision_has_the_status_of_its_family():
    assert status_of(domain.NotAReviewer) == STATUS[domain.DecisionRefused] == 403


def test_a_problem_says_what_is_wrong_what_to_do_and_where():
    told = problem(domain.InputsRefused((("payload.amount", "has to be a number"),)))
    assert told.model_dump() == {
        "type": "urn:problem-type:countersign:inputs_refused",
        "title": "Inputs refused",
        "status": 422,
        "detail": "The request does not fit the inputs of its policy.",
        "code": "inputs_refused",
        "advice": "Mend the fields that `errors` names. `countersign policy example NAME` prints"
        " a request that fits.",
        "errors": [{"field": "payload.amount", "message": "has to be a number"}],
    }


def test_a_draft_is_told_its_problems_by_their_places():
    told = problem(domain.DraftRefused((("line 3, column 5", "write a name here"),)))
    assert (told.status, told.code) == (422, "draft_refused")
    assert told.model_dump()["errors"] == [
        {"field": "line 3, column 5", "message": "write a name here"}
    ]


def test_however_much_is_wrong_with_a_draft_the_answer_is_short():
    many = tuple((f"line {number}", "is wrong") for number in range(PROBLEMS_SHOWN + 1))
    told = problem(domain.DraftRefused(many)).errors
    assert len(told) == PROBLEMS_SHOWN
    assert told[0].field == "line 0"


def test_not_found_reads_the_same_whoever_says_it():
    mine = problem(domain.RequestNotFound("It belongs to the shop.", "Ask them."))
    assert mine == problem(domain.RequestNotFound("Redis has no such key."))


def test_what_passes_by_itself_says_when_to_come_back():
    answer = refused(domain.StoreUnavailable("Redis can't be reached."))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_has_no_key_is_told_how_to_show_one():
    answer = refused(http.Unauthenticated("There is no key."))
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert json.loads(bytes(answer.body))["code"] == "unauthenticated"
