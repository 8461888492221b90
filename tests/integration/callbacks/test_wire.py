"""The corners of the network below the sender that no receiver on loopback can bring about."""

from __future__ import annotations

import socket
import time

import httpcore2
import pytest

from app.callbacks.guard import Guard
from app.callbacks.wire import BoundedStream, GuardedBackend


def test_an_address_that_swallows_the_connection_leaves_time_for_the_next(monkeypatch):
    allotted: list[float] = []

    def swallow(address: tuple[str, int], timeout: float) -> socket.socket:
        allotted.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", swallow)
    guard = Guard(resolver=lambda host, port: ["8.8.8.8", "8.8.4.4"])
    with pytest.raises(httpcore2.ConnectTimeout):
        GuardedBackend(guard).connect_tcp("two.example", 443, timeout=time.monotonic() + 1_000)
    first_s, second_s = allotted
    assert first_s <= 500 < second_s <= 1_000


def test_a_request_whose_time_is_up_closes_its_half_open_connection(trust):
    ours, theirs = socket.socketpair()
    with theirs:
        with pytest.raises(httpcore2.ConnectTimeout):
            BoundedStream(ours).start_tls(trust, "callbacks.test", timeout=time.monotonic() - 1)
        assert ours.fileno() == -1


def test_a_request_without_an_end_is_a_mistake_of_ours():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ValueError, match="the instant at which it ends"):
        BoundedStream(ours).read(1)
