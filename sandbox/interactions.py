"""What people do, sent to the app in Slack's shapes: clicks, submissions, closings, events.

https://docs.slack.dev/reference/interaction-payloads and .../apis/events-api
"""

from __future__ import annotations

import secrets

from sandbox import form, mistakes, views
from sandbox.blockkit import checked_view
from sandbox.core import Sandbox, as_slack
from sandbox.delivery import Answer
from sandbox.payloads import TOKEN, interaction, send, warn
from sandbox.people import APP_ID, BOT_USER, TEAM_ID, Person
from sandbox.wire import JsonObject, SlackError, strict_json
from sandbox.workspace import Channel

ACTION_KEYS = ("type", "action_id", "text", "value", "style")
BOT = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER, "is_bot": True}


async def click_message(
    sandbox: Sandbox, person: Person, channel: Channel, message: JsonObject, given: JsonObject
) -> JsonObject:
    """block_actions of a message; Slack sends no copy of one that a single person sees."""
    private = "ephemeral_for" in message
    place: JsonObject = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id}
    place |= {"is_ephemeral": private}
    place |= {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    values = sandbox.values_of(message, person.id)
    action = _action(sandbox, message.get("blocks", []), values, given)
    token = sandbox.tickets.response_token(person.id, channel.id, message)
    shown: JsonObject = {"container": place, "channel": {"id": channel.id, "name": channel.name}}
    shown |= {"state": {"values": values}, "response_url": sandbox.response_url(token)}
    shown |= {} if private else {"message": as_slack(message)}
    payload = interaction(sandbox, "block_actions", person) | shown | {"actions": [action]}
    answer = await send(sandbox, person, "interactive", payload)
    return answer.as_page()


async def click_view(
    sandbox: Sandbox, person: Person, view: JsonObject, given: JsonObject
) -> JsonObject:
    """block_actions of a modal or the Home tab."""
    blocks, values = view["blocks"], view["state"]["values"]
    form.fill_in(blocks, values, given.get("state", {}))
    action = _action(sandbox, blocks, values, given)
    payload = interaction(sandbox, "block_actions", person, view["id"])
    payload |= {"container": {"type": "view", "view_id": view["id"]}, "view": view}
    answer = await send(sandbox, person, "interactive", payload | {"actions": [action]})
    return answer.as_page()


async def submit(sandbox: Sandbox, person: Person, view: JsonObject) -> JsonObject:
    """view_submission, and what the app's answer does with the modal."""
    missing = mistakes.in_view(view["blocks"], view["state"]["values"])
    if missing:
        return {"ok": False, "errors": missing}
    payload = interaction(sandbox, "view_submission", person, view["id"])
    payload |= {"view": view, "response_urls": []}
    answer = await send(sandbox, person, "interactive", payload)
    if answer.error is not None:
        return answer.as_page()
    try:
        return _obey(sandbox, person, view, strict_json(answer.body or "{}"))
    except (SlackError, ValueError, KeyError, TypeError, AttributeError) as error:
        return warn(sandbox, person, f"Slack would not take the app's answer: {error}")


def _obey(sandbox: Sandbox, person: Person, view: JsonObject, answer: JsonObject) -> JsonObject:
    """docs.slack.dev/surfaces/modals: close, or what the answer's `response_action` says."""
    action, stack = answer.get("response_action"), sandbox.workspace.modals[person.id]
    if action == "errors":
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not answer["errors"] or not answer["errors"].keys() <= inputs:
            raise ValueError(f"errors must name input blocks of the view: {sorted(inputs)}")
        return {"ok": False, "errors": answer["errors"]}
    depths = [depth for depth, opened in enumerate(stack) if opened["id"] == view["id"]]
    if not depths:
        return {"ok": True}  # closed meanwhile
    if action == "update":
        views.replace(sandbox, person.id, depths[0], checked_view(answer["view"], "modal"))
    elif action == "push":
        views.show(sandbox, person.id, checked_view(answer["view"], "modal"), stack)
    elif action in (None, "clear"):
        views.close(sandbox, person.id, 0 if action else depths[0])
    else:
        raise ValueError(f"unknown response_action {action!r}")
    return {"ok": True}


async def closed(
    sandbox: Sandbox, person: Person, gone: list[JsonObject], *, cleared: bool
) -> JsonObject:
    """view_closed for each that asked to be told of it; `cleared` when all went at once."""
    failed: JsonObject | None = None
    for view in gone:
        if view["notify_on_close"]:
            payload = interaction(sandbox, "view_closed", person)
            payload |= {"view": view, "is_cleared": cleared}
            del payload["trigger_id"]
            answer = await send(sandbox, person, "interactive", payload)
            failed = failed or (answer.as_page() if answer.error else None)
    return failed or {"ok": True}


async def event(sandbox: Sandbox, inner: JsonObject) -> Answer:
    """An Events API envelope; people see no warning when the app does not answer it."""
    ts = sandbox.workspace.next_ts()
    envelope: JsonObject = {"type": "event_callback", "event": {"event_ts": ts, **inner}}
    envelope |= {"token": TOKEN, "team_id": TEAM_ID, "api_app_id": APP_ID}
    envelope |= {"event_id": "Ev0" + secrets.token_hex(4).upper(), "event_time": int(float(ts))}
    envelope |= {"authorizations": [BOT], "is_ext_shared_channel": False}
    return await sandbox.app.send("events_api", envelope)


def message_event(message: JsonObject, channel: Channel) -> JsonObject:
    known = {"channel": channel.id, "event_ts": message["ts"], "channel_type": channel.kind}
    return as_slack(message) | known


def home_event(sandbox: Sandbox, person: Person, tab: str) -> JsonObject:
    """app_home_opened; it shows the app what its Home tab holds, if it ever drew one."""
    home, channel = sandbox.workspace.homes.get(person.id), sandbox.open_im(person.id)
    inner = {"type": "app_home_opened", "user": person.id, "tab": tab, "channel": channel.id}
    return {**inner, "view": home} if home and tab == "home" else inner


def _action(
    sandbox: Sandbox, blocks: list[JsonObject], values: form.Values, given: JsonObject
) -> JsonObject:
    """The entry of a payload's `actions`; what was chosen goes into the state too."""
    element = form.find_element(blocks, given["block_id"], given["action_id"])
    action: JsonObject = {key: element[key] for key in ACTION_KEYS if key in element}
    action |= {"block_id": given["block_id"], "action_ts": sandbox.workspace.next_ts()}
    if element["type"] != "button":
        chosen = form.filled_in(element, given)
        action |= chosen
        if element["type"] in form.KEYS:
            values[given["block_id"]][given["action_id"]] = chosen
    return action
