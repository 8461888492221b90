"""What every interaction carries, how it is sent, and what a person sees when that fails."""

from __future__ import annotations

from sandbox.core import Sandbox
from sandbox.delivery import Answer
from sandbox.people import APP_ID, TEAM, TEAM_ID, Person
from sandbox.wire import JsonObject

TOKEN = "sandbox-verification-token"  # noqa: S105  # deprecated by Slack, still in its payloads


def interaction(
    sandbox: Sandbox, kind: str, person: Person, view_id: str | None = None
) -> JsonObject:
    """The common fields, with a fresh trigger; `view_id` is the view that it comes from."""
    known: JsonObject = {"type": kind, "user": person.as_clicker(), "api_app_id": APP_ID}
    known |= {"token": TOKEN, "team": {"id": TEAM_ID, "domain": TEAM["domain"]}}
    known |= {"enterprise": None, "is_enterprise_install": False}
    return known | {"trigger_id": sandbox.tickets.trigger(person.id, view_id)}


async def send(sandbox: Sandbox, person: Person, kind: str, payload: JsonObject) -> Answer:
    """Sends what a person did; when the app fails to answer, they see a warning."""
    answer = await sandbox.app.send(kind, payload)
    if answer.error is not None:
        warn(sandbox, person, answer.error)
    return answer


def warn(sandbox: Sandbox, person: Person, message: str) -> JsonObject:
    sandbox.live.tell("error", {"message": message, "user": person.id}, only=person.id)
    return {"ok": False, "error": message}
