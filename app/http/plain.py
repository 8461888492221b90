"""Routes of which FastAPI only makes the description."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class Plain(APIRoute):
    """Its function is given the call itself, and nothing is resolved or validated for it.

    What FastAPI does for its own routes takes as long as all else that the loop has to do for a
    call; the busiest are spared it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint
