"""The judge asks the policies in force, by name, and says plainly what it can't use."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import DraftRefused, InputsRefused, PolicyNotFound
from app.judge import PolicyJudge
from policies.loader import load_folder
from policies.plan import Route

REVIEW = 'review: {channel: "#approvals", reviewers: ["@finance-approvers"]}\n'
REFUND = f"""\
policy: refund
inputs: {{amount: {{type: number, minimum: 0}}}}
signals: {{disputes: {{type: integer}}}}
{REVIEW}
rules:
  - {{id: routine, when: payload.amount < 50, then: approve, because: It is small.}}
"""


@pytest.fixture
def judge(tmp_path: Path) -> PolicyJudge:
    (tmp_path / "refund.yaml").write_text(REFUND)
    return PolicyJudge(load_folder(tmp_path))


def test_it_judges_by_the_policy_of_that_name_and_says_which_file_it_was(judge: PolicyJudge):
    judged = judge.judge("refund", {"amount": 20}, {})
    assert judged.evaluation.route is Route.APPROVE
    assert (judged.policy, judged.policy_hash) == ("refund", judge.policies["refund"].hash)


def test_it_names_the_policies_in_force_and_what_each_of_them_wants_to_know(
    judge: PolicyJudge, tmp_path: Path
):
    free = f"policy: anything\ndescription: Whatever it is.\n{REVIEW}"
    (tmp_path / "anything.yaml").write_text(free)
    judge.policies = load_folder(tmp_path)
    names = list(judge.names().items())
    assert [names[0], names[-1]] == [("anything", "Whatever it is."), ("refund", None)]
    digest, inputs = judge.inputs("refund")
    assert digest == judge.policies["refund"].hash
    assert list(inputs or ()) == ["amount"]
    assert judge.inputs("anything")[1] is None


def test_from_the_moment_that_the_policies_are_replaced_the_new_ones_decide(
    judge: PolicyJudge, tmp_path: Path
):
    (tmp_path / "refund.yaml").write_text(REFUND.replace("< 50", "< 10"))
    assert judge.judge("refund", {"amount": 20}, {}).evaluation.route is Route.APPROVE
    judge.policies = load_folder(tmp_path)
    assert judge.judge("refund", {"amount": 20}, {}).evaluation.route is Route.REVIEW


@pytest.mark.parametrize(
    ("name", "advice"),
    [("refunds", "Did you mean refund?"), ("payout", "These are loaded: default, refund.")],
)
def test_a_policy_that_is_not_there_is_refused_with_what_is(
    judge: PolicyJudge, name: str, advice: str
):
    with pytest.raises(PolicyNotFound) as refused:
        judge.judge(name, {}, {})
    assert refused.value.advice == advice


def test_a_payload_that_does_not_fit_is_refused_with_every_problem(judge: PolicyJudge):
    for ask in (judge.judge, judge.explain):
        with pytest.raises(InputsRefused) as refused:
            ask("refund", {"amount": -1, "tier": 1}, {})
        assert {field for field, _ in refused.value.problems} == {"payload.amount", "payload.tier"}


def test_a_policy_gives_its_reasons(judge: PolicyJudge):
    explained = judge.explain("refund", {"amount": 20}, {})
    assert explained.explanation.route is Route.APPROVE
    assert explained.policy_hash == judge.policies["refund"].hash


def test_a_draft_gives_its_reasons_and_decides_nothing(judge: PolicyJudge):
    draft = REFUND.replace("< 50", "< 10")
    explained = judge.explain("refund", {"amount": 20}, {}, draft=draft)
    assert explained.explanation.route is Route.REVIEW
    assert judge.judge("refund", {"amount": 20}, {}).evaluation.route is Route.APPROVE


def test_a_draft_that_is_no_policy_is_refused_with_the_place_of_every_problem(judge: PolicyJudge):
    draft = f"policy: refund\nrevieww: 1\n{REVIEW}rules: 5\n"
    with pytest.raises(DraftRefused) as refused:
        judge.explain("refund", {}, {}, draft=draft)
    places = [place for place, _ in refused.value.problems]
    assert places == ["line 2, column 1", "line 4, column 8"]


@pytest.mark.parametrize("draft", ["", "\x00", "a: &a [*a]", "\ud800", "policy: x\n" * 3])
def test_any_text_that_is_no_policy_is_refused_as_a_draft(judge: PolicyJudge, draft: str):
    with pytest.raises(DraftRefused):
        judge.explain("refund", {}, {}, draft=draft)


def test_signals_are_checked_against_the_policy(judge: PolicyJudge):
    judge.check_signals("refund", {"anomaly": True, "disputes": 2})
    with pytest.raises(InputsRefused) as refused:
        judge.check_signals("refund", {"anomaly": "yes", "disputess": 2})
    assert [field for field, _ in refused.value.problems] == [
        "signals.disputess",
        "signals.anomaly",
    ]


def test_a_monitor_can_object_to_a_request_whose_policy_is_gone(judge: PolicyJudge):
    judge.check_signals("payout", {"anomaly": True})
    with pytest.raises(InputsRefused):
        judge.check_signals("payout", {"anomaly": "yes"})
