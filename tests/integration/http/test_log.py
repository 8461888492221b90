"""No key, no secret and no body in the log, whoever writes there and however much is asked for."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from app.callbacks.guard import Guard
from app.callbacks.outgoing import OutgoingCallbacks
from app.callbacks.send import CallbackSender
from app.callbacks.sign import secret_for
from app.ports import Client
from app.store.clients import RedisClients
from app.store.keys import new_key
from tests.builders import NOW
from tests.integration.commands import SECRET
from tests.integration.http.live import Live, running
from tests.integration.http.world import World

HUNTER = "hunter2"
NEW = json.dumps(
    {
        "title": HUNTER,
        "payload": {"note": HUNTER},
        "context": HUNTER,
        "metadata": {HUNTER: HUNTER},
        "callback_url": f"https://example.com/{HUNTER}",
        "idempotency_key": HUNTER,
    }
).encode()


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that any logger there is has to say."""
    names = ["uvicorn", "uvicorn.error", "uvicorn.asgi", "redis", "httpcore2", "httpx2", "rq"]
    names += [name for name in logging.root.manager.loggerDict if name not in names]
    loggers = [logging.getLogger(name) for name in names]
    before = [(one.level, one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.level, one.propagate, one.disabled = logging.DEBUG, True, False
        one.manager._clear_cache()  # type: ignore[attr-defined]
    with caplog.at_level(logging.DEBUG):
        yield caplog
    for one, (level, propagate, disabled) in zip(loggers, before, strict=True):
        one.level, one.propagate, one.disabled = level, propagate, disabled
        one.manager._clear_cache()  # type: ignore[attr-defined]


async def calls(live: Live, key: str, unknown: str) -> list[int]:
    """One of each kind that could be written about; the status of each answer."""
    good, bad = {"Authorization": f"Bearer {key}"}, {"Authorization": f"Bearer {unknown}"}
    status, opened = await live.call("POST", "/v1/requests", NEW, **good)
    told = [status]
    for method, path, body, headers in (
        ("POST", "/v1/requests", NEW, bad),
        ("POST", "/v1/requests", NEW, {"Authorization": f"Basic {HUNTER}"}),
        ("POST", "/v1/requests", b"{" + HUNTER.encode(), good),
        ("POST", "/v1/requests", NEW, {**good, "Content-Type": HUNTER}),
        ("POST", "/v1/requests", b"", {**good, "Content-Length": "999999999"}),
        ("POST", "/v1/requests", b"", {**good, "X-Much": HUNTER * 4_800}),
        ("GET", f"/v1/requests?policy={HUNTER}", b"", {**good, "X-Request-Id": "run-7"}),
        ("POST", f"/v1/requests/{opened['id']}/cancel", b'{"reason": "hunter2"}', good),
    ):
        told.append((await live.call(method, path, body, **headers))[0])
    return told


def test_nothing_of_a_call_is_written_but_what_its_line_says(
    clients: RedisClients, written: pytest.LogCaptureFixture
):
    world, key, unknown = World(), clients.create(Client(id="billing")), new_key()
    state = world.application.state
    state.parts = replace(state.parts, clients=clients)
    guard = Guard(["127.0.0.1/32"])
    with running(world.application) as live, closing(CallbackSender(guard)) as sender:
        told = asyncio.run(calls(live, key, unknown))
        outgoing = OutgoingCallbacks(guard, sender, SECRET.encode())
        rotated = Client(id="billing", secret_generation=2, secret_overlaps=True)
        url = f"http://127.0.0.1:{live.port}/{HUNTER}?token={HUNTER}"
        answer = outgoing.send(url, "msg_1", NEW.decode(), rotated, NOW)
    assert told == [201, 401, 401, 400, 415, 413, 431, 200, 200]
    assert answer.status == 404
    everything = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in written.records)
    everything += written.text
    assert "call=run-7 client=billing key=k_" in everything
    callback_secrets = [secret_for(SECRET.encode(), "billing", one) for one in (1, 2)]
    lines = [line for line in everything.splitlines() if f"path=/{HUNTER}" not in line]
    for secret in (HUNTER, key, unknown, key[4:44], SECRET, *callback_secrets):
        assert not [line for line in lines if secret.removeprefix("whsec_") in line]
