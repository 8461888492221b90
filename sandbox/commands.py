"""Slash commands: what is typed, sent as Slack sends it, and the answer shown.

https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re

from sandbox import chat, payloads
from sandbox.core import Sandbox
from sandbox.people import APP_ID, SLACKBOT, TEAM, TEAM_ID, Person
from sandbox.webapi import RESPONSE, checked_args
from sandbox.wire import JsonObject, SlackError, strict_json
from sandbox.workspace import Channel

NAMED = re.compile(r"(?<![\w<&|])([@#])([\w-]+)|(?<![<|])\bhttps?://[^\s<>|]+")
UNKNOWN = (
    "`{}` is not a valid command. In Slack, all messages that start with the “/” character are "
    "interpreted as commands. If you are trying to send a message and not run a command, try "
    "preceding the “/” with an empty space."
)


async def run(
    sandbox: Sandbox, person: Person, channel: Channel, name: str, text: str
) -> JsonObject:
    """Sends one command; a body in its answer is shown as a message, ephemeral by default."""
    known = sandbox.installation.command(name)
    if known is None:
        return _fail(sandbox, person, channel, UNKNOWN.format(name), f"{name} is no command")
    token = sandbox.tickets.response_token(person.id, channel.id)
    payload = _payload(sandbox, person, channel) | {"command": name, "text": text}
    payload["response_url"] = sandbox.response_url(token)
    if known.get("should_escape"):
        payload["text"] = escaped(sandbox, text)
    answer = await sandbox.app.send("slash_commands", payload)
    if answer.error is not None:
        code = "operation_timeout" if answer.late else "dispatch_failed"
        said = f'`{name}` failed with the error "{code}" ({answer.error})'
        return _fail(sandbox, person, channel, said, answer.error)
    try:
        if answer.body.strip():
            reply = checked_args(RESPONSE, _reply(answer.body))
            chat.respond(sandbox, sandbox.tickets.response(token), reply)
    except SlackError as error:
        wrong = f"Slack would not take the app's answer: {error}"
        return _fail(sandbox, person, channel, f"`{name}` failed. {wrong}", wrong)
    return answer.as_page()


def escaped(sandbox: Sandbox, text: str) -> str:
    """People, groups, channels and links as `should_escape` sends them: `<@U…|name>`."""
    people = {p.name: f"<@{p.id}|{p.name}>" for p in sandbox.workspace.people.values()}
    groups = {
        group.handle: f"<!subteam^{group.id}|@{group.handle}>"
        for group in sandbox.workspace.groups.values()
    }
    channels = {c.name: f"<#{c.id}|{c.name}>" for c in sandbox.workspace.channels.values()}

    def token(found: re.Match[str]) -> str:
        mark, name = found.groups()
        if mark is None:
            return f"<{found[0]}>"
        named = channels if mark == "#" else groups | people
        return named.get(name.lower(), found[0])

    return NAMED.sub(token, text)


def _payload(sandbox: Sandbox, person: Person, channel: Channel) -> JsonObject:
    known: JsonObject = {"token": payloads.TOKEN, "team_id": TEAM_ID, "team_domain": TEAM["domain"]}
    known |= {"channel_id": channel.id, "channel_name": channel.name, "api_app_id": APP_ID}
    known |= {"user_id": person.id, "user_name": person.name, "is_enterprise_install": "false"}
    return known | {"trigger_id": sandbox.tickets.trigger(person.id)}


def _fail(sandbox: Sandbox, person: Person, channel: Channel, said: str, error: str) -> JsonObject:
    """Slackbot says it to whoever typed the command."""
    sandbox.post(channel, SLACKBOT, {"text": said, "ephemeral_for": person.id})
    return payloads.warn(sandbox, person, error)


def _reply(body: str) -> JsonObject:
    try:
        reply = strict_json(body)
    except ValueError:
        return {"text": body}
    return reply if isinstance(reply, dict) else {"text": body}
