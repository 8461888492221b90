"""Global and message shortcuts (docs.slack.dev/interactivity/implementing-shortcuts)."""

from __future__ import annotations

from sandbox import payloads
from sandbox.core import Sandbox, as_slack
from sandbox.people import Person
from sandbox.wire import JsonObject, Refusal
from sandbox.workspace import Channel


async def use_global(sandbox: Sandbox, person: Person, callback_id: str) -> JsonObject:
    """A shortcut of the message box; it names no channel."""
    payload = _payload(sandbox, person, "shortcut", "global", callback_id)
    answer = await payloads.send(sandbox, person, "interactive", payload)
    return answer.as_page()


async def use_on_message(
    sandbox: Sandbox, person: Person, channel: Channel, message: JsonObject, callback_id: str
) -> JsonObject:
    """A shortcut of a message's menu; what a single person sees has none."""
    if "ephemeral_for" in message:
        raise Refusal(409, "Slack offers no shortcuts on ephemeral messages")
    payload = _payload(sandbox, person, "message_action", "message", callback_id)
    token = sandbox.tickets.response_token(person.id, channel.id)
    payload |= {"channel": {"id": channel.id, "name": channel.name}, "message_ts": message["ts"]}
    payload |= {"message": as_slack(message), "response_url": sandbox.response_url(token)}
    answer = await payloads.send(sandbox, person, "interactive", payload)
    return answer.as_page()


def _payload(
    sandbox: Sandbox, person: Person, kind: str, offered: str, callback_id: str
) -> JsonObject:
    if sandbox.installation.shortcut(offered, callback_id) is None:
        raise Refusal(404, f"the app has no {offered} shortcut {callback_id!r}")
    payload = payloads.interaction(sandbox, kind, person)
    del payload["api_app_id"]  # Slack leaves it out here
    return payload | {"callback_id": callback_id, "action_ts": sandbox.workspace.next_ts()}
