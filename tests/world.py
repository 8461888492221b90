"""The whole product as real processes, and what people, clients and receivers do with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2
import redis
from redis.client import NEVER_DECODE
from standardwebhooks import Webhook

from app.callbacks.sign import secret_for
from app.demo.notebook import Notebook
from app.demo.processes import Process
from app.demo.stack import CLIENT, Stack
from app.store.packing import STATE

ANA, BEN, CHLOE = "U0ANA00001", "U0BEN00001", "U0CHLOE001"
DEV, EVE, GUEST, GONE = "U0DEV00001", "U0EVE00001", "U0GUEST001", "U0GONE0001"
APPROVE, REVISE, REJECT = "countersign_approve", "countersign_revise", "countersign_reject"
OPEN = "countersign_open"
DETAILS = "countersign_details"
APPROVALS = "C0APPROVAL"
MENU = "countersign_menu"
_VALUES = {
    "plain_text_input": "value",
    "number_input": "value",
    "users_select": "selected_user",
    "datepicker": "selected_date",
}

_SEVERAL = ("remind_ms", "escalate_ms")
"""Instants of the state of which there can be several."""

T = TypeVar("T")


def eventually(look: Callable[[], T | None], within_s: float = 30, what: str = "it") -> T:
    """What `look` gives once it gives something; fails when it never does."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {within_s} s")


class Receiver:
    """A receiver of callbacks that keeps what it got, verified, and answers as it is told."""

    def __init__(self, secret: str) -> None:
        self.received: list[dict[str, Any]] = []
        self.unverified = 0
        self.answer: Callable[[dict[str, Any]], int] = lambda _: 204
        self.webhook = Webhook(secret)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    receiver.webhook.verify(body, headers)
                except Exception:
                    receiver.unverified += 1
                arrived = {"id": headers["webhook-id"], "path": self.path, **json.loads(body)}
                receiver.received.append(arrived)
                self.send_response(receiver.answer(arrived))
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/resume"

    def of(self, request_id: str) -> list[dict[str, Any]]:
        """What arrived for one request."""
        return [one for one in list(self.received) if one["data"]["id"] == request_id]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class World:
    """Everything, running."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        book = stack.notebook
        key = {"Authorization": f"Bearer {book.client_key}"}
        # What was idle is not used again: web hangs up after five seconds.
        limits = httpx2.Limits(keepalive_expiry=2)
        self.web = httpx2.Client(base_url=stack.web_url, headers=key, timeout=30, limits=limits)
        self.slack = httpx2.Client(base_url=stack.sandbox_url, timeout=30)
        self.receiver = Receiver(secret_for(book.secret.encode(), CLIENT, 1))

    def ask(self, **changes: Any) -> dict[str, Any]:
        """Open a refund that needs a person, unless `changes` say otherwise."""
        given: dict[str, Any] = {
            "title": "Refund order 1042",
            "policy": "refund",
            "payload": {"amount": 120, "customer": "Acme", "tier": "standard"},
            "callback_url": self.receiver.url,
        }
        answer = self.web.post("/v1/requests", json=given | changes)
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    def get(self, request_id: str) -> dict[str, Any]:
        answer = self.web.get(f"/v1/requests/{request_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def messages(self, user: str = ANA) -> dict[str, list[dict[str, Any]]]:
        """Everything that a person sees, by channel."""
        found: dict[str, list[dict[str, Any]]] = self.slack.get(
            "/api/state", params={"user": user}
        ).json()["messages"]
        return found

    def cards(self, request_id: str, user: str = ANA) -> list[dict[str, Any]]:
        """The cards of one request that a person can see."""
        everything = [one for channel in self.messages(user).values() for one in channel]
        return [one for one in everything if _is_of(one, request_id)]

    def digests(self, request_id: str, user: str = ANA) -> list[dict[str, Any]]:
        """The messages in which a person sees one request among others."""
        everything = [one for channel in self.messages(user).values() for one in channel]
        return [one for one in everything if request_id in shared_by(one)]

    def card(self, request_id: str, user: str = ANA) -> dict[str, Any]:
        """The one card, once it is there; where a digest shows it, the one that Open brings."""

        def look() -> dict[str, Any] | None:
            shown = [*self.cards(request_id, user), *self.digests(request_id, user)]
            return shown[0] if shown else None

        found = eventually(look, what=f"a card of {request_id}")
        if not shared_by(found):
            return found
        self.open(user, found, request_id)
        return eventually(lambda: self.cards(request_id, user), what=f"a card of {request_id}")[0]

    def open(self, user: str, digest: dict[str, Any], request_id: str) -> None:
        """A person presses Open beside one request of a digest."""
        where = {"channel": digest["channel"], "ts": digest["ts"]}
        what = {"block_id": request_id, "action_id": OPEN}
        answer = self.slack.post("/api/click", json={"user": user, **where, **what}).json()
        assert answer["ok"], answer

    def redrawn(self, request_id: str, text: str, user: str = ANA) -> dict[str, Any]:
        """The card once it says `text`."""

        def look() -> dict[str, Any] | None:
            cards = self.cards(request_id, user)
            return cards[0] if cards and text in json.dumps(cards[0], ensure_ascii=False) else None

        return eventually(look, what=f"a card of {request_id} that says {text!r}")

    def press(self, user: str, card: dict[str, Any], action: str) -> dict[str, Any]:
        """A person presses a button on a card; Slack's answer to them."""
        block, button = _button(card, action)
        click = {
            "user": user,
            "channel": card["channel"],
            "ts": card["ts"],
            "block_id": block,
            "action_id": action,
            "value": button["value"],
        }
        answer: dict[str, Any] = self.slack.post("/api/click", json=click).json()
        return answer

    def open_home(self, user: str) -> None:
        """A person opens the app's Home."""
        answer = self.slack.post("/api/home", json={"user": user}).json()
        assert answer["ok"], answer

    def home(self, user: str, holds: Callable[[str], bool], what: str) -> dict[str, Any]:
        """A person's Home, once its text `holds` what is wanted."""

        def look() -> dict[str, Any] | None:
            home: dict[str, Any] | None = self.slack.get(
                "/api/state", params={"user": user}
            ).json()["home"]
            return home if home and holds(json.dumps(home, ensure_ascii=False)) else None

        return eventually(look, what=f"a Home of {user} {what}")

    def press_at_home(self, user: str, home: dict[str, Any], block_id: str, action: str) -> Any:
        """A person presses a button of their Home; Slack's answer to them."""
        click = {"user": user, "view_id": home["id"], "block_id": block_id, "action_id": action}
        return self.slack.post("/api/click", json=click).json()

    def choose(self, user: str, card: dict[str, Any], entry: str) -> dict[str, Any]:
        """A person chooses an entry of the menu of a card; Slack's answer to them."""
        block, menu = _button(card, MENU)
        option = next(one for one in menu["options"] if one["text"]["text"] == entry)
        click = {
            "user": user,
            "channel": card["channel"],
            "ts": card["ts"],
            "block_id": block,
            "action_id": MENU,
            "selected_option": option,
        }
        answer: dict[str, Any] = self.slack.post("/api/click", json=click).json()
        return answer

    def fill_in(self, user: str, *values: str | None) -> dict[str, Any]:
        """A person fills in the inputs of the form before them, and sends it; Slack's answer."""

        def look() -> dict[str, Any] | None:
            state = self.slack.get("/api/state", params={"user": user}).json()
            return state["views"][-1] if state["views"] else None

        view = eventually(look, what=f"a form for {user}")
        inputs = [one for one in view["blocks"] if one["type"] == "input"]
        state = {}
        for block, value in zip(inputs, values, strict=True):
            element = block["element"]
            typed = {"type": element["type"], _VALUES[element["type"]]: value}
            state[block["block_id"]] = {element["action_id"]: typed}
        form = {"user": user, "view_id": view["id"], "state": state}
        answer: dict[str, Any] = self.slack.post("/api/submit", json=form).json()
        return answer

    def write(self, user: str, text: str) -> None:
        """A person writes into the one input of the form before them, and sends it."""
        answer = self.fill_in(user, text)
        assert answer["ok"], answer

    def decide(self, request_id: str, action: str = APPROVE, user: str = ANA) -> None:
        """Wait for the card and press."""
        answer = self.press(user, self.card(request_id, user), action)
        assert answer["ok"], answer

    def said(self, text: str, user: str = ANA) -> dict[str, Any]:
        """A message that holds these words and that a person sees, once it is there."""

        def look() -> dict[str, Any] | None:
            everything = [one for channel in self.messages(user).values() for one in channel]
            return next(
                (one for one in everything if text in json.dumps(one, ensure_ascii=False)), None
            )

        return eventually(look, what=f"{text!r} being said to {user}")

    def told(self, user: str, text: str) -> dict[str, Any]:
        """A message that only this person sees, once it is there."""

        def look() -> dict[str, Any] | None:
            everything = [one for channel in self.messages(user).values() for one in channel]
            return next(
                (
                    one
                    for one in everything
                    if one.get("ephemeral_for") == user and text in json.dumps(one)
                ),
                None,
            )

        return eventually(look, what=f"{user} being told {text!r}")

    def decided(self, request_id: str, within_s: float = 30) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            request = self.get(request_id)
            return request if request["status"] != "pending" else None

        return eventually(look, within_s, what=f"a decision of {request_id}")

    def delivered(self, request_id: str, within_s: float = 30) -> dict[str, Any]:
        """The callback of a request, once it arrived."""
        return eventually(
            lambda: self.receiver.of(request_id), within_s, what=f"a callback of {request_id}"
        )[0]

    def fault(self, **fault: Any) -> None:
        """Have the sandbox misbehave."""
        self.slack.post("/api/faults", json=fault).raise_for_status()

    def heal(self) -> None:
        self.slack.delete("/api/faults").raise_for_status()
        self.receiver.answer = lambda _: 204

    def its_hour_has_come(
        self, request_id: str, field: str, in_ms: int = 0, lane: str = "time"
    ) -> None:
        """Brings an instant of the stored state forward to now, as if its time had passed.

        `field` is one of the state, or of a part of it: `claim.until_ms`. Of several instants the
        first comes. With `in_ms` it comes so much later. `lane` is whose work it is.
        """
        server = redis.Redis.from_url(self.stack.server.url, decode_responses=True)
        key = f"cs:request:{request_id}"

        def bring_forward(pipe: Any) -> None:
            packed = pipe.execute_command("HGET", key, "packed_state", **{NEVER_DECODE: True})
            state = json.loads(pipe.hget(key, "state") or STATE.unpack(packed))
            seconds, micros = pipe.time()
            now = seconds * 1000 + micros // 1000 + in_ms
            *parts, last = field.split(".")
            part = state
            for name in parts:
                part = part.setdefault(name, {})
            part[last] = [now, *part.get(last, [])[1:]] if last in _SEVERAL else now
            # One version on, so that whoever is at it meanwhile has to look again.
            state["version"] += 1
            fields = {"state": json.dumps(state), "version": state["version"], f"due:{lane}": now}
            pipe.multi()
            pipe.hset(key, mapping=fields)
            pipe.zadd(f"cs:due:{lane}", {request_id: now})

        server.transaction(bring_forward, key)
        server.close()

    def operator(self, *words: str) -> str:
        """What an operator types after `countersign`; what it prints."""
        typed = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *words],
            env=os.environ | self.stack.env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert typed.returncode == 0, typed.stderr
        return typed.stdout

    def process(self, name: str) -> Process:
        return next(one for one in self.stack.processes if one.name == name)

    def kill(self, name: str) -> None:
        """SIGKILL, and start it again."""
        process = self.process(name)
        if process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        process.stop()
        process.start()

    def close(self) -> None:
        self.web.close()
        self.slack.close()
        self.receiver.close()


def _is_of(message: dict[str, Any], request_id: str) -> bool:
    metadata = message.get("metadata") or {}
    return bool(metadata.get("event_payload", {}).get("request_id") == request_id)


def shared_by(message: dict[str, Any]) -> list[str]:
    """The ids of the requests that a digest shows, none for any other message."""
    metadata = message.get("metadata") or {}
    shared: list[str] = metadata.get("event_payload", {}).get("request_ids", [])
    return shared


def _button(card: dict[str, Any], action: str) -> tuple[str, dict[str, Any]]:
    for block in card["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == action:
                return block["block_id"], element
    raise AssertionError(f"the card has no button {action}")


def labelled(card: dict[str, Any], label: str) -> str:
    """The action id of the button that says `label`."""
    for block in card["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "button" and element["text"]["text"] == label:
                return str(element["action_id"])
    raise AssertionError(f"the card has no button {label!r}")


def buttons(card: dict[str, Any]) -> list[str]:
    """The action ids of the buttons of a card or a digest."""
    return [
        element["action_id"]
        for block in card["blocks"]
        for element in [*block.get("elements", []), block.get("accessory", {})]
        if element.get("type") == "button"
    ]


def pressed(
    world: World,
    user: str,
    request: dict[str, Any],
    action: str,
    response_url: str = "http://127.0.0.1:9/nobody",
) -> dict[str, Any]:
    """A signed press on a card, without waiting for Slack to have one."""
    payload = {
        "type": "block_actions",
        "team": {"id": "T0SANDBOX", "domain": "acme"},
        "user": {"id": user, "username": user, "name": user, "team_id": "T0SANDBOX"},
        "api_app_id": "A0SANDBOX1",
        "token": "unused",
        "trigger_id": uuid4().hex,  # as Slack makes no two alike
        "response_url": response_url,
        "container": {"type": "message", "message_ts": "1.000001", "channel_id": APPROVALS},
        "channel": {"id": APPROVALS, "name": "approvals"},
        "message": {"ts": "1.000001", "text": ""},
        "actions": [
            {
                "type": "button",
                "block_id": "countersign_buttons",
                "action_id": action,
                "value": f"1:{request['id']}:{request['digest']}",
                "action_ts": "1.000002",
            }
        ],
    }
    answer: dict[str, Any] = world.slack.post("/api/raw", json={"payload": payload}).json()
    return answer


@contextmanager
def running(
    policies: tuple[str, ...] = (),
    app_token: str | None = None,
    own: Mapping[str, Mapping[str, str]] | None = None,
    prepare: Callable[[Stack], object] = lambda _: None,
    **env: str,
) -> Iterator[World]:
    """The whole product in a folder of its own, stopped at the end.

    `env` adds to the settings of web, worker and clock, `own` to those of each by its name.
    `prepare` is called before anything starts.
    """
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        notebook = Notebook(
            web_port=0, sandbox_port=0, receiver_port=0, app_token=app_token
        ).with_free_ports()
        stack = Stack(Path(folder), notebook, env, policies=policies, own=own)
        prepare(stack)
        try:
            for _ in stack.start():
                pass
            world = World(stack)
            try:
                yield world
            finally:
                world.close()
        finally:
            stack.stop()


@contextmanager
def running_with(
    files: Mapping[str, str], own: Mapping[str, Mapping[str, str]] | None = None
) -> Iterator[World]:
    """The same under policies of its own: the texts of their files, by name."""
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        for name, text in files.items():
            (Path(folder) / f"{name}.yaml").write_text(text)
        with running(COUNTERSIGN_POLICY_DIR=folder, own=own) as world:
            yield world


def at_once(jobs: Sequence[Callable[[], T]], width: int) -> list[T]:
    """Run them side by side, and give what they gave."""
    with ThreadPoolExecutor(width) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]
