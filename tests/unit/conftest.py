"""Unit tests reach nothing outside their own process: opening any socket fails the test."""

from __future__ import annotations

import pytest
from pytest_socket import disable_socket


@pytest.fixture(autouse=True)
def _no_sockets() -> None:
    disable_socket()  # pytest-socket lifts it after each test
