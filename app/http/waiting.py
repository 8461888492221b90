"""Long-polls: clients that wait for a decision, on the event loop and without a thread each.

One thread listens for news of decisions. News can be lost, so every wait looks again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event, Thread

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request as Call

from app.domain.request import Request
from app.ports import Decisions

LOOKS_AGAIN_S = 5.0
"""A decision whose news was lost is found this late, at the latest."""

_READERS = 8
"""Threads of their own for looking, so that a crowd of waiters takes none from other calls."""

_LISTENER_ENDS_S = 5.0


class Waiting:
    """Who waits for which request."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._places: dict[str, set[asyncio.Future[None]]] = {}
        self._ended = Event()
        self._readers = CapacityLimiter(_READERS)

    def __len__(self) -> int:
        return sum(len(places) for places in self._places.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens for news until left, which ends every wait."""
        self._ended.clear()
        loop = asyncio.get_running_loop()
        listener = Thread(target=self._listen, args=(loop,), name="decisions", daemon=True)
        listener.start()
        try:
            yield
        finally:
            self.end()
            await to_thread.run_sync(listener.join, _LISTENER_ENDS_S)

    def end(self) -> None:
        """Every wait is over now, and no new one begins. For the event loop's thread."""
        self._ended.set()
        for request_id in list(self._places):
            self._tell(request_id)

    async def decided(
        self, call: Call, request_id: str, read: Callable[[], Request], wait_s: float
    ) -> Request:
        """The request once it is decided, else as it stands after `wait_s` or when the client left.

        Raises what `read` raises.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        left = asyncio.ensure_future(_hang_up(call))
        try:
            while True:
                with self._place(request_id) as news:  # before reading, or a decision slips between
                    request = await to_thread.run_sync(read, limiter=self._readers)
                    left_s = until - loop.time()
                    if not request.pending or left_s <= 0 or left.done() or self._ended.is_set():
                        return request
                    await asyncio.wait(
                        {news, left},
                        timeout=min(left_s, LOOKS_AGAIN_S),
                        return_when=asyncio.FIRST_COMPLETED,
                    )
        finally:
            left.cancel()

    @contextmanager
    def _place(self, request_id: str) -> Iterator[asyncio.Future[None]]:
        news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        places = self._places.setdefault(request_id, set())
        places.add(news)
        try:
            yield news
        finally:
            places.discard(news)
            if not places and self._places.get(request_id) is places:
                del self._places[request_id]

    def _tell(self, request_id: str) -> None:
        for news in self._places.get(request_id, ()):
            if not news.done():
                news.set_result(None)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """The listener's thread."""

        def heard(request_id: str) -> None:
            if request_id in self._places:
                loop.call_soon_threadsafe(self._tell, request_id)

        self._decisions.listen(heard, self._ended)


async def _hang_up(call: Call) -> None:
    """Returns when the client has gone."""
    while (await call.receive())["type"] != "http.disconnect":
        pass
