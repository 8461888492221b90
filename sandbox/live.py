"""What happens in the workspace, told to every open page as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sandbox.wire import JsonObject, compact

KEEP_ALIVE_S = 15
BACKLOG = 1_000  # events; a page that has fallen further behind is cut off and loads afresh

Queue = asyncio.Queue[str | None]


class Live:
    """Pages that listen; what concerns one person alone reaches only that person's pages."""

    def __init__(self) -> None:
        self._pages: dict[Queue, str] = {}

    def tell(self, kind: str, payload: JsonObject, only: str | None = None) -> None:
        pages = [queue for queue, user in self._pages.items() if only in (None, user)]
        event = compact({"type": kind, **payload}) if pages else ""
        for queue in pages:
            if queue.qsize() >= BACKLOG:
                self._cut_off(queue)
            else:
                queue.put_nowait(event)

    async def stream(self, user: str) -> AsyncIterator[str]:
        queue: Queue = asyncio.Queue()
        self._pages[queue] = user
        try:
            yield ": listening\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
                except TimeoutError:
                    yield ": keep-alive\n\n"
                    continue
                if event is None:
                    return
                yield f"data: {event}\n\n"
        finally:
            self._pages.pop(queue, None)

    def close(self) -> None:
        """Ends every stream, so that the server can stop."""
        for queue in list(self._pages):
            self._cut_off(queue)

    def _cut_off(self, queue: Queue) -> None:
        del self._pages[queue]
        queue.put_nowait(None)
