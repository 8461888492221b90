"""Slack's Web API by the methods of slack_sdk's client, over connections of our own."""

from __future__ import annotations

import json as json_text
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from pydantic_core import from_json, to_json
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from app.outgoing.client import Origin

from .network import SlackNetwork

JSON, FORM = "application/json;charset=utf-8", "application/x-www-form-urlencoded"

_until: ContextVar[float | None] = ContextVar("until", default=None)
"""The instant of time.monotonic at which a call has to be over."""


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """All calls in this block share the time."""
    before = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(before)


def end_of_calls() -> float:
    """The instant of time.monotonic that `ending_within` set."""
    until = _until.get()
    if until is None:
        raise RuntimeError("a call to Slack without an end")
    return until


class KeptWebClient(WebClient):
    """Each call stands in an `ending_within`, is sent once, and raises what `FAILURES` lists.

    slack_sdk's own client opens a connection for every call.
    """

    def __init__(self, token: str, base_url: str) -> None:
        super().__init__(token=token, base_url=base_url, retry_handlers=[])
        self._network = SlackNetwork(self.proxy)

    @cached_property
    def _place(self) -> tuple[Origin, str]:
        return Origin.of(self.base_url)

    def api_call(  # type: ignore[override]  # files and the credentials of an app: we send none
        self,
        api_method: str,
        *,
        http_verb: str = "POST",  # noqa: ARG002  (Slack takes a POST for everything)
        params: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> SlackResponse:
        """One method, with its arguments as JSON or else as a form; None is no argument."""
        args = {name: arg for name, arg in (json or params or {}).items() if arg is not None}
        token = args.pop("token", self.token)
        body, kind = (_form(args), FORM) if json is None else (json_body(args), JSON)
        headers = {**self.headers, "authorization": f"Bearer {token}", "content-type": kind}
        origin, path = self._place
        answer = self._network.post(origin, path + api_method, headers, body, end_of_calls())
        response = SlackResponse(
            client=self,
            http_verb="POST",
            api_url=path + api_method,
            req_args={},
            data=_object(answer.body),
            headers=answer.headers,
            status_code=answer.status,
        )
        response.validate()  # type: ignore[no-untyped-call]
        return response

    # The SDK's own look for objects of its models in every block, which takes them longer than all
    # the rest of a call. Our blocks are plain by then.

    def chat_postMessage(self, **message: Any) -> SlackResponse:  # noqa: N802
        return self.api_call("chat.postMessage", json=message)

    def chat_update(self, **message: Any) -> SlackResponse:
        return self.api_call("chat.update", json=message)


def json_body(args: Mapping[str, Any]) -> bytes:
    try:
        return to_json(args)
    except ValueError:  # half of a surrogate pair, which UTF-8 can't write, but an escape can
        return json_text.dumps(args).encode()


def _form(args: Mapping[str, Any]) -> bytes:
    flat = {name: int(arg) if isinstance(arg, bool) else arg for name, arg in args.items()}
    return urlencode(flat).encode()


def _object(body: bytes) -> dict[str, Any]:
    """Slack answers with an object; what stands in its place may answer with anything."""
    try:
        found = from_json(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
