from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.sandbox.conftest import ANA, Slack, actions, button

APP = {"Authorization": "Bearer xapp-sandbox"}


def socket_path(slack: Slack) -> str:
    url: str = slack.http.post("/api/slack/apps.connections.open", headers=APP).json()["url"]
    assert url.startswith("ws://127.0.0.1:8900/")
    return url.removeprefix(f"ws://{urlsplit(url).netloc}")


def test_only_the_app_token_opens_a_socket(slack: Slack) -> None:
    assert slack.call("apps.connections.open")["error"] == "not_allowed_token_type"


def test_a_click_goes_over_the_socket_and_waits_for_its_ack(slack: Slack) -> None:
    ts = slack.post(actions(button()))["ts"]
    with slack.http.websocket_connect(socket_path(slack)) as socket:
        assert socket.receive_json()["type"] == "hello"
        envelopes: list[Any] = []

        def acknowledge() -> None:
            envelopes.append(socket.receive_json())
            socket.send_text("no json")
            socket.send_json({"envelope_id": envelopes[0]["envelope_id"]})

        app = threading.Thread(target=acknowledge)
        app.start()
        answer = slack.click(ts)
        app.join(5)
        assert answer["ok"]
    (envelope,) = envelopes
    assert (envelope["type"], envelope["payload"]["user"]["id"]) == ("interactive", ANA)
    assert slack.app.got == []


def test_a_ticket_connects_once(slack: Slack) -> None:
    path = socket_path(slack)
    with slack.http.websocket_connect(path):
        pass
    with pytest.raises(WebSocketDisconnect), slack.http.websocket_connect(path):
        pass
