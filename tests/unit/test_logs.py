"""What a line of the log says, for people and for machines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from app import logs
from app.claims import settle
from app.domain.due import Lane
from app.logs import about
from app.ports import Claim
from tests.unit.test_lanes import FakeLanes


@pytest.fixture
def handler(request: pytest.FixtureRequest) -> Iterator[logging.Handler]:
    """The handler that `set_up` puts where everything is logged."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    logs.set_up("worker", request.param)
    [made] = root.handlers
    yield made
    root.handlers[:] = before
    root.setLevel(level)


def line(handler: logging.Handler, message: str, **extra: str) -> str:
    record = logging.getLogger("countersign.lanes").makeRecord(
        "countersign.lanes", logging.WARNING, "f", 1, message, (), None, extra=extra
    )
    assert handler.filter(record)
    return handler.format(record)


@pytest.mark.parametrize("handler", ["json"], indirect=True)
def test_a_line_for_machines_has_named_fields_and_what_it_is_about(handler: logging.Handler):
    with about(call="run-7"), about(request="req_1"):
        told = json.loads(line(handler, "Slack failed", client="billing"))
    assert told.pop("ts").endswith("+00:00")
    assert told == {
        "level": "WARNING",
        "logger": "countersign.lanes",
        "process": "worker",
        "message": "Slack failed",
        "call": "run-7",
        "request": "req_1",
        "client": "billing",
    }


@pytest.mark.parametrize("handler", ["json"], indirect=True)
def test_what_a_line_says_of_itself_comes_first_and_what_is_over_is_forgotten(
    handler: logging.Handler,
):
    with about(request="req_1"):
        assert json.loads(line(handler, "x", request="req_2"))["request"] == "req_2"
    assert "request" not in json.loads(line(handler, "x"))


@pytest.mark.parametrize("handler", ["json"], indirect=True)
def test_no_text_can_forge_a_second_line_for_machines(handler: logging.Handler):
    told = line(handler, 'a\n{"level": "INFO"}\u2028')
    assert "\n" not in told
    assert json.loads(told)["message"] == 'a\n{"level": "INFO"}\u2028'


@pytest.mark.parametrize("handler", ["json"], indirect=True)
def test_whatever_a_worker_logs_at_a_request_carries_its_id(
    handler: logging.Handler,
):
    sent = "hunter2"

    def work(_: Claim) -> None:
        logging.getLogger("some.library").warning("retrying")
        raise ValueError(sent)

    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written := StringIO())
    settle(FakeLanes(), work, Claim(Lane.SLACK, "req_1", "t", unfinished=False))
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(one["logger"], one["request"]) for one in lines] == [
        ("some.library", "req_1"),
        ("countersign.lanes", "req_1"),
    ]
    assert sent not in written.getvalue()


@pytest.mark.parametrize("handler", ["text"], indirect=True)
def test_a_line_for_people_names_the_process_the_level_and_the_part(handler: logging.Handler):
    told = line(handler, "Slack failed")
    assert told.endswith(" worker WARNING countersign.lanes: Slack failed")
