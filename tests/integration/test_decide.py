"""`countersign decide`, as an operator sees it, with Redis alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from click.testing import CliRunner, Result

from app.changes import change
from app.cli import main
from app.domain import lifecycle
from app.domain.request import Request, Status
from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.requests import RedisRequests
from policies.plan import Choice, Field, Outcome
from tests.builders import approval, body, evaluation, plan
from tests.servers import running_server

REASON = "Slack is down and the customer waits."
SIDES = plan(
    choices=(
        Choice(id="crm", label="Use CRM", outcome=Outcome.APPROVE, effect="CRM wins."),
        Choice(id="erp", label="Use ERP", outcome=Outcome.APPROVE, effect="ERP wins."),
    ),
    outcomes=(Outcome.APPROVE,),
)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[redis.Redis]:
    client = connect(server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def store(server: EmbeddedServer, client: redis.Redis) -> Iterator[RedisRequests]:
    raw = connect(server.url, text=False)
    yield RedisRequests(client, Bells(raw))
    raw.close()


def opened(store: RedisRequests, **changes: Any) -> Request:
    transition = lifecycle.begin(body(opened_ms=store.now(), **changes))
    store.commit(transition, "open")
    return transition.request


def typed(
    server: EmbeddedServer,
    request: Request,
    outcome: str = "approve",
    *options: str,
    by: str = "ana@example.com",
    reason: str = REASON,
    answer: str | None = None,
) -> Result:
    """What comes of the command; `answer` is typed when it asks."""
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": "s" * 32}
    words = ["decide", request.id, outcome, "--by", by, "--reason", reason, *options]
    return CliRunner(env=env).invoke(main, words, input=None if answer is None else f"{answer}\n")


def status(store: RedisRequests, request: Request) -> Status:
    return store.load(request.id).request.state.status


def test_it_shows_what_will_be_executed_and_asks_for_the_digest(
    server: EmbeddedServer, store: RedisRequests, client: redis.Redis
):
    request = opened(store, payload={"amount": 120, "customer": "Acme"}, on_behalf_of="dev@x.org")
    done = typed(server, request, answer=request.body.digest[:8])
    assert done.exit_code == 0, done.output
    for words in (
        "Title:        Refund 120 USD to Acme",
        "Asked by:     billing",
        "On behalf of: dev@x.org",
        "Policy:       refund: Anything else gets one look.",
        "Asked:        @finance-approvers, U0ANA00001",
        f"Digest:       {request.body.digest}",
        '"amount": 120,',
        f"{request.id} is approved, by ana@example.com.",
    ):
        assert words in done.output
    after = store.load(request.id).request
    assert after.state.decision is not None
    assert after.state.decision.break_glass is not None
    assert after.state.decision.comment == REASON
    assert [one.type.value for one in store.events(request.id)][1:] == [
        "request.overridden",
        "request.decided",
    ]
    assert client.hget("cs:counters", "break_glass") == "1"
    [alarm] = client.lrange("cs:alarms", 0, -1)
    assert request.id in str(alarm)
    assert client.zscore("cs:due:callback", request.id) is not None


def test_a_secret_is_named_and_not_printed(server: EmbeddedServer, store: RedisRequests):
    iban = Field(name="iban", label="IBAN", type="string", secret=True)
    judged = evaluation(fields=(iban,))
    request = opened(store, payload={"iban": "GB33", "amount": 5}, evaluation=judged)
    done = typed(server, request, answer=request.body.digest[:8])
    assert "GB33" not in done.output
    assert '"amount": 5' in done.output
    assert "Secret, and executed as given: IBAN" in done.output
    assert done.exit_code == 0


def test_anything_but_the_digest_decides_nothing(
    server: EmbeddedServer, store: RedisRequests, client: redis.Redis
):
    request = opened(store)
    for answer in ("yes", "", request.body.digest[1:9], None):
        refused = typed(server, request, answer=answer)
        assert refused.exit_code != 0
        assert status(store, request) is Status.PENDING
    assert client.llen("cs:alarms") == 0


def test_what_can_t_be_seen_is_shown_by_its_code(server: EmbeddedServer, store: RedisRequests):
    hidden = {"to": "Acme\u202egnp", "note": "a\u200bb\x1b[2J"}
    request = opened(store, payload=hidden, title="x\ny\x07")
    shown = typed(server, request, answer="no").output
    assert "Acme[U+202E]gnp" in shown
    assert "a[U+200B]b\\u001b[2J" in shown
    assert "Title:        x y[U+0007]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_script_gives_the_whole_digest_and_is_not_asked(
    server: EmbeddedServer, store: RedisRequests
):
    request = opened(store)
    wrong = typed(server, request, "reject", "--digest", request.body.digest[:8])
    assert wrong.exit_code == 2
    assert status(store, request) is Status.PENDING
    done = typed(server, request, "reject", "--digest", request.body.digest)
    assert done.exit_code == 0, done.output
    assert done.output == f"{request.id} is rejected, by ana@example.com.\n"
    assert status(store, request) is Status.REJECTED


def test_what_is_decided_already_says_by_whom(server: EmbeddedServer, store: RedisRequests):
    request = opened(store)
    change(store, request.id, approval(request, seen=None))
    refused = typed(server, request, answer=request.body.digest[:8])
    assert refused.exit_code == 2
    assert refused.output == "Ana already approved this.\n"


def test_nor_is_what_somebody_decided_and_can_still_take_back(
    server: EmbeddedServer, store: RedisRequests
):
    request = opened(store, evaluation=evaluation(plan=plan(undo_s=3_600)))
    change(store, request.id, approval(request, seen=None))
    for options in ((), ("--digest", request.digest)):
        refused = typed(server, request, "reject", *options)
        assert refused.exit_code == 2
        assert "Ana already approved this; it takes effect shortly" in refused.output
    assert store.load(request.id).request.state.undoable is not None


@pytest.mark.parametrize(
    ("by", "reason", "said"),
    [
        ("dev@example.com", REASON, "asked on their behalf"),
        ("DEV@Example.com", REASON, "asked on their behalf"),
        ("U0ANA00001", REASON, "nobody can say whether U0ANA00001 is somebody else"),
        ("Ana", REASON, "name one person"),
        ("@finance-approvers", REASON, "name one person"),
        ("ana@example.com", "because", "10 to 2,000 characters"),
        ("ana@example.com", "x" * 2_001, "10 to 2,000 characters"),
    ],
)
def test_whoever_may_not_is_told_why_and_nothing_is_decided(
    server: EmbeddedServer, store: RedisRequests, by: str, reason: str, said: str
):
    request = opened(store, on_behalf_of="dev@example.com")
    refused = typed(server, request, "approve", by=by, reason=reason, answer="never asked")
    assert refused.exit_code == 2
    assert said in refused.output
    assert "Traceback" not in refused.output
    assert "type the first" not in refused.output
    assert status(store, request) is Status.PENDING


def test_a_choice_has_to_be_named_where_there_are_any(server: EmbeddedServer, store: RedisRequests):
    request = opened(store, evaluation=evaluation(plan=SIDES))
    digest = ("--digest", request.body.digest)
    refused = typed(server, request, "approve", *digest)
    assert refused.exit_code == 2
    assert "crm, erp" in refused.output
    assert typed(server, request, "approve", *digest, "--choice", "erp").exit_code == 0
    decision = store.load(request.id).request.state.decision
    assert decision is not None
    assert decision.choice == "erp"


def test_an_unknown_request_is_said_to_be_none(server: EmbeddedServer, store: RedisRequests):
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": "s" * 32}
    words = ["decide", "req_nothing", "approve", "--by", "ana@example.com", "--reason", REASON]
    refused = CliRunner(env=env).invoke(main, words)
    assert refused.exit_code == 2
    assert refused.output.startswith("There is no such request.")


def test_without_a_store_it_says_so_plainly():
    env = {"REDIS_URL": "redis://127.0.0.1:1/0", "COUNTERSIGN_SECRET": "s" * 32}
    words = ["decide", "req_1", "approve", "--by", "ana@example.com", "--reason", REASON]
    refused = CliRunner(env=env).invoke(main, words)
    assert refused.exit_code == 2
    assert "The store can't be reached" in refused.output
