"""What the pages about policies show is true: each example loads, fits and decides as it says."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from app.domain.message import callback_body
from app.domain.request import Actor, Decision, Status
from app.http.wire import NewRequest
from policies import review_form, risk, schema, sla_form
from policies.document import read_document
from policies.evaluate import Facts, LoadedPolicy, check_payload, evaluate
from policies.inputs import SIGNALS, signal_problems
from policies.loader import load_file, load_playbooks
from policies.plan import Outcome, ReviewPlan, Route
from tests.builders import NOW, pending
from tests.calendars import calendar
from tests.documents import DOCS, Block, blocks, read_call

REFERENCE = DOCS / "policies.md"
PLAYBOOKS = load_playbooks()
PAGES = {name: DOCS / "playbooks" / f"{name}.md" for name in PLAYBOOKS if name != "default"}
FORMS = (
    schema.Policy,
    schema.Input,
    schema.Signal,
    schema.Question,
    review_form.Review,
    review_form.StageForm,
    review_form.ChoiceForm,
    sla_form.Sla,
    sla_form.StepForm,
    sla_form.HoursForm,
    schema.Rule,
    schema.Limit,
    schema.Expectation,
)
STATUS = {
    Outcome.APPROVE: Status.APPROVED,
    Outcome.REVISE: Status.REVISION_REQUESTED,
    Outcome.REJECT: Status.REJECTED,
}


def shown(*languages: str) -> Any:
    """The blocks of all pages in these languages, as parameters of a test."""
    found = [block for page in (REFERENCE, *PAGES.values()) for block in blocks(page)]
    return [
        pytest.param(block, id=f"{block.page}:{block.line}")
        for block in found
        if block.language in languages
    ]


def loaded(block: Block) -> LoadedPolicy:
    """The policy of a block. One that shows a part of a file gets a name and a reviewer.

    It lies in a folder with a calendar, as its reader's would.
    """
    keys = read_document(block.text.encode()).data
    text = block.text
    text += "" if "policy" in keys else "policy: shown\n"
    text += "" if "review" in keys else 'review: {reviewers: ["@finance-approvers"]}\n'
    with TemporaryDirectory() as folder:
        Path(folder, "holidays.ics").write_bytes(calendar("DTSTART;VALUE=DATE:20261225"))
        file = Path(folder, f"{block.page}-{block.line}.yaml")
        file.write_text(text)
        return load_file(file)


def call(block: Block) -> tuple[str, dict[str, Any]]:
    """The path and the body of a curl command."""
    found = read_call(block)
    assert found.body is not None
    return found.path, found.body


def answers(plan: ReviewPlan) -> dict[tuple[str | None, str], bool]:
    """What people can answer, as (choice, status), and whether a comment goes with it."""
    if plan.choices:
        return {(one.id, STATUS[one.outcome]): one.comment for one in plan.choices}
    return {(None, STATUS[one]): one is Outcome.REVISE for one in plan.outcomes}


def request_on(page: Path) -> dict[str, Any]:
    [(path, body)] = [call(block) for block in blocks(page) if block.language == "sh"]
    assert path == "/v1/requests"
    return body


def callback_on(page: Path) -> dict[str, Any]:
    [block] = [block for block in blocks(page) if block.language == "json"]
    message: dict[str, Any] = json.loads(block.text)
    return message


def test_every_block_says_in_which_language_it_is():
    languages = {block.language for page in (REFERENCE, *PAGES.values()) for block in blocks(page)}
    assert languages == {"yaml", "json", "sh"}


@pytest.mark.parametrize("block", shown("yaml"))
def test_every_policy_that_is_shown_loads_and_passes_its_own_tests(block):
    policy = loaded(block)
    for test in policy.policy.tests:
        assert check_payload(policy, test.payload, test.signals) == ()
        evaluation = evaluate(policy, Facts(test.payload, test.signals, frozenset(test.spent)))
        assert (evaluation.rule or evaluation.route.value) == test.expect


def test_every_payload_of_the_reference_fits_the_policy_before_it():
    found = blocks(REFERENCE)
    payloads = [(at, block) for at, block in enumerate(found) if block.language == "json"]
    assert payloads
    for at, block in payloads:
        policy = next(loaded(one) for one in reversed(found[:at]) if one.language == "yaml")
        assert check_payload(policy, json.loads(block.text), {}) == ()


@pytest.mark.parametrize("block", shown("sh"))
def test_every_call_that_is_shown_is_one_that_is_taken(block):
    path, body = call(block)
    if path.endswith("/signals"):
        assert set(body) == {"signals"}
        assert signal_problems(SIGNALS, body["signals"]) == ()
        return
    explained = re.fullmatch("/v1/policies/(.+)/explain", path)
    if explained is None:
        NewRequest.model_validate(body)
    policy = PLAYBOOKS[explained[1] if explained else body["policy"]]
    assert check_payload(policy, body["payload"], body.get("signals", {})) == ()


@pytest.mark.parametrize("name", PAGES)
def test_a_playbooks_callback_has_every_key_and_answers_its_request(name):
    message, asked = callback_on(PAGES[name]), request_on(PAGES[name])
    by = (Actor(kind="policy", id="refund", name="refund"),)
    decision = Decision(outcome=Status.APPROVED, by=by, at_ms=NOW, digest="0" * 64)
    real = json.loads(callback_body(pending().changed(status=Status.APPROVED, decision=decision)))
    assert list(message) == list(real)
    assert list(message["data"]) == list(real["data"])
    data = message["data"]
    assert message["type"] == f"request.{data['status']}" == f"request.{data['outcome']}"
    assert data["approved"] is (data["status"] == "approved")
    for key in ("title", "policy", "payload"):
        assert data[key] == asked[key]


@pytest.mark.parametrize("name", PAGES)
def test_a_playbooks_callback_is_what_its_policy_can_come_to(name):
    data, asked = callback_on(PAGES[name])["data"], request_on(PAGES[name])
    evaluation = evaluate(PLAYBOOKS[name], Facts(asked["payload"], asked.get("signals", {})))
    plan = evaluation.plan
    assert plan is not None, "a page shows a request that people see"
    kinds = {one["kind"] for one in data["by"]}
    if evaluation.route is Route.WATCH:
        assert (kinds, data["comment"]) == ({"policy"}, evaluation.because)
        return
    assert kinds == {"person"}
    worded = answers(plan)[data["choice"], data["status"]]
    assert worded is (data["comment"] is not None)
    assert len(data["by"]) == (plan.people if data["approved"] else 1)


@pytest.mark.parametrize("name", PAGES)
def test_a_playbooks_page_has_a_row_for_each_rule_in_its_order(name):
    text = PAGES[name].read_text().partition("## Who is asked when")[2]
    rows = takewhile(lambda line: not line or line.startswith("|"), text.splitlines())
    ids = [found[1] for row in rows if (found := re.match(r"\| `(.+?)` \|", row))]
    assert ids == [rule.id for rule in PLAYBOOKS[name].policy.rules]


@pytest.mark.parametrize("name", PAGES)
def test_a_playbooks_page_names_each_choice_that_the_workflow_can_get(name):
    loaded = PLAYBOOKS[name]
    plans = (loaded.plan, *loaded.plans.values())
    for choice in (one for plan in plans for one in plan.choices):
        row = rf"^\| {choice.label}\b.* \| `{choice.id}` \|"
        assert re.search(row, PAGES[name].read_text(), re.MULTILINE), choice.id


def test_the_index_leads_to_every_playbook_and_to_pages_that_are_there():
    index = DOCS / "playbooks" / "README.md"
    for page in (REFERENCE, index, *PAGES.values()):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} leads to {target}"
    assert set(re.findall(r"\]\((.+?)\.md\)", index.read_text())) >= set(PAGES)


def test_the_reference_leads_to_headings_that_it_has():
    text = REFERENCE.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    assert set(re.findall(r"\]\(#(.+?)\)", text)) <= anchors


@pytest.mark.parametrize("form", FORMS)
def test_the_reference_names_every_key_that_a_file_can_hold(form):
    text = REFERENCE.read_text()
    keys = [field.alias or name for name, field in form.model_fields.items()]
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_the_reference_names_every_question_route_and_signal_in_a_table():
    text = REFERENCE.read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", text, re.MULTILINE))
    assert {**rows, **risk.QUESTIONS} == rows, "each question with the words that it says"
    assert {*SIGNALS, *map(str, Route)} <= set(rows)
