"""What stands for Slack: answers at once, in a process of its own, and keeps nothing.

It says what came to whoever watches (`GET /watch`), one line each: `posted CHANNEL TS ID DIGEST …`,
where DIGEST is `-` for each of several that share a message, `updated CHANNEL TS ID …` and
`published PERSON`. With `--limit` it takes one message a second in each channel, as Slack says that
it does, and answers 429 to what comes sooner; `GET /counts` tells how many calls came of each
method, and when the messages came into each channel, in seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import uvloop

from .wire import Message, Reader

TEAM = "T0BENCH000"
GROUP = "S0BENCH000"
PEOPLE = tuple(f"U0BENCH{number:03}" for number in range(64))
"""Everybody is in the one group, `@reviewers`."""

_BUTTON = re.compile(rb'"1:(req_[0-9a-z]{26}):([0-9a-f]+)')
_REQUEST = re.compile(rb"req_[0-9a-z]{26}")
_GAP_S, _EARLY_S = 1.0, 0.1
"""Between two messages in a channel; and what one may come early, which the next waits longer."""


class Slack:
    """Methods by their names; whatever else is called is answered with `ok`."""

    def __init__(self, *, limited: bool) -> None:
        self._limited = limited
        self._numbers = itertools.count(1)
        self._watchers: list[Reader] = []
        self._next: dict[str, float] = {}
        self._counts: Counter[str] = Counter()
        self._posts: dict[str, list[float]] = defaultdict(list)

    def take(self, reader: Reader, message: Message) -> None:
        """One call."""
        path = message.path
        if path == "/watch":
            self._watchers.append(reader)
            return
        if path == "/counts":
            told = {"calls": self._counts, "posts": self._posts}
            reader.answer(b"200 OK", json.dumps(told).encode())
            return
        method = path.rsplit("/", 1)[-1].partition("?")[0]
        self._counts[method] += 1
        match method:
            case "chat.postMessage":
                self._post(reader, message.body)
            case "chat.update":
                self._update(reader, message.body)
            case "views.publish":
                _answer(reader, {})
                self._tell(b"published " + json.loads(message.body)["user_id"].encode())
            case _:
                _answer(reader, _KNOWN.get(method) or _asked(method, message))

    def _post(self, reader: Reader, body: bytes) -> None:
        channel, now = str(json.loads(body)["channel"]), time.monotonic()
        turn = max(now, self._next.get(channel, now))
        if self._limited and turn - now > _EARLY_S:
            self._counts["429"] += 1
            head = b"Content-Type: application/json\r\nRetry-After: %d\r\n" % math.ceil(turn - now)
            reader.answer(b"429 Too Many Requests", b'{"ok":false,"error":"ratelimited"}', head)
            return
        self._next[channel] = turn + _GAP_S
        self._posts[channel].append(now)
        ts = f"{int(time.time())}.{next(self._numbers):06}"
        _answer(reader, {"channel": channel, "ts": ts})
        self._tell(b" ".join([b"posted", channel.encode(), ts.encode(), *_shown(body)]))

    def _update(self, reader: Reader, body: bytes) -> None:
        told = json.loads(body)
        _answer(reader, {"channel": told["channel"], "ts": told["ts"]})
        shown = dict.fromkeys(_REQUEST.findall(body))
        self._tell(b" ".join([b"updated", told["channel"].encode(), told["ts"].encode(), *shown]))

    def _tell(self, line: bytes) -> None:
        self._watchers = [one for one in self._watchers if not one.transport.is_closing()]
        for watcher in self._watchers:
            watcher.transport.write(line + b"\n")


def _shown(body: bytes) -> Iterator[bytes]:
    """`ID DIGEST` of a card, by its buttons; `ID -` of each that shares a message."""
    if card := _BUTTON.search(body):
        yield b" ".join(card.groups())
        return
    for request in dict.fromkeys(_REQUEST.findall(body)):
        yield request + b" -"


def _answer(reader: Reader, told: dict[str, Any]) -> None:
    reader.answer(
        b"200 OK", json.dumps({"ok": True, **told}).encode(), b"Content-Type: application/json\r\n"
    )


_KNOWN: dict[str, dict[str, Any]] = {
    "auth.test": {
        "team_id": TEAM,
        "bot_id": "B0BENCH000",
        "user_id": "U0BENCHBOT",
        "team": "Bench",
    },
    "usergroups.list": {"usergroups": [{"id": GROUP, "handle": "reviewers", "users": PEOPLE}]},
    "usergroups.users.list": {"users": PEOPLE},
    "users.conversations": {"channels": []},
    "conversations.history": {"messages": []},
}


def _asked(method: str, message: Message) -> dict[str, Any]:
    """Answers that repeat what they were asked about."""
    if method == "users.info":
        user = _argument(message, "user")
        return {"user": {"id": user, "team_id": TEAM, "name": user.lower(), "profile": {}}}
    if method == "conversations.info":
        return {
            "channel": {"id": _argument(message, "channel"), "name": "bench", "is_member": True}
        }
    if method == "conversations.open":
        return {"channel": {"id": "D" + _argument(message, "users")[1:]}}
    return {}


def _argument(message: Message, name: str) -> str:
    """Of a form, of a query or of JSON: the SDK has a way for each method."""
    text = message.first.decode() + "&" + message.body.decode()
    found = re.search(rf'[?&]{name}=([A-Z0-9]+)|"{name}": ?"([A-Z0-9]+)"', text)
    if found is None:
        raise ValueError(f"no {name} in {text[:200]}")
    return found[1] or found[2]


async def _serve(port: int, *, limited: bool) -> None:
    slack, loop = Slack(limited=limited), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Reader(slack.take), "127.0.0.1", port)
    print("slack ready", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--limit", action="store_true")
    given = options.parse_args()
    uvloop.run(_serve(given.port, limited=given.limit))


if __name__ == "__main__":
    main()
