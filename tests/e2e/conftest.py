"""One running product for all stories, but for those that bring `POLICIES` of their own.

Each story leaves it as it found it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World, running, running_with


@pytest.fixture(scope="session")
def everything() -> Iterator[World]:
    with running() as world:
        yield world


@pytest.fixture(scope="module")
def with_policies(request: pytest.FixtureRequest) -> Iterator[World]:
    with running_with(request.module.POLICIES) as world:
        yield world


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    own = hasattr(request.module, "POLICIES")
    world: World = request.getfixturevalue("with_policies" if own else "everything")
    yield world
    world.heal()
