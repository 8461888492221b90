"""A real sandbox Slack as a process, and what the app's side of it needs beside Slack."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App

from app.changes import change
from app.domain.cards import Place
from app.domain.commands import CardDrawn
from app.domain.request import Request, Status
from app.ports import SlackAgain
from app.slack import ids
from app.slack.api import SlackApi
from app.slack.bolt import build_app
from app.slack.directory import SlackDirectory
from app.slack.gateway import SlackCards
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.receiver import SlackAnswer, SlackReceiver
from app.slack.replies import Replies
from tests import fakes
from tests.builders import opened

TOKEN, SECRET, APP_TOKEN = "xoxb-sandbox", "a signing secret", "xapp-sandbox"
ANA, BEN, CHLOE, DEV = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0DEV00001"
APPROVALS = "C0APPROVAL"
COMMAND = "/approvals"
WITHIN_S = 10
EVE, GUEST, GONE, BOT = "U0EVE00001", "U0GUEST001", "U0GONE0001", "U0CSBOT001"


@dataclass
class Slack:
    """The sandbox, as its page and the tests use it."""

    url: str
    _calls_before: int = 0

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/slack/"

    def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/api/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def fault(self, method: str, kind: str, **more: Any) -> None:
        self.ask("faults", {"method": method, "kind": kind, **more})

    def calls(self, method: str) -> list[Any]:
        """Calls of one method since this test began."""
        return [one for one in self.ask("calls")[self._calls_before :] if one["method"] == method]

    def messages(self, channel: str, user: str = ANA) -> list[Any]:
        found = self.ask(f"state?user={user}")["messages"].get(channel, [])
        return list(found)

    def fresh_channel(self, name: str) -> str:
        made = self.ask("channels", {"name": name})
        return str(made.get("id") or made["channel"]["id"])

    def begin(self) -> None:
        self.ask("faults", method="DELETE")
        self._calls_before = len(self.ask("calls"))


@dataclass
class Pace:
    """`Pace` without a clock: what was reserved stays so until the test forgets it."""

    waits_ms: dict[str, int] = field(default_factory=dict)
    holds_ms: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    counted: list[str] = field(default_factory=list)

    def reserve(self, place: str, gap_ms: int, ahead: float | None = None) -> int:
        if place in self.holds_ms:
            return self.holds_ms[place]
        self.taken[place] = gap_ms
        return self.waits_ms.get(place, 0)

    def held(self, place: str) -> int:
        return self.holds_ms.get(place, 0)

    def count(self, counter: str) -> None:
        self.counted.append(counter)

    def hold(self, place: str, wait_ms: int) -> None:
        self.holds_ms[place] = wait_ms


@dataclass
class Cache:
    """`Cache` in memory, which never forgets by itself."""

    kept: dict[str, str] = field(default_factory=dict)
    fresh_s: set[int] = field(default_factory=set)
    trips: int = 0

    def get(self, key: str) -> str | None:
        self.trips += 1
        return self.kept.get(key)

    def get_many(self, keys: Sequence[str]) -> list[str | None]:
        self.trips += 1
        return [self.kept.get(key) for key in keys]

    def put(self, key: str, value: str, fresh_s: int) -> None:
        self.kept[key] = value
        self.fresh_s.add(fresh_s)


NOBODY = SlackAnswer(503, {}, b"")
"""What Slack hears where nobody listens over HTTP."""


@dataclass
class Endpoint:
    """The app's request URL; `receiver` is whoever answers there at the moment."""

    url: str
    receiver: SlackReceiver | None = None


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = dict(self.headers.items())
            answer = held.receiver.handle(headers, body) if held.receiver else NOBODY
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held = Endpoint(f"http://127.0.0.1:{server.server_port}/slack/events")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield held
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="session")
def workspace(endpoint: Endpoint) -> Iterator[Slack]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--app-url", endpoint.url]
    command += ["--bot-token", TOKEN, "--signing-secret", SECRET, "--app-token", APP_TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("sandbox ready "), ready
        yield Slack(ready.split()[-1])
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def slack(workspace: Slack) -> Slack:
    workspace.begin()
    return workspace


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def api(slack: Slack, pace: Pace) -> SlackApi:
    return SlackApi(TOKEN, slack.api_url, 5, pace)


@pytest.fixture
def cache() -> Cache:
    return Cache()


@pytest.fixture
def cards(api: SlackApi, pace: Pace, cache: Cache) -> SlackCards:
    return SlackCards(api, pace, cache)


@pytest.fixture
def directory(api: SlackApi, cache: Cache) -> SlackDirectory:
    return SlackDirectory(api, cache)


def again(caught: pytest.ExceptionInfo[SlackAgain]) -> tuple[str, float | None]:
    return caught.value.problem, caught.value.wait_s


def until(condition: Callable[[], Any]) -> Any:
    """What `condition` gives once it is true; fails after a bounded while."""
    end = time.monotonic() + WITHIN_S
    while not (found := condition()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
    return found


@dataclass
class Desk:
    """A request with its card in the sandbox, and people to press its buttons."""

    slack: Any
    cards: Any
    store: fakes.FakeStore
    began: str = ""
    homes: fakes.FakeHomes = field(default_factory=fakes.FakeHomes)

    def ask(self, **changes: Any) -> tuple[Request, str]:
        """A new request and the ts of its card."""
        transition = opened(**changes)
        assert transition.after is not None
        self.store.commit(transition, f"open {transition.after.id}")
        ts = self.cards.post("#approvals", transition.after).ts
        self.began = self.began or ts
        return transition.after, ts

    def record(self, request: Request, ts: str) -> None:
        """On record that its card stands there, as the worker that posts it does."""
        place = Place(channel=APPROVALS, ts=ts)
        drawn = CardDrawn(target="#approvals", place=place, face=request.state.cards.face)
        change(self.store, request.id, drawn)

    def press(self, ts: str, action: str, user: str = ANA) -> Any:
        where = {"channel": APPROVALS, "ts": ts, "block_id": ids.BUTTONS, "action_id": action}
        return self.slack.ask("click", {"user": user, **where})

    def status(self, request: Request) -> Status:
        return self.store.load(request.id).request.state.status

    def told(self, user: str, words: str) -> str:
        """The newest message of this test for this person alone that holds these words."""

        def found() -> str | None:
            private = [
                one["text"]
                for one in self.slack.messages(APPROVALS, user)
                if one.get("ephemeral_for") == user and words in one["text"]
                if float(one["ts"]) > float(self.began)
            ]
            return private[-1] if private else None

        return str(until(found))

    def form(self, user: str = ANA) -> Any:
        views = self.slack.ask(f"state?user={user}")["views"]
        return views[-1] if views else None

    def send(self, comment: str, user: str = ANA) -> Any:
        return self.submit({ids.COMMENT_BLOCK: (ids.COMMENT, comment)}, user)

    def type(self, value: str, user: str = ANA) -> Any:
        """A value to confirm an approval with."""
        return self.submit({ids.CONFIRM_BLOCK: (ids.TYPED, value)}, user)

    def submit(self, texts: dict[str, tuple[str, str]], user: str = ANA) -> Any:
        """The newest form with these texts: block, then action and text."""
        state = {
            block: {action: {"type": "plain_text_input", "value": text}}
            for block, (action, text) in texts.items()
        }
        view_id = self.form(user)["id"]
        return self.slack.ask("submit", {"user": user, "view_id": view_id, "state": state})

    def close(self, user: str = ANA) -> None:
        while view := self.form(user):
            self.slack.ask("close", {"user": user, "view_id": view["id"]})


def receiving(app: App) -> SlackReceiver:
    """The request URL of an app, to which nothing came yet."""
    return SlackReceiver(app, SECRET, fakes.FakeArrivals(lambda: time.time_ns() // 1_000_000))


@pytest.fixture
def desk(slack, api, directory, cards, endpoint) -> Iterator[Desk]:
    store, replies = fakes.FakeStore(), Replies()
    people = fakes.people(store, directory)
    desk = Desk(slack, cards, store)
    app = build_app(AppDesk(*people, desk.homes, api, directory.team, replies, COMMAND))
    endpoint.receiver = receiving(app)
    yield desk
    desk.close()
    endpoint.receiver = None
    replies.close()
