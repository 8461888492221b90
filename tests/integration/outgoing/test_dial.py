"""The corners of connecting that no receiver on loopback can bring about."""

from __future__ import annotations

import socket
import time

import pytest

from app.outgoing.dial import connect, secure


def test_an_address_that_swallows_the_connection_leaves_time_for_the_next(monkeypatch):
    allotted: list[float] = []

    def swallow(address: tuple[str, int], timeout: float) -> socket.socket:
        allotted.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", swallow)
    with pytest.raises(TimeoutError):
        connect(["8.8.8.8", "8.8.4.4"], 443, time.monotonic() + 1_000)
    first_s, second_s = allotted
    assert first_s <= 500 < second_s <= 1_000


def test_a_call_whose_time_is_up_closes_its_half_open_connection(trust):
    ours, theirs = socket.socketpair()
    with theirs:
        with pytest.raises(TimeoutError):
            secure(ours, "callbacks.test", trust, time.monotonic() - 1)
        assert ours.fileno() == -1
