"""The views.* methods: modals, their stacks, and the Home tab."""

from __future__ import annotations

import secrets

from sandbox.blockkit import checked_view
from sandbox.core import Sandbox
from sandbox.form import initial_values
from sandbox.people import APP_ID, BOT_ID, TEAM_ID
from sandbox.wire import JsonObject, SlackError

STACK = 3  # modals on top of each other; docs.slack.dev/surfaces/modals


def open_view(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    view = checked_view(args["view"], "modal")
    return {"view": show(sandbox, sandbox.tickets.exchange(args["trigger_id"]).user, view, [])}


def push_view(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    view = checked_view(args["view"], "modal")
    trigger = sandbox.tickets.exchange(args["trigger_id"])
    stack = sandbox.workspace.modals.get(trigger.user, [])
    if trigger.view_id not in [below["id"] for below in stack]:
        raise SlackError("not_found")
    return {"view": show(sandbox, trigger.user, view, stack)}


def update_view(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    view = checked_view(args["view"], "modal")
    for user, stack in sandbox.workspace.modals.items():
        for depth, before in enumerate(stack):
            external = args.get("external_id") and args["external_id"] == before["external_id"]
            if args.get("view_id") == before["id"] or external:
                _refuse_old_hash(args, before)
                return {"view": replace(sandbox, user, depth, view)}
    raise SlackError("not_found")


def publish(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    view, user = checked_view(args["view"], "home"), args["user_id"]
    if user not in sandbox.workspace.people:
        raise SlackError("user_not_found")
    before = sandbox.workspace.homes.get(user, {})
    _refuse_old_hash(args, before)
    home = sandbox.workspace.homes[user] = _whole(view, before)
    sandbox.workspace.changed = True
    sandbox.live.tell("home", {"view": home}, only=user)
    return {"view": home}


METHODS = {
    "views.open": (open_view, "trigger_id=filled:255 view=any"),
    "views.push": (push_view, "trigger_id=filled:255 view=any"),
    "views.update": (update_view, "view_id?=str:20 external_id?=str:255 view=any hash?=str:99"),
    "views.publish": (publish, "user_id=filled:20 view=any hash?=str:99"),
}


def show(sandbox: Sandbox, user: str, view: JsonObject, below: list[JsonObject]) -> JsonObject:
    """Opens a checked modal on top of the modals `below`, the lowest of this person's stack."""
    if len(below) >= STACK:
        raise SlackError("push_limit_reached")
    known = [
        opened["external_id"] for stack in sandbox.workspace.modals.values() for opened in stack
    ]
    if view.get("external_id") and view["external_id"] in known:
        raise SlackError("duplicate_external_id")
    close(sandbox, user, len(below))  # a new root takes the place of what was open
    shown = _whole(view, {})
    shown["previous_view_id"] = below[-1]["id"] if below else None
    shown["root_view_id"] = below[0]["id"] if below else shown["id"]
    sandbox.workspace.modals[user] = [*below, shown]
    sandbox.live.tell("view_opened", {"view": shown}, only=user)
    return shown


def replace(sandbox: Sandbox, user: str, depth: int, view: JsonObject) -> JsonObject:
    """Puts a checked modal in an open one's place; what was typed in the same inputs stays."""
    stack = sandbox.workspace.modals[user]
    stack[depth] = _whole(view, stack[depth])
    sandbox.live.tell("view_updated", {"view": stack[depth]}, only=user)
    return stack[depth]


def close(sandbox: Sandbox, user: str, depth: int) -> list[JsonObject]:
    """Closes the modal at this depth and all above it, and gives them, the topmost first."""
    stack, gone = sandbox.workspace.modals.get(user, []), []
    while len(stack) > depth:
        gone.append(stack.pop())
        sandbox.live.tell("view_closed", {"view": gone[-1]}, only=user)
    return gone


def _refuse_old_hash(args: JsonObject, before: JsonObject) -> None:
    if args.get("hash") not in (None, "", before.get("hash")):
        raise SlackError("hash_conflict")


def _whole(view: JsonObject, before: JsonObject) -> JsonObject:
    """The view object of answers and payloads; what `before` was known by stays the same."""
    whole: JsonObject = {"id": "V0" + secrets.token_hex(5).upper(), "team_id": TEAM_ID}
    whole |= {"app_id": APP_ID, "bot_id": BOT_ID, "app_installed_team_id": TEAM_ID}
    whole |= {"title": None, "close": None, "submit": None, "callback_id": "", "external_id": ""}
    whole |= {"private_metadata": "", "clear_on_close": False, "notify_on_close": False}
    whole |= {"previous_view_id": None, "root_view_id": None}
    lasting = ("id", "external_id", "previous_view_id", "root_view_id")
    whole |= {key: before[key] for key in lasting if key in before}
    values = initial_values(view["blocks"], before.get("state", {}).get("values"))
    return {**whole, **view, "state": {"values": values}, "hash": secrets.token_hex(12)}
