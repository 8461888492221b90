"""A small approval app on the other side of the sandbox, and the cards and modals it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk import WebClient


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def card(title: str) -> list[dict[str, Any]]:
    return [
        {"type": "header", "text": text(title)},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Amount*\n$1,840.00"}]},
        {
            "type": "actions",
            "block_id": "decide",
            "elements": [
                {
                    "type": "button",
                    "action_id": "approve",
                    "text": text("Approve"),
                    "style": "primary",
                },
                {"type": "button", "action_id": "revise", "text": text("Revise"), "value": "r"},
                {"type": "button", "action_id": "silent", "text": text("Silent"), "value": "s"},
                {"type": "button", "action_id": "other", "text": text("Other"), "value": "o"},
            ],
        },
    ]


REVISION = {
    "type": "modal",
    "callback_id": "revise",
    "title": text("Ask for a revision"),
    "submit": text("Send back"),
    "close": text("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "comment",
            "label": text("What should change?"),
            "element": {"type": "plain_text_input", "action_id": "comment", "multiline": True},
        }
    ],
}


def option(value: str) -> dict[str, Any]:
    return {"text": text(value.capitalize()), "value": value}


def field(kind: str, **element: Any) -> dict[str, Any]:
    drawn = {"type": kind, "action_id": kind, **element}
    return {"type": "input", "block_id": kind, "label": text(kind), "element": drawn}


OPTIONS = [option("low"), option("high")]
EVERY_FIELD = {
    "type": "modal",
    "callback_id": "every",
    "title": text("Every field"),
    "submit": text("Save"),
    "blocks": [
        field("plain_text_input"),
        field("number_input", is_decimal_allowed=False),
        field("static_select", options=OPTIONS),
        field("multi_static_select", options=OPTIONS),
        field("radio_buttons", options=OPTIONS),
        field("checkboxes", options=OPTIONS),
        field("datepicker"),
        field("users_select"),
    ],
}


class ApprovalApp(ThreadingHTTPServer):
    """A small app: two buttons open modals, `silent` fails, a short comment is refused.

    A test may have it do something else with an action, a callback, a command or an event: `on`
    holds functions of the payload by such a name, and `got` every payload that came.
    """

    daemon_threads = True
    slack: WebClient

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ApprovalHandler)
        self.submitted: dict[str, dict[str, Any]] = {}
        self.got: list[dict[str, Any]] = []
        self.on: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/slack/events"

    def answer(self, payload: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.got.append(payload)
        if (name := name_of(payload)) in self.on:
            return 200, self.on[name](payload) or {}
        if payload.get("type") == "view_submission":
            values = payload["view"]["state"]["values"]
            self.submitted = {block: next(iter(state.values())) for block, state in values.items()}
            if self.submitted.get("comment", {}).get("value") == "Why?":
                errors = {"comment": "Please say a little more."}
                return 200, {"response_action": "errors", "errors": errors}
        elif payload.get("type") == "block_actions":
            action = payload["actions"][0]["action_id"]
            modal = {"revise": REVISION, "approve": EVERY_FIELD}.get(action)
            if modal:
                self.slack.views_open(trigger_id=payload["trigger_id"], view=modal)
            return (500 if action == "silent" else 200), {}
        elif "command" in payload:
            return 200, {"text": f"You asked for {payload['text']}"}
        return 200, {}


def name_of(payload: dict[str, Any]) -> str:
    """What a payload is about: an action, a callback, a command or an event."""
    if payload.get("type") == "block_actions":
        return str(payload["actions"][0]["action_id"])
    if payload.get("type") == "event_callback":
        return str(payload["event"]["type"])
    view = payload.get("view", {})
    return str(payload.get("command") or payload.get("callback_id") or view.get("callback_id"))


class ApprovalHandler(BaseHTTPRequestHandler):
    server: ApprovalApp

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = json.loads(body) if body.startswith("{") else dict(parse_qsl(body))
        payload = json.loads(form["payload"]) if "payload" in form else form
        status, answer = self.server.answer(payload)
        content = json.dumps(answer).encode() if answer else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test says what matters."""
