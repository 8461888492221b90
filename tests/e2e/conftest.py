"""One running product for all stories; each leaves it as it found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World, running


@pytest.fixture(scope="session")
def everything() -> Iterator[World]:
    with running() as world:
        yield world


@pytest.fixture
def world(everything: World) -> Iterator[World]:
    yield everything
    everything.heal()
