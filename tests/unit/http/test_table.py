"""Requests as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from app.domain.request import Actor, Decision, Request, Status
from app.domain.spreadsheet import cell
from app.http.table import as_csv
from policies.plan import Field
from tests.builders import NOW, evaluation, pending


def decided(request: Request, comment: str | None = None) -> Request:
    by = Actor(kind="person", id="U0ANA00001", name="Ana")
    decision = Decision(
        outcome=Status.APPROVED, by=(by,), at_ms=NOW, digest=request.body.digest, comment=comment
    )
    return request.changed(status=Status.APPROVED, decision=decision)


def rows(*requests: Request) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(requests), newline="")))


def test_a_request_is_a_line_that_reads_back_whatever_is_in_it():
    request = pending(title='Refund "120", quickly', payload={"note": "a\nb,c"})
    (row,) = rows(request)
    assert row["id"] == request.id
    assert row["title"] == 'Refund "120", quickly'
    assert row["payload"] == '{"note": "a\\nb,c"}'
    assert (row["status"], row["decided_by"], row["comment"]) == ("pending", "", "")


def test_a_table_has_no_secrets():
    iban = Field(name="iban", label="IBAN", type="string", secret=True)
    judged = evaluation(fields=(iban,))
    (row,) = rows(pending(payload={"iban": "GB33", "amount": 5}, evaluation=judged))
    assert row["payload"] == '{"amount": 5}'


def test_a_decision_says_who_when_and_what():
    (row,) = rows(decided(pending(), comment="Fine,\nby me"))
    assert row["decided_by"] == "Ana"
    assert row["comment"] == "Fine,\nby me"
    assert row["decided_at"] == "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝"])
def test_nothing_in_a_cell_is_run_as_a_formula(start: str):
    hostile = f"{start}HYPERLINK(1)"
    assert cell(hostile) == f"'{hostile}"


def test_a_hostile_comment_is_defused_in_the_table():
    (row,) = rows(decided(pending(), comment='=HYPERLINK("http://evil.example")'))
    assert row["comment"].startswith("'=")


def test_the_choice_is_the_last_column_so_that_those_before_keep_their_places():
    request = decided(pending())
    decision = request.state.decision
    assert decision is not None
    chosen = request.changed(decision=decision.model_copy(update={"choice": "use_crm"}))
    (row,) = rows(chosen)
    assert list(row)[-1] == "choice"
    assert row["choice"] == "use_crm"
    assert rows(pending())[0]["choice"] == ""


def test_no_requests_are_a_line_of_names():
    assert as_csv(()).count("\r\n") == 1
