"""A clock as its settings make it."""

from __future__ import annotations

from pydantic import SecretStr

from app.bootstrap.clock import build_clock
from app.settings import Settings
from app.store.connection import connect
from app.store.embedded import EmbeddedServer


def test_without_a_channel_for_checkpoints_none_is_counted_as_waiting_for_it(
    server: EmbeddedServer,
):
    client = connect(server.url)
    client.flushall()
    settings = Settings(
        redis_url=server.url,
        secret=SecretStr("s" * 32),
        slack_bot_token=SecretStr("xoxb-1"),
        slack_app_token=SecretStr("xapp-1"),
        audit_channel="#audit",
    )
    client.hset("cs:seal", "posted", "7")
    assert build_clock(settings).announce is not None
    assert client.hget("cs:seal", "posted") == "7"
    assert build_clock(settings.model_copy(update={"audit_channel": None})).announce is None
    assert client.hget("cs:seal", "posted") is None
