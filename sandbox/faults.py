"""Faults that a test switches on, and the answers that they give."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.wire import JsonObject

FORM = """
method=filled:64 kind=ratelimited|ratelimited_200|error|delay|drop_reply|http_500
retry_after?=str:64 error?=filled:64 delay_s?=seconds:600 times?=int:1000000 for_s?=seconds:3600
channel?=filled:82
"""


@dataclass
class Fault:
    """What goes wrong with `method` ("*" is any): `times` times, for `for_s`, or until cleared."""

    method: str
    kind: str
    retry_after: str = "1"
    error: str = "internal_error"
    delay_s: float = 0
    times: int | None = None
    for_s: float | None = None
    channel: str | None = None
    until_ms: float | None = None

    def begun(self, now_ms: int) -> Fault:
        self.until_ms = None if self.for_s is None else now_ms + self.for_s * 1000
        return self

    def hits(self, method: str, channels: set[object], now_ms: int) -> bool:
        used_up = self.times is not None and self.times < 1
        used_up |= self.until_ms is not None and now_ms >= self.until_ms
        wanted = self.method in ("*", method) and (not self.channel or self.channel in channels)
        return wanted and not used_up

    def answer(self) -> tuple[JsonObject, Response] | None:
        """What the bot gets instead of a real answer; None when the call runs all the same."""
        if self.kind in ("delay", "drop_reply"):
            return None
        if self.kind == "http_500":
            return {"error": self.kind}, PlainTextResponse("Internal Server Error", 500)
        body = {"ok": False, "error": self.error if self.kind == "error" else "ratelimited"}
        if self.kind == "ratelimited":
            return body, JSONResponse(body, 429, {"Retry-After": self.retry_after})
        return body, JSONResponse(body)


class Faults(list[Fault]):
    def take(self, method: str, channels: set[object], now_ms: int) -> Fault | None:
        """The first fault that hits this call, counted down."""
        fault = next((fault for fault in self if fault.hits(method, channels, now_ms)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault
