"""What the routes work with, as `build` wired it, and what most of them take."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.administration import Administration
from app.domain.errors import PolicyNotFound, RequestNotFound
from app.ports import Clients, Health
from app.service import Service

from .waiting import Waiting

EXPLAINERS = 4
"""Explanations at once. A draft can take a while to read, and that holds up no other call."""

_REQUEST_ID = re.compile(r"req_[0-9abcdefghjkmnpqrstvwxyz]{26}")
_POLICY = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Parts:
    """Everything behind this door."""

    service: Service
    administration: Administration
    clients: Clients
    health: Health
    waiting: Waiting
    explainers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(EXPLAINERS))


def parts_of(call: Request) -> Parts:
    """What the application that is called was built of."""
    parts: Parts = call.app.state.parts
    return parts


def request_id_of(id: str) -> str:
    """What can't be an id is not looked up, and is as good as an id that nobody has."""
    if not _REQUEST_ID.fullmatch(id):
        raise RequestNotFound("There is no such request.")
    return id


async def _parts(request: Request) -> Parts:
    return parts_of(request)


async def _request_id(
    id: Annotated[str, Path(description="`req_` and 26 characters.")],
) -> str:
    return request_id_of(id)


async def _policy_name(
    name: Annotated[str, Path(description="The name of a policy.")],
) -> str:
    """What can't be a policy's name is not repeated in the answer, however long it is."""
    if not _POLICY.fullmatch(name):
        raise PolicyNotFound(
            "There is no policy of that name.",
            "A name is 1 to 63 lower-case letters, digits, - and _, beginning with a letter.",
        )
    return name


Its = Annotated[Parts, Depends(_parts)]
RequestId = Annotated[str, Depends(_request_id)]
PolicyName = Annotated[str, Depends(_policy_name)]


def answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`model` as JSON."""
    return Response(model.model_dump_json(), status, headers, "application/json")
