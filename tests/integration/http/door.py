"""A client of the HTTP door that checks every answer against the API description."""

from __future__ import annotations

import re
from typing import Any

import httpx2
from pydantic import BaseModel
from starlette.testclient import TestClient

from app.http.administering import OversightAnswer, StatusAnswer
from app.http.answers import PageAnswer, RequestAnswer, SignalsAnswer, TrailAnswer
from app.http.edge import SAFE
from app.http.explained import ExplanationAnswer
from app.http.problems import Problem

BILLING_KEY = "csk_billing"
SHOP_KEY = "csk_shop"
REFUNDS_KEY = "csk_refunds"
MONITOR_KEY = "csk_watchdog"
REFUNDS_MONITOR_KEY = "csk_refunds_watchdog"
ADMIN_KEY = "csk_ops"

SHAPES: dict[str, type[BaseModel]] = {
    "RequestAnswer": RequestAnswer,
    "PageAnswer": PageAnswer,
    "TrailAnswer": TrailAnswer,
    "SignalsAnswer": SignalsAnswer,
    "ExplanationAnswer": ExplanationAnswer,
    "StatusAnswer": StatusAnswer,
    "OversightAnswer": OversightAnswer,
}

NEW = {"title": "Refund 120 USD to Acme", "payload": {"amount": 120, "customer": "Acme"}}


class Door:
    """Calls with a key; each answer has to be one that the description knows."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.described: dict[str, Any] = client.get("/openapi.json").json()

    def call(
        self, method: str, path: str, key: str | None = BILLING_KEY, **options: Any
    ) -> httpx2.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        headers.update(options.pop("headers", {}))
        answer = self.client.request(method, path, headers=headers, **options)
        self.check(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return self.call("POST", path, **options)

    def open(self, key: str = BILLING_KEY, **fields: Any) -> dict[str, Any]:
        """A request that was opened."""
        answer = self.post("/v1/requests", key=key, json={**NEW, **fields})
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened

    def check(self, method: str, path: str, answer: httpx2.Response) -> None:
        """The answer is described: its status, its media type, its code or its shape."""
        assert all(answer.headers[name] == value for name, value in SAFE.items())
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["x-request-id"])
        promised = self._promised(method, path.partition("?")[0], answer.status_code)
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        if media_type == "application/problem+json":
            told = Problem.model_validate(answer.json(), extra="forbid")
            assert told.status == answer.status_code
            assert told.code in promised["content"][media_type]["examples"], told
        elif media_type == "application/json":
            self._check_shape(promised["content"][media_type]["schema"], answer.json())

    def _promised(self, method: str, path: str, status: int) -> dict[str, Any]:
        for template, methods in self.described["paths"].items():
            pattern = re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in methods:
                promised: dict[str, Any] = methods[method.lower()]["responses"][str(status)]
                return promised
        other = {404: "OtherPath", 405: "OtherMethod"}[status]
        found: dict[str, Any] = self.described["components"]["responses"][other]
        return found

    def _check_shape(self, schema: dict[str, Any], said: Any) -> None:
        if "$ref" not in schema:
            assert schema["type"] == "object"
            return
        name = schema["$ref"].rpartition("/")[2]
        shape = SHAPES[name]
        assert shape.model_validate(said, extra="forbid").model_dump(mode="json") == said
        missing = set(self.described["components"]["schemas"][name]["properties"]) - said.keys()
        assert not missing
