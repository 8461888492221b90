"""An agent that asks before it calls a tool, to copy from. Beside a running demo:

    . .demo/env
    python examples/agent.py

It asks, waits until somebody has decided, consumes the approval, calls the tool with exactly the
arguments that were approved, and tells what came of it. The standard library is all that it needs.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

WAIT_S = 25
"""One call waits so long for a decision; then we ask again, for as long as it takes."""

TRIES, PAUSE_S = 5, 2.0


def close_ticket(id: int, note: str) -> str:
    """Yours: the tools that the agent has. What each gives back is told as the result."""
    return f"Ticket {id} is closed: {note}"


TOOLS = {"close_ticket": close_ticket}


class Refused(Exception):
    """The API said no; `code` is stable and the one to branch on."""

    def __init__(self, error: HTTPError) -> None:
        is_problem = error.headers.get_content_type() == "application/problem+json"
        told = json.load(error) if is_problem else {"code": error.code, "detail": error.reason}
        super().__init__(f"{told['detail']} {told.get('advice') or ''}".strip())
        self.code = str(told["code"])
        self.passes = error.code >= 500 or self.code == "paused"


class Gate:
    """The calls of the API. Each can safely be made again: by its key, or by what it says."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def ask(self, request: dict[str, Any], step: str) -> dict[str, Any]:
        """`step` names this one wish of the agent, so that asking twice opens one request."""
        headers = {"Idempotency-Key": step, "Prefer": f"wait={WAIT_S}"}
        return self._call("POST", "/v1/requests", request, headers)

    def decided(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request once it is decided, which may take days; then keep its id and come back."""
        while request["status"] == "pending":
            request = self._call("GET", f"/v1/requests/{request['id']}?wait={WAIT_S}")
        return request

    def consume(self, request: dict[str, Any], step: str) -> dict[str, Any]:
        """Just before acting. Raises `Refused` where it must not be acted on."""
        sent = {"digest": request["decision"]["digest"]}
        path = f"/v1/requests/{request['id']}/consume"
        return self._call("POST", path, sent, {"Idempotency-Key": step})

    def report(self, request: dict[str, Any], *, ok: bool, text: str) -> None:
        """What came of it, in one line: it is on the card then, and on record."""
        line = " ".join(text.split())[:500] or "(nothing)"
        self._call("POST", f"/v1/requests/{request['id']}/result", {"ok": ok, "text": line})

    def _call(
        self,
        method: str,
        path: str,
        sent: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        call = Request(  # noqa: S310 (the address is a setting)
            f"{self.url}{path}",
            None if sent is None else json.dumps(sent).encode(),
            {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
            method=method,
        )
        for left in reversed(range(TRIES)):
            try:
                with urlopen(call, timeout=WAIT_S + 10) as answer:  # noqa: S310
                    found: dict[str, Any] = json.load(answer)
                    return found
            except HTTPError as error:
                refused = Refused(error)
                if not left or not refused.passes:
                    raise refused from error
            except (OSError, HTTPException):  # the answer may be lost: the same call once more
                if not left:
                    raise
            time.sleep(PAUSE_S)
        raise AssertionError("the last try returns or raises")


def run(gate: Gate, request: dict[str, Any]) -> str:
    """From the wish to its result, in a line."""
    step = f"agent-{uuid.uuid4()}"  # yours: the id of the step in the agent's own memory
    decided = gate.decided(gate.ask(request, step))
    if decided["status"] != "approved":
        why = decided["decision"]["comment"] or "no comment"
        return f"not done: {decided['status']} ({why})"
    payload = gate.consume(decided, step)["decision"]["payload"]  # a reviewer may have edited it
    try:
        text, ok = TOOLS[payload["tool"]](**payload["arguments"]), True
    except Exception as error:
        text, ok = f"{type(error).__name__}: {error}", False
    gate.report(decided, ok=ok, text=text)
    return text if ok else f"failed: {text}"


WISH: dict[str, Any] = {
    "title": "Close ticket 4711",
    "policy": "agent-tool-call",
    "payload": {
        "tool": "close_ticket",
        "arguments": {"id": 4711, "note": "The customer wrote that it works now."},
        "reasoning": "The last message of the customer says so.",
        "predicted_effect": "The ticket is closed, and the customer gets the note.",
    },
    "signals": {
        "confidence": 0.95,
        "reversible": False,
        "affected": 1,
        "earlier_calls": 40,
        "urgent": True,
    },
}


def main() -> None:
    try:
        gate = Gate(os.environ["COUNTERSIGN_URL"], os.environ["COUNTERSIGN_KEY"])
    except KeyError as missing:
        sys.exit(f"Set {missing.args[0]}; beside a running demo: . .demo/env")
    print("asking; somebody has to decide it in Slack", flush=True)
    try:
        print(run(gate, WISH), flush=True)
    except Refused as refused:
        sys.exit(f"not done, {refused.code}: {refused}")


if __name__ == "__main__":
    main()
