"""Approve with edits, over the policies in force: what may be changed, and who decides it then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.ask import Ask
from app.changes import change
from app.domain.commands import Decide
from app.domain.digest import digest
from app.domain.errors import (
    AlreadyDecided,
    ConfirmationWrong,
    DigestMismatch,
    EditRefused,
    InputsRefused,
    NotAReviewer,
)
from app.domain.request import Held, Request, Status
from app.editing import Editing
from app.judge import PolicyJudge
from app.opening import Opening
from app.ports import Client
from app.reviewing import At
from app.service import Service
from policies.loader import load_folder
from policies.plan import Outcome
from tests import fakes
from tests.builders import person

ANA, BEN = "U0ANA00001", "U0BEN00001"
CLIENT = Client(id="billing")
REFUND = f"""\
policy: refund
inputs:
  amount: {{type: number, minimum: 0, editable: true}}
  customer: {{type: string}}
  note: {{type: string, max_length: 5, required: false, editable: true}}
review: {{channel: "#approvals", reviewers: [{ANA}]}}
rules:
  - {{id: small, when: payload.amount < 10, then: approve, because: It is small.,
     limit: {{count: 1, window: 1d}}}}
  - {{id: usual, when: payload.amount < 100, then: review, because: It is usual.}}
  - {{id: large, when: payload.amount < 1000, then: review, because: It is large.,
     review: {{reviewers: ["@large"], quorum: 2, confirm: customer}}}}
  - {{id: others, when: payload.amount < 2000, then: review, because: It is theirs.,
     review: {{reviewers: [{BEN}], quorum: 1}}}}
  - {{id: huge, then: reject, because: Never so much.}}
"""
TWO = REFUND.replace(f"[{ANA}]}}", f"[{ANA}, {BEN}], quorum: 2}}")


class Desk:
    """Requests of this policy, and a reviewer who changes them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, fakes.FakeStore()
        self.judge = PolicyJudge({})
        self.reload(REFUND)
        self.admission = fakes.FakeAdmission()
        opening = Opening(
            store=self.store,
            judge=self.judge,
            callbacks=fakes.FakeCallbacks(),
            admission=self.admission,
            public_url="https://example.com",
            retention_s=86_400,
        )
        self.service = Service(self.store, self.judge, opening)
        self.editing = Editing(fakes.reviewing(self.store), self.judge)

    def reload(self, text: str | None) -> None:
        if text is not None:
            (self.folder / "refund.yaml").write_text(text)
        self.judge.policies = load_folder(self.folder)

    def ask(self, amount: float = 50) -> Request:
        payload = {"amount": amount, "customer": "Acme"}
        return self.service.open(CLIENT, Ask("Refund", payload, policy="refund")).request

    def edit(self, request: Request, who: str = ANA, more: Any = None, **values: Any) -> Request:
        at = At(request.id, who, request.digest)
        return self.editing.approve(at, values, **(more or {}))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_editable_is_changed_and_the_rest_stays(desk: Desk):
    request = desk.ask()
    edited = desk.edit(request, amount=40, note="less")
    payload: dict[str, Any] = {"amount": 40, "customer": "Acme", "note": "less"}
    assert (edited.state.status, edited.payload) == (Status.APPROVED, payload)
    body = request.body
    assert edited.digest == digest(body.id, body.nonce, body.policy.hash, payload)
    assert edited.evaluation.rule == "usual"


def test_its_inputs_are_told_with_what_may_be_changed(desk: Desk):
    request, inputs = desk.editing.editable(desk.ask().id)
    assert request.pending
    assert [name for name, one in inputs.items() if one.editable] == ["amount", "note"]


@pytest.mark.parametrize("name", ["customer", "other"])
def test_what_is_not_editable_is_not_changed(desk: Desk, name: str):
    with pytest.raises(EditRefused, match=f"let anybody change {name}"):
        desk.edit(desk.ask(), **{name: "Other"})


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"amount": -1}, ("payload.amount", "must be at least 0, not -1")),
        ({"amount": "much"}, ("payload.amount", "must be a number, not text")),
        ({"note": "too long"}, ("payload.note", "must have at most 5 characters, not 8")),
    ],
)
def test_what_does_not_fit_the_inputs_is_refused(desk: Desk, values: Any, problem: Any):
    request = desk.ask()
    with pytest.raises(InputsRefused) as refused:
        desk.edit(request, **values)
    assert refused.value.problems == (problem,)
    assert desk.store.load(request.id).request == request


@pytest.mark.parametrize("text", [REFUND.replace("< 100,", "< 90,"), None])
def test_under_a_policy_that_has_changed_or_is_gone_nothing_is(desk: Desk, text: str | None):
    request = desk.ask()
    if text is None:
        (desk.folder / "other.yaml").write_text(REFUND.replace("policy: refund", "policy: other"))
        (desk.folder / "refund.yaml").unlink()
    desk.reload(text)
    with pytest.raises(EditRefused, match="has changed since this was asked"):
        desk.editing.editable(request.id)
    with pytest.raises(EditRefused, match="has changed since this was asked"):
        desk.edit(request, amount=40)


def test_nor_under_one_that_comes_between_the_look_and_the_judgement(desk: Desk):
    request = desk.ask()
    judge = desk.judge.judge

    def reloaded(*args: Any, **more: Any) -> Any:
        desk.reload(REFUND.replace("< 100,", "< 90,"))
        return judge(*args, **more)

    desk.judge.judge = reloaded  # type: ignore[method-assign]
    with pytest.raises(EditRefused, match="has changed since this was asked"):
        desk.edit(request, amount=40)


def test_a_policy_without_editable_inputs_says_so(desk: Desk):
    desk.reload(REFUND.replace(", editable: true", ""))
    with pytest.raises(EditRefused, match="has nothing that may be changed"):
        desk.editing.editable(desk.ask().id)


def test_whoever_saw_something_else_changes_nothing(desk: Desk):
    desk.reload(TWO)
    request = desk.ask()
    edited = desk.edit(request, BEN, amount=40)
    assert edited.pending
    with pytest.raises(DigestMismatch):
        desk.edit(request, amount=30)
    assert desk.edit(edited, amount=30).payload["amount"] == 30


def test_somebody_who_edits_at_the_same_time_wins_once(desk: Desk):
    desk.reload(TWO)
    request = desk.ask()
    judge = desk.judge.judge

    def outrun(*args: Any, **more: Any) -> Any:
        desk.judge.judge = judge  # type: ignore[method-assign]
        desk.edit(request, BEN, amount=40)
        return judge(*args, **more)

    desk.judge.judge = outrun  # type: ignore[method-assign]
    with pytest.raises(DigestMismatch):
        desk.edit(request, amount=30)
    assert desk.store.load(request.id).request.payload["amount"] == 40


def test_what_would_go_ahead_by_itself_is_approved_by_whoever_made_it_so(desk: Desk):
    edited = desk.edit(desk.ask(), amount=5)
    assert (edited.state.status, edited.evaluation.rule) == (Status.APPROVED, "small")
    assert edited.evaluation.because == "A reviewer changed it while approving it."
    assert edited.evaluation.allowance is None


def test_a_stricter_rule_asks_its_own_people_among_whom_the_author_may_be(desk: Desk):
    request = desk.ask()
    with pytest.raises(ConfirmationWrong):
        desk.edit(request, amount=500)
    edited = desk.edit(request, more={"confirmation": "Acme"}, amount=500)
    assert edited.pending
    assert [vote.by.id for vote in edited.state.votes] == [ANA]
    assert edited.plan is not None
    assert edited.plan.people == 2


def test_nobody_makes_of_it_what_others_decide_or_the_policy_refuses(desk: Desk):
    request = desk.ask()
    with pytest.raises(EditRefused, match=f"others have to decide it: {BEN}"):
        desk.edit(request, amount=1500)
    with pytest.raises(EditRefused, match="the policy refuses it: Never so much"):
        desk.edit(request, amount=5000)
    with pytest.raises(NotAReviewer):
        desk.edit(request, BEN, amount=40)
    assert desk.store.load(request.id).request.payload["amount"] == 50


def test_a_limit_that_was_full_when_it_was_asked_is_so_for_an_edit(desk: Desk):
    desk.reload(REFUND.replace("It is usual.}", "It is usual., review: {confirm: customer}}"))
    desk.ask(amount=1)
    request = desk.ask(amount=2)
    assert (request.body.spent, request.evaluation.rule) == (("small",), "usual")
    with pytest.raises(ConfirmationWrong):
        desk.edit(request, amount=3)
    assert desk.edit(request, more={"confirmation": "Acme"}, amount=3).evaluation.rule == "usual"


def test_what_was_asked_past_its_clients_limit_is_so_when_it_is_edited(desk: Desk):
    desk.admission.until_ms = desk.store.now()
    request = desk.ask(amount=1)
    assert isinstance(request.state.held, Held)
    assert request.body.over_limit
    judged: Callable[..., Any] = desk.judge.judge
    seen: list[bool] = []

    def noted(*args: Any, **more: Any) -> Any:
        seen.append(more["over_limit"])
        return judged(*args, **more)

    desk.judge.judge = noted  # type: ignore[method-assign]
    with pytest.raises(Exception, match="Nobody is asked about this"):
        desk.edit(request, amount=2)
    assert seen == [True]


@pytest.mark.parametrize("undo", ["", ", undo: 5m"])
def test_what_is_decided_is_not_edited_nor_does_its_form_open(desk: Desk, undo: str):
    desk.reload(REFUND.replace(f"[{ANA}]}}", f"[{ANA}]{undo}}}"))
    request = desk.ask()
    answer = Decide(person=person(), outcome=Outcome.REJECT, digest=request.digest)
    change(desk.store, request.id, answer)
    with pytest.raises(AlreadyDecided):
        desk.editing.editable(request.id)
    with pytest.raises(AlreadyDecided):
        desk.edit(request, amount=40)
