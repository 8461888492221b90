"""The whole examination, in an order in which each part can stand on the one before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import redis
from redis.exceptions import RedisError

from app.domain.errors import SettingsRefused
from app.settings import Settings, load
from app.slack.api import SlackApi
from app.slack.inquiry import Inquiry
from app.store.connection import connect, milliseconds
from app.store.pace import RedisPace
from policies.loader import Policies, PolicyErrors, load_folder, load_playbooks
from policies.wording import listing

from . import server, ways_in, workspace
from .lines import Check, Line, looked_at, mend, note, ok
from .names import named

RUN_S, _CALL_S = 60.0, 8.0
"""How long a run takes at most, and one call of Slack in it."""


def examine() -> Iterator[Line]:
    """Every line, as it is known."""
    until = time.monotonic() + RUN_S
    try:
        settings = load()
    except SettingsRefused as refused:
        advice = "README.md lists every setting. The rest is looked at once these are right."
        yield mend("settings", refused.message, advice)
        return
    yield _settings(settings)
    client = connect(settings.redis_url)
    try:
        yield from _examined(settings, client, until)
    finally:
        client.close()


def _examined(settings: Settings, client: redis.Redis, until: float) -> Iterator[Line]:
    yield from looked_at(
        [Check("redis", partial(server.looked_at, client, settings.allow_unsafe_redis))], until
    )
    policies, line = _policies(settings.policy_dir)
    yield line
    inquiry = Inquiry(_api(settings, client))
    [*lines] = looked_at([Check("token", partial(workspace.token, inquiry))], until)
    yield from lines
    checks = list(_ways_in(settings, inquiry, partial(_now, client)))
    if not any(line.about == "token" and line.level == "mend" for line in lines):
        channels = {
            "COUNTERSIGN_ADMIN_CHANNEL": settings.admin_channel,
            "COUNTERSIGN_AUDIT_CHANNEL": settings.audit_channel,
        }
        checks += workspace.Workspace(inquiry).checks(named(policies), channels)
    else:
        words = "Channels, people and groups are looked at once the token works."
        yield note("workspace", words)
    yield from looked_at(checks, until)


def _api(settings: Settings, client: redis.Redis) -> SlackApi:
    """Heeds what Slack told the others, and tells them, while there is a store."""
    try:
        client.ping()
        pace = RedisPace(client)
    except RedisError:
        pace = None
    token = settings.slack_bot_token.get_secret_value()
    return SlackApi(token, settings.slack_api_url, _CALL_S, pace)


def _settings(settings: Settings) -> Line:
    if settings.admin_channel is None:
        advice = "Set COUNTERSIGN_ADMIN_CHANNEL, so that somebody hears of what goes wrong."
        return note("settings", "Complete; no admin channel is set.", advice)
    return ok("settings", "Complete.")


def _policies(folder: Path | None) -> tuple[Policies, Line]:
    if folder is None:
        advice = "Set COUNTERSIGN_POLICY_DIR to the folder of your own."
        return load_playbooks(), note("policies", "The playbooks that ship.", advice)
    try:
        loaded = load_folder(folder)
    except PolicyErrors as error:
        words = f"{folder} can't be used:\n{error}"
        return {}, mend(
            "policies", words, "countersign policy check says the same with its places."
        )
    return loaded, ok("policies", f"{listing(sorted(loaded))} ({folder}).")


def _ways_in(settings: Settings, inquiry: Inquiry, clock: Callable[[], int]) -> Iterator[Check]:
    url = settings.public_url
    yield Check("address", partial(ways_in.https, url, settings.slack_api_url))
    yield Check("web", partial(ways_in.alive, url))
    if settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        yield Check("Socket Mode", partial(ways_in.socket, inquiry, app_token))
    elif settings.slack_signing_secret is not None:
        secret = settings.slack_signing_secret.get_secret_value()
        yield Check("request URL", partial(ways_in.signed, url, secret, clock))


def _now(client: redis.Redis) -> int:
    """The store's clock, by which signatures are judged; ours where there is no store (ms)."""
    try:
        return milliseconds(client.time())
    except RedisError:
        return time.time_ns() // 1_000_000
