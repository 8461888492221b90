"""What an author of policies types: no Redis, no Slack, no other settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from policies.loader import load_file
from tests.calendars import calendar

REFUND = """\
policy: refund
inputs:
  amount: {type: number, minimum: 0, format: money}
  card: {type: string, secret: true, required: false}
review: {channel: "#approvals", reviewers: ["@finance"]}
rules:
  - id: routine
    when: payload.amount < 50 && signals.confidence >= 0.8
    then: approve
    because: Small ones are routine.
    limit: {count: 20, window: 1d}
  - {id: otherwise, then: review, because: Every other refund gets one look.}
tests:
  - {name: a small one, payload: {amount: 20}, signals: {confidence: 1}, expect: routine}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "refund.yaml").write_text(REFUND)
    return tmp_path


def typed(*words: str | Path, typing: str = "", folder: Path | None = None) -> Result:
    env = {"REDIS_URL": "", "COUNTERSIGN_SECRET": "", "COUNTERSIGN_POLICY_DIR": str(folder or "")}
    return CliRunner(env=env).invoke(main, ["policy", *map(str, words)], input=typing)


def edited(folder: Path, before: str, after: str) -> None:
    assert before in REFUND
    (folder / "refund.yaml").write_text(REFUND.replace(before, after))


def test_a_sound_folder_is_counted(folder: Path):
    checked = typed("check", folder)
    assert checked.exit_code == 0
    assert checked.output == "1 policy, no problems\n"


def test_a_single_file_can_be_checked(folder: Path):
    assert typed("check", folder / "refund.yaml", "--strict").exit_code == 0


def test_the_setting_names_the_folder_and_the_playbooks_stand_in_for_it(folder: Path):
    assert typed("check", folder=folder).output == "1 policy, no problems\n"
    assert "policies, no problems" in typed("check").output


def test_every_problem_stands_at_its_place(folder: Path):
    edited(folder, "payload.amount < 50", "payload.amuont < 50")
    (folder / "b.yaml").write_text("policy: b\nreview: {reviewers: [nobody]}\n")
    checked = typed("check", folder)
    assert checked.exit_code == 1
    assert f"{folder}/refund.yaml:8:11: " in checked.output
    assert "did you mean amount?" in checked.output
    assert f"{folder}/b.yaml:2:22: " in checked.output
    assert checked.output.endswith("2 problems; these policies can't be used\n")


def test_a_warning_stands_at_its_place_and_stops_the_strict_alone(folder: Path):
    edited(folder, "    limit: {count: 20, window: 1d}\n", "")
    checked = typed("check", folder)
    assert checked.exit_code == 0
    assert f"{folder}/refund.yaml:7:5: warning: routine approves any number" in checked.output
    assert checked.output.endswith("1 policy, no problems, 1 warning\n")
    assert typed("check", folder, "--strict").exit_code == 1


@pytest.mark.parametrize("path", ["nowhere", "empty", "/dev/zero"])
def test_what_holds_no_policy_is_said_plainly(tmp_path: Path, path: str):
    (tmp_path / "empty").mkdir()
    checked = typed("check", tmp_path / path)
    assert checked.exit_code == 1
    assert "1 problem" in checked.output


def test_tests_that_pass_are_named(folder: Path):
    tried = typed("test", folder)
    assert tried.exit_code == 0
    assert "ok    a small one: routine (approve)" in tried.output
    assert "1 test, none failed" in tried.output


def test_a_test_that_fails_shows_expected_and_got_with_the_trace(folder: Path):
    edited(folder, "{amount: 20}", "{amount: 200}")
    tried = typed("test", folder, "--policy", "refund")
    assert tried.exit_code == 1
    assert "FAIL  a small one" in tried.output
    assert "expected  routine" in tried.output
    assert "got       otherwise (review)" in tried.output
    assert "payload.amount < 50 && signals.confidence >= 0.8: no, amount is 200" in tried.output
    assert "1 test, 1 failed" in tried.output


def test_a_test_whose_payload_does_not_fit_says_why(folder: Path):
    edited(folder, "{amount: 20}", "{amonut: 20}")
    tried = typed("test", folder)
    assert tried.exit_code == 1
    assert "payload.amount is required" in tried.output


def test_an_unknown_policy_is_met_with_the_one_that_was_meant(folder: Path):
    for words in (["test", folder, "--policy", "refnd"], ["explain", "refnd"], ["schema", "refnd"]):
        refused = typed(*words, folder=folder)
        assert refused.exit_code == 2
        assert "did you mean refund?" in refused.output


def test_a_folder_with_a_problem_explains_nothing(folder: Path):
    edited(folder, "then: approve", "then: pass")
    refused = typed("explain", "refund", folder=folder)
    assert refused.exit_code == 2
    assert f"{folder}/refund.yaml:9:11: " in refused.output


def test_an_explanation_shows_the_rules_the_people_and_the_times(folder: Path):
    words = ("--payload", '{"amount": 20}', "--signals", '{"confidence": 0.5}')
    explained = typed("explain", "refund", *words, folder=folder)
    assert explained.exit_code == 0
    for line in (
        "REVIEW: people are asked (rule otherwise)",
        "yes     payload.amount < 50 (amount is 20)",
        "no      signals.confidence >= 0.8 (confidence is 0.5)",
        "limit: 20 requests in 1 day",
        "@finance; one person must approve",
        "at once             asked in #approvals: @finance, one of whom has to approve",
        "after 7 days        it expires: not approved, and the workflow is told",
    ):
        assert line in explained.output
    assert max(map(len, explained.output.splitlines())) <= 100


HOURS = 'reviewers: ["@finance"], sla: {expire: 1d, hours: {zone: Europe/London, holidays: x.ics}}'


def test_in_working_hours_the_timeline_has_instants_and_heeds_the_calendar(folder: Path):
    edited(folder, 'reviewers: ["@finance"]', HOURS)
    (folder / "x.ics").write_bytes(calendar("DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY"))
    words = ("--payload", '{"amount": 200}', "--at", "2026-12-24T16:00")
    explained = typed("explain", "refund", *words, folder=folder)
    for line in (
        "If nobody answers (times in Europe/London)",
        "Only open time counts: Mon, Tue, Wed, Thu, Fri 09:00-17:00 Europe/London, but for",
        "Thu 24 Dec 2026 16:00  at once ",
        "Wed 30 Dec 2026 16:00  after 24 hours ",
    ):
        assert line in explained.output
    assert max(map(len, explained.output.splitlines())) <= 100


def test_a_time_puts_instants_on_any_timeline(folder: Path):
    words = ("--payload", '{"amount": 200}', "--at", "2026-12-24T16:00+02:00")
    explained = typed("explain", "refund", *words, folder=folder)
    assert "If nobody answers (times in UTC)" in explained.output
    assert "Thu 31 Dec 2026 14:00  after 7 days" in explained.output


@pytest.mark.parametrize(
    ("at", "message"),
    [("soon", "soon is no time; write one such as"), ("9999-12-31", "from 2000 to 2100")],
)
def test_what_is_no_time_is_refused(folder: Path, at: str, message: str):
    refused = typed("explain", "refund", "--payload", '{"amount": 200}', "--at", at, folder=folder)
    assert refused.exit_code == 2
    assert message in refused.output


def test_a_watch_tells_what_stop_would_make_of_it(folder: Path):
    edited(folder, "then: approve", "then: watch\n    for: 15m")
    file = folder / "refund.yaml"
    file.write_text(f"{file.read_text()}reversible: true\n")
    words = ("--payload", '{"amount": 20}', "--signals", '{"confidence": 1}')
    shown, stopped = typed("explain", "refund", *words, folder=folder).output.split(
        "If somebody presses Stop"
    )
    assert "after 15 minutes    nobody stopped it: it goes ahead" in shown
    assert "after 7 days        it expires" in stopped


def test_where_nobody_is_asked_it_says_so(folder: Path):
    words = ("--payload", '{"amount": 20}', "--signals", '{"confidence": 1}')
    explained = typed("explain", "refund", *words, folder=folder)
    assert "Nobody is asked\n  at once             it is approved by the policy" in explained.output


def test_an_operand_without_its_value_is_an_error_and_asks(folder: Path):
    explained = typed("explain", "refund", "--payload", '{"amount": 20}', folder=folder)
    assert "error   signals.confidence >= 0.8 (could not be evaluated" in explained.output
    assert "REVIEW" in explained.output


def test_without_a_payload_an_example_is_explained(folder: Path):
    assert '"amount": 20' in typed("explain", "refund", folder=folder).output


def test_a_secret_value_is_not_shown(folder: Path):
    words = ("--payload", '{"amount": 20, "card": "4111"}', "--signals", '{"confidence": 1}')
    assert "4111" not in typed("explain", "refund", *words, folder=folder).output


def test_a_terminal_is_not_steered_by_what_a_request_holds(folder: Path):
    (folder / "free.yaml").write_text('policy: free\nreview: {reviewers: ["@a"]}\n')
    words = ("--payload", '{"k": "\\u001b[31m\\u202e"}')
    explained = typed("explain", "free", *words, folder=folder)
    assert explained.exit_code == 0
    assert "\x1b" not in explained.output
    assert "\u202e" not in explained.output


def test_programs_get_json(folder: Path):
    words = ("--payload", '{"amount": 20}', "--signals", '{"confidence": 1}', "--json")
    answer = json.loads(typed("explain", "refund", *words, folder=folder).output)
    assert (answer["policy"], answer["route"], answer["people"]) == ("refund", "approve", None)
    assert answer["policy_hash"].startswith("sha256:")


def test_a_draft_is_explained_before_it_is_in_any_folder(folder: Path):
    explained = typed("explain", "--file", folder / "refund.yaml", "--payload", '{"amount": 60}')
    assert "REVIEW" in explained.output


def test_a_payload_comes_from_a_file_or_from_standard_input(folder: Path, tmp_path: Path):
    payload = tmp_path / "payload.json"
    payload.write_text('{"amount": 61}')
    assert "61" in typed("explain", "refund", "--payload", f"@{payload}", folder=folder).output
    piped = typed("explain", "refund", "--payload", "-", typing='{"amount": 62}', folder=folder)
    assert "62" in piped.output


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("{", "not strict JSON"),
        ('{"amount": 1, "amount": 2}', "twice"),
        ('{"amount": NaN}', "NaN is not a JSON number"),
        ("[1]", "takes an object"),
        ("[" * 100_000, "nested deeper"),
        ("@/nowhere.json", "can't be read"),
        ("@/dev/zero", "more than"),
        ('{"amount": "much"}', "payload.amount must be a number"),
        ('{"amont": 1}', "did you mean amount?"),
    ],
)
def test_a_payload_that_can_not_be_used_is_refused_in_words(folder: Path, payload: str, why: str):
    refused = typed("explain", "refund", "--payload", payload, folder=folder)
    assert refused.exit_code == 2
    assert why in refused.output


def test_neither_a_policy_nor_a_draft_is_too_little(folder: Path):
    assert typed("explain").exit_code == 2
    assert typed("explain", "refund", "--file", folder / "refund.yaml").exit_code == 2


def test_a_new_policy_is_written_from_answers_and_is_sound(tmp_path: Path):
    file = tmp_path / "credit-note.yaml"
    answers = ["", "amount", "money", "", "customer", "", "", "", "", "50", "5000", ""]
    made = typed("new", "credit-note", "--output", file, typing="\n".join(answers) + "\n")
    assert made.exit_code == 0, made.output
    assert [rule.id for rule in load_file(file).policy.rules] == ["routine", "large", "otherwise"]
    assert typed("check", file, "--strict").exit_code == 0
    assert typed("test", file).exit_code == 0


def test_an_answer_that_does_not_fit_is_asked_for_again(tmp_path: Path):
    file = tmp_path / "a.yaml"
    answers = ["", "two words", "amount", "money", "euro", "EUR", "amount", "", "nobody", ""]
    answers += ["approvals", "", "nan", "-1", "50", "", "soon", ""]
    made = typed("new", "a", "--output", file, typing="\n".join(answers) + "\n")
    assert made.exit_code == 0, made.output
    assert made.output.count("Error: ") == 8
    assert load_file(file).policy.inputs is not None


def test_a_new_policy_overwrites_nothing(folder: Path):
    file = folder / "refund.yaml"
    refused = typed("new", "refund", "--output", file)
    assert refused.exit_code == 2
    assert "is there already" in refused.output
    assert file.read_text() == REFUND


def test_answers_that_make_no_policy_leave_no_file(tmp_path: Path):
    file = tmp_path / "a.yaml"
    answers = ["", "amount", "money", "", "", "", "", "500", "5", ""]
    refused = typed("new", "a", "--output", file, typing="\n".join(answers) + "\n")
    assert refused.exit_code == 2
    assert "Nothing was written" in refused.output
    assert not file.exists()


def test_answers_that_end_early_leave_no_file(tmp_path: Path):
    file = tmp_path / "a.yaml"
    assert typed("new", "a", "--output", file, typing="\n").exit_code == 1
    assert not file.exists()


def test_schemas_are_json(folder: Path):
    assert json.loads(typed("schema").output)["title"] == "A Countersign policy"
    of_requests = json.loads(typed("schema", "refund", folder=folder).output)
    assert of_requests["properties"]["policy"] == {"const": "refund"}


def test_an_example_is_json_or_a_command(folder: Path):
    one = json.loads(typed("example", "refund", folder=folder).output)
    assert (one["policy"], one["payload"]) == ("refund", {"amount": 20})
    assert typed("example", "refund", "--curl", folder=folder).output.startswith("curl ")


def test_a_policy_that_nothing_fits_has_no_example(folder: Path):
    nothing = 'inputs: {a: {type: string, format: url, max_length: 3}}\nreview: {reviewers: ["@a"]}'
    (folder / "none.yaml").write_text(f"policy: none\n{nothing}\n")
    refused = typed("example", "none", folder=folder)
    assert refused.exit_code == 2
    assert "payload.a" in refused.output
