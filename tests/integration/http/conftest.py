"""The HTTP door over the real service, with fakes behind it, held to its own description."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.integration.http.door import Door
from tests.integration.http.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def door(world: World, caplog: pytest.LogCaptureFixture) -> Iterator[Door]:
    caplog.set_level(logging.DEBUG)
    with TestClient(world.application, raise_server_exceptions=False) as client:
        yield Door(client)
