from __future__ import annotations

import asyncio
import json
from typing import Any

from sandbox.live import BACKLOG, Live


async def heard(live: Live, user: str, tell: Any) -> list[dict[str, Any]]:
    """Everything a page of `user` hears while `tell` runs, until the stream ends."""
    stream = live.stream(user)
    assert (await anext(stream)).startswith(":")
    tell()
    live.close()
    return [json.loads(line.removeprefix("data: ")) async for line in stream]


def test_everybody_hears_what_concerns_all_and_only_one_what_is_theirs() -> None:
    async def story() -> None:
        live = Live()

        def tell() -> None:
            live.tell("message", {"channel": "C1"})
            live.tell("ephemeral", {"channel": "C1"}, only="ana")

        assert [e["type"] for e in await heard(live, "ana", tell)] == ["message", "ephemeral"]
        assert [e["type"] for e in await heard(live, "ben", tell)] == ["message"]

    asyncio.run(story())


def test_a_page_that_does_not_listen_is_cut_off() -> None:
    async def story() -> None:
        live = Live()

        def tell() -> None:
            for number in range(BACKLOG + 10):
                live.tell("message", {"number": number})

        assert len(await heard(live, "ana", tell)) == BACKLOG

    asyncio.run(story())
