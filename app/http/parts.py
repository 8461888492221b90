"""What the routes work with, as `build` wired it, and what most of them take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.domain.errors import RequestNotFound
from app.ports import Clients, Health
from app.service import Service

from .waiting import Waiting

_REQUEST_ID = re.compile(r"req_[0-9abcdefghjkmnpqrstvwxyz]{26}")


@dataclass(frozen=True)
class Parts:
    """Everything behind this door."""

    service: Service
    clients: Clients
    health: Health
    waiting: Waiting


async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def _request_id(
    id: Annotated[str, Path(description="`req_` and 26 characters.")],
) -> str:
    """What can't be an id is not looked up, and is as good as an id that nobody has."""
    if not _REQUEST_ID.fullmatch(id):
        raise RequestNotFound("There is no such request.")
    return id


Its = Annotated[Parts, Depends(_parts)]
RequestId = Annotated[str, Depends(_request_id)]


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`model` as JSON."""
    return Response(model.model_dump_json(), status, headers, "application/json")
