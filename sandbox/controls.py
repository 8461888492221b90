"""What tests do: switch faults on, read calls, change the workspace and the app, send anything."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sandbox.core import Sandbox
from sandbox.delivery import FORM, JSON
from sandbox.door import door
from sandbox.faults import FORM as FAULT
from sandbox.faults import Fault
from sandbox.installation import APP
from sandbox.installation import FORM as INSTALLATION
from sandbox.people import Person
from sandbox.wire import JsonObject, Refusal, compact
from sandbox.workspace import Channel

PERSON = (
    "id=filled:20 name?=filled:80 real_name?=filled:80 email?=str:255 deleted?=bool guest?=bool "
    "is_bot?=bool"
)


async def add_fault(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    fault = Fault(**wanted)
    sandbox.faults.append(fault.begun(sandbox.workspace.clock()))
    return {"ok": True}


async def clear_faults(sandbox: Sandbox, _wanted: JsonObject) -> JsonObject:
    sandbox.faults.clear()
    return {"ok": True}


async def calls(sandbox: Sandbox, wanted: JsonObject) -> list[JsonObject]:
    method = wanted.get("method")
    return [call for call in sandbox.calls if method in (None, call["method"])]


async def change_person(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    """Somebody changes, or joins: whose id is new needs a name."""
    people, id, name = sandbox.workspace.people, wanted["id"], wanted.get("name")
    if id not in people and name is not None:
        people[id] = Person(id, name, name.title(), f"{name}@example.com", "#475569")
    return _changed(people, wanted)


async def change_group(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    if strangers := set(wanted.get("users", ())) - sandbox.workspace.people.keys():
        raise Refusal(422, f"users: there is nobody called {sorted(strangers)}")
    return _changed(sandbox.workspace.groups, wanted)


async def add_channel(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    if sandbox.workspace.find_channel(wanted["name"]):
        raise Refusal(409, f"there is a channel #{wanted['name']} already")
    id = f"C0NEW{len(sandbox.workspace.channels):05}"
    new = Channel(id, wanted["name"], is_private=wanted.get("is_private", False))
    sandbox.workspace.add_channel(new)
    sandbox.live.tell("channel", {"channel": new.as_page()})
    return new.as_page()


async def change_channel(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    changed = _changed(sandbox.workspace.channels, wanted)
    channel = sandbox.workspace.channels[wanted["id"]]
    sandbox.live.tell("channel", {"channel": channel.as_page()}, only=channel.person)
    return changed


async def change_app(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    """Installs the app anew, with other commands, shortcuts or scopes, or takes its access away."""
    vars(sandbox.installation).update(wanted)
    sandbox.live.tell("app", {"app": sandbox.installation.as_page()})
    return {"ok": True, **vars(sandbox.installation)}


async def raw(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    """Posts an interaction of any content: `payload` as Slack would send it, or `body` as it is."""
    payload, headers = wanted.get("payload", {}), wanted.get("headers", {})
    if ("payload" in wanted) == ("body" in wanted):
        raise Refusal(422, "give either payload or body")
    if not all(isinstance(value, str) for value in headers.values()):
        raise Refusal(422, "headers must be strings")
    is_event = payload.get("type") in ("event_callback", "url_verification")
    form = compact(payload) if is_event else urlencode({"payload": compact(payload)})
    headers = {name.title(): value for name, value in headers.items()}
    headers = {"Content-Type": JSON if is_event else FORM, **headers}
    answer = await sandbox.app.post(wanted.get("body", form), headers)
    return {**answer.as_page(), "body": answer.body}


ROUTES = [
    door("/api/faults", add_fault, FAULT),
    door("/api/faults", clear_faults, method="DELETE"),
    door("/api/calls", calls, "method?=str:64", "GET"),
    door("/api/users/{id}", change_person, PERSON),
    door("/api/groups/{id}", change_group, "id=filled:20 users?=filled:20*0..100 disabled?=bool"),
    door("/api/channels", add_channel, "name=channel_name is_private?=bool"),
    door(
        "/api/channels/{id}",
        change_channel,
        "id=filled:20 is_archived?=bool bot_in?=bool is_private?=bool is_ext_shared?=bool "
        "is_pending_ext_shared?=bool",
    ),
    door("/api/app", change_app, APP, spec=INSTALLATION),
    door("/api/raw", raw, "payload?=object body?=str:2000000 headers?=object"),
]


def _changed(things: dict[str, Any], wanted: JsonObject) -> JsonObject:
    if wanted["id"] not in things:
        raise Refusal(404, f"there is no {wanted['id']!r} here")
    thing = things[wanted["id"]]
    vars(thing).update(wanted)
    return {"ok": True, **vars(thing)}
