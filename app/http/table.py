"""Requests as CSV (RFC 4180), safe to open in a spreadsheet, and without what is secret."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable

from app.domain.message import iso
from app.domain.request import Decision, Request
from app.domain.spreadsheet import cell
from app.domain.withholding import without_secrets

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

_COLUMNS: dict[str, Callable[[Request], str | None]] = {
    "id": lambda request: request.id,
    "title": lambda request: request.body.title,
    "status": lambda request: request.state.status.value,
    "policy": lambda request: request.body.policy.name,
    "on_behalf_of": lambda request: request.body.on_behalf_of,
    "created_at": lambda request: iso(request.body.opened_ms),
    "expires_at": lambda request: _instant(request.state.expires_ms),
    "decided_at": lambda request: _of(request, lambda decision: iso(decision.at_ms)),
    "decided_by": lambda request: _of(request, _names),
    "comment": lambda request: _of(request, lambda decision: decision.comment),
    "payload": lambda request: json.dumps(without_secrets(request), ensure_ascii=False),
    "digest": lambda request: request.digest,
    "choice": lambda request: _of(request, lambda decision: decision.choice),
}


def as_csv(requests: Iterable[Request]) -> str:
    """One line for each request, under a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    writer.writerows([cell(of(request)) for of in _COLUMNS.values()] for request in requests)
    return text.getvalue()


def _of(request: Request, part: Callable[[Decision], str | None]) -> str | None:
    decision = request.state.decision
    return None if decision is None else part(decision)


def _names(decision: Decision) -> str:
    return ", ".join(actor.name for actor in decision.by)


def _instant(instant_ms: int | None) -> str | None:
    return None if instant_ms is None else iso(instant_ms)
