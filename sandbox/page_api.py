"""What the page does: look at the workspace, click, submit, close, say, run what the app offers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox import commands, form, interactions, shortcuts, views
from sandbox.core import Sandbox
from sandbox.door import checked, door
from sandbox.people import BOT_USER, TEAM, Person
from sandbox.wire import JsonObject, Refusal
from sandbox.workspace import Channel

USER = "user=filled:20"
CLICK = (
    f"{USER} channel?=filled:82 ts?=filled:20 view_id?=filled:20 block_id=filled:255 "
    "action_id=filled:255 value?=str:3000 selected_option?=any selected_options?=any "
    "selected_date?=day selected_user?=filled:20 state?=object"
)


async def state(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    person, workspace = _person(sandbox, wanted), sandbox.workspace
    held = workspace.messages
    channels = [c for c in workspace.channels.values() if c.is_open_to(person.id)]
    return {
        "team": TEAM,
        "user": person.id,
        "users": [vars(known) for known in workspace.people.values()],
        "groups": [vars(group) for group in workspace.groups.values()],
        "channels": [channel.as_page() for channel in channels],
        "messages": {
            channel.id: [m for m in held[channel.id].values() if _is_seen(m, person)]
            for channel in channels
        },
        "views": workspace.modals.get(person.id, []),
        "home": workspace.homes.get(person.id),
        "app": sandbox.installation.as_page(),
    }


async def live(request: Request) -> Response:
    sandbox: Sandbox = request.app.state.sandbox
    person = _person(sandbox, checked(USER, dict(request.query_params)))
    headers = {"Cache-Control": "no-store"}
    stream = sandbox.live.stream(person.id)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def click(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    person = _person(sandbox, wanted)
    if "view_id" in wanted:
        home = sandbox.workspace.homes.get(person.id, {})
        at_home = home.get("id") == wanted["view_id"]
        view = home if at_home else _modal(sandbox, person, wanted)[0]
        return await interactions.click_view(sandbox, person, view, wanted)
    channel = _channel(sandbox, person, wanted.get("channel", ""))
    message = _message(sandbox, person, channel, wanted.get("ts", ""))
    return await interactions.click_message(sandbox, person, channel, message, wanted)


async def submit(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    person = _person(sandbox, wanted)
    view, _ = _modal(sandbox, person, wanted)
    form.fill_in(view["blocks"], view["state"]["values"], wanted["state"])
    return await interactions.submit(sandbox, person, view)


async def close(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    """Cancel closes one modal; the cross (`all`) and `clear_on_close` close the whole stack."""
    person = _person(sandbox, wanted)
    view, depth = _modal(sandbox, person, wanted)
    cleared = wanted.get("all", False) or view["clear_on_close"]
    gone = views.close(sandbox, person.id, 0 if cleared else depth)
    return await interactions.closed(sandbox, person, gone, cleared=cleared)


async def command(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    person = _person(sandbox, wanted)
    channel = _channel(sandbox, person, wanted["channel"])
    return await commands.run(sandbox, person, channel, wanted["command"], wanted.get("text", ""))


async def shortcut(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    """A message shortcut when a message is named, otherwise a global one."""
    person, callback_id = _person(sandbox, wanted), wanted["callback_id"]
    if "ts" not in wanted:
        return await shortcuts.use_global(sandbox, person, callback_id)
    channel = _channel(sandbox, person, wanted.get("channel", ""))
    message = _message(sandbox, person, channel, wanted["ts"])
    return await shortcuts.use_on_message(sandbox, person, channel, message, callback_id)


async def say(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    person = _person(sandbox, wanted)
    channel, thread = _channel(sandbox, person, wanted["channel"]), wanted.get("thread_ts")
    if thread not in (None, *sandbox.workspace.messages[channel.id]):
        raise Refusal(404, f"there is no message {thread} in {channel.id}")
    message = sandbox.post(channel, person.id, {"text": wanted["text"], "thread_ts": thread})
    known: JsonObject = {"ok": True, "ts": message["ts"]}
    if not channel.bot_in:
        return known
    answer = await interactions.event(sandbox, interactions.message_event(message, channel))
    return known | {"app": answer.as_page()}


async def home(sandbox: Sandbox, wanted: JsonObject) -> JsonObject:
    inner = interactions.home_event(sandbox, _person(sandbox, wanted), wanted.get("tab", "home"))
    answer = await interactions.event(sandbox, inner)
    return answer.as_page()


ROUTES = [
    Route("/api/live", live),
    door("/api/state", state, USER, "GET"),
    door("/api/click", click, CLICK),
    door("/api/submit", submit, f"{USER} view_id=filled:20 state=object"),
    door("/api/close", close, f"{USER} view_id=filled:20 all?=bool"),
    door("/api/command", command, f"{USER} channel=filled:82 command=command text?=str:4000"),
    door("/api/shortcut", shortcut, f"{USER} callback_id=filled:255 channel?=filled:82 ts?=str:20"),
    door("/api/say", say, f"{USER} channel=filled:82 text=filled:40000 thread_ts?=filled:20"),
    door("/api/home", home, f"{USER} tab?=home|messages"),
]


def _person(sandbox: Sandbox, wanted: JsonObject) -> Person:
    person = sandbox.workspace.people.get(wanted["user"])
    if person is None or person.id == BOT_USER:
        raise Refusal(404, f"there is no person {wanted['user']!r}; give `user` as an id")
    return person


def _channel(sandbox: Sandbox, person: Person, wanted: str) -> Channel:
    channel = sandbox.workspace.find_channel(wanted)
    if wanted == BOT_USER:
        channel = sandbox.open_im(person.id)
    if channel is None or not channel.is_open_to(person.id):
        raise Refusal(404, f"{person.id} sees no channel {wanted!r}")
    return channel


def _message(sandbox: Sandbox, person: Person, channel: Channel, ts: str) -> JsonObject:
    message = sandbox.workspace.messages[channel.id].get(ts)
    if message is None or not _is_seen(message, person):
        raise Refusal(404, f"{person.id} sees no message {ts!r} in {channel.id}")
    return message


def _is_seen(message: JsonObject, person: Person) -> bool:
    return message.get("ephemeral_for") in (None, person.id)


def _modal(sandbox: Sandbox, person: Person, wanted: JsonObject) -> tuple[JsonObject, int]:
    for depth, view in enumerate(sandbox.workspace.modals.get(person.id, [])):
        if view["id"] == wanted["view_id"]:
            return view, depth
    raise Refusal(404, f"{person.id} has no open modal {wanted['view_id']!r}")
