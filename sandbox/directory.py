"""The methods that look things up: auth, users, user groups, conversations."""

from __future__ import annotations

import base64

from sandbox.chat import seen
from sandbox.core import Sandbox, as_slack
from sandbox.people import BOT_ID, BOT_USER, TEAM, TEAM_ID, Person
from sandbox.wire import JsonObject, SlackError
from sandbox.workspace import Channel


def auth_test(sandbox: Sandbox, _args: JsonObject) -> JsonObject:
    bot = sandbox.workspace.people[BOT_USER]
    known = {"url": f"{sandbox.settings.base_url}/", "team": TEAM["name"], "team_id": TEAM_ID}
    known |= {"user": bot.name, "user_id": bot.id, "bot_id": BOT_ID}
    return {**known, "is_enterprise_install": False}


def users_info(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    return {"user": _shown(sandbox, _person(sandbox, args["user"]))}


def users_lookup_by_email(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    for person in sandbox.workspace.people.values():
        if person.email.lower() == args["email"].lower() and not person.deleted:
            return {"user": _shown(sandbox, person)}
    raise SlackError("users_not_found")


def users_list(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    people = [_shown(sandbox, person) for person in sandbox.workspace.people.values()]
    return _page(args, "members", people, "id")


def usergroups_list(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    everyone = args.get("include_disabled", False)
    groups = [one for one in sandbox.workspace.groups.values() if everyone or not one.disabled]
    wide = args.get("include_users", False)
    return {"usergroups": [g.as_slack() | ({"users": g.users} if wide else {}) for g in groups]}


def usergroups_users_list(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    if args["usergroup"] not in sandbox.workspace.groups:
        raise SlackError("no_such_subteam")
    return {"users": sandbox.workspace.groups[args["usergroup"]].users}


def conversations_open(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    person = _person(sandbox, args["users"])
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    if person.deleted:
        raise SlackError("user_disabled")
    channel = sandbox.open_im(person.id)
    return {"channel": _described(channel) if args.get("return_im") else {"id": channel.id}}


def conversations_info(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    channel = seen(sandbox, args["channel"])
    sandbox.installation.need(f"{channel.family}:read")
    known = _described(channel)
    if args.get("include_num_members"):
        known["num_members"] = len(_members(sandbox, channel))
    return {"channel": known}


def conversations_members(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    channel = seen(sandbox, args["channel"])
    sandbox.installation.need(f"{channel.family}:read")
    rows = [{"id": id} for id in _members(sandbox, channel)]
    page = _page(args, "members", rows, "id")
    return page | {"members": [row["id"] for row in page["members"]]}


def conversations_list(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    """The channels that there are, and the app's own direct conversations."""
    return _page(args, "channels", _wanted(sandbox, args), "id")


def users_conversations(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    """The conversations that the bot is in."""
    rows = [row for row in _wanted(sandbox, args) if row.get("is_member", True)]
    return _page(args, "channels", rows, "id")


def conversations_history(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    found = _between(sandbox, args)
    top = [message for message in found if message.get("thread_ts", message["ts"]) == message["ts"]]
    return _messages(args, top[::-1])


def conversations_replies(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    found = _between(sandbox, args)
    if args["ts"] not in sandbox.workspace.messages[args["channel"]]:
        raise SlackError("thread_not_found")
    return _messages(args, [m for m in found if args["ts"] in (m["ts"], m.get("thread_ts"))])


TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
PAGED = "cursor?=str:200 limit?=int:1000"
HISTORY = (
    "channel=filled:20 oldest?=decimal latest?=decimal inclusive?=bool include_all_metadata?=bool "
    + PAGED
)
METHODS = {
    "auth.test": (auth_test, ""),
    "users.info": (users_info, "user=filled:20 include_locale?=bool"),
    "users.lookupByEmail": (users_lookup_by_email, "email=filled:255"),
    "users.list": (users_list, f"include_locale?=bool {PAGED}"),
    "usergroups.list": (
        usergroups_list,
        "include_users?=bool include_count?=bool include_disabled?=bool",
    ),
    "usergroups.users.list": (usergroups_users_list, "usergroup=filled:20 include_disabled?=bool"),
    "conversations.open": (conversations_open, "users=filled:20 return_im?=bool"),
    "conversations.info": (conversations_info, "channel=filled:20 include_num_members?=bool"),
    "conversations.members": (conversations_members, f"channel=filled:20 {PAGED}"),
    "conversations.list": (conversations_list, f"types?=str:100 exclude_archived?=bool {PAGED}"),
    "users.conversations": (
        users_conversations,
        f"types?=str:100 exclude_archived?=bool user?=filled:20 {PAGED}",
    ),
    "conversations.history": (conversations_history, HISTORY),
    "conversations.replies": (conversations_replies, f"ts=filled:20 {HISTORY}"),
}


def _person(sandbox: Sandbox, user: str) -> Person:
    if user not in sandbox.workspace.people:
        raise SlackError("user_not_found")
    return sandbox.workspace.people[user]


def _shown(sandbox: Sandbox, person: Person) -> JsonObject:
    """A user object; their address is shown with a scope of its own alone."""
    known = person.as_slack()
    if "users:read.email" not in sandbox.installation.scopes:
        known["profile"].pop("email", None)
    return known


def _members(sandbox: Sandbox, channel: Channel) -> list[str]:
    people = sandbox.workspace.people.values()
    there = [p.id for p in people if not p.deleted and not p.is_bot and channel.is_open_to(p.id)]
    return there + ([BOT_USER] if channel.bot_in else [])


def _wanted(sandbox: Sandbox, args: JsonObject) -> list[JsonObject]:
    """The conversations of the `types` that were asked for, as far as the app may know of them."""
    families = {TYPES.get(kind.strip()) for kind in args.get("types", "public_channel").split(",")}
    if None in families:
        raise SlackError("invalid_types")
    sandbox.installation.need(*(f"{family}:read" for family in families))
    return [
        _described(channel)
        for channel in sandbox.workspace.channels.values()
        if channel.family in families and not channel.is_hidden
        if not (args.get("exclude_archived") and channel.is_archived)
    ]


def _described(channel: Channel) -> JsonObject:
    known: JsonObject = {"id": channel.id, "is_archived": channel.is_archived}
    if channel.kind == "im":
        return known | {"is_im": True, "is_channel": False, "user": channel.person}
    known |= {"is_im": False, "is_channel": True, "name": channel.name}
    known |= {"is_private": channel.is_private, "is_general": channel.name == "general"}
    shared = {"is_shared": channel.is_ext_shared, "is_ext_shared": channel.is_ext_shared}
    shared |= {"is_pending_ext_shared": channel.is_pending_ext_shared, "is_org_shared": False}
    return known | shared | {"is_member": channel.bot_in}


def _between(sandbox: Sandbox, args: JsonObject) -> list[JsonObject]:
    """The channel's messages after `oldest` and before `latest`, as everybody sees them."""
    channel = seen(sandbox, args["channel"])
    sandbox.installation.need(f"{channel.family}:history")
    if not channel.bot_in:
        raise SlackError("not_in_channel")
    low, high = float(args.get("oldest", 0)), float(args.get("latest", "inf"))
    ends = (low, high) if args.get("inclusive") else ()
    shown = [m for m in sandbox.workspace.messages[channel.id].values() if "ephemeral_for" not in m]
    return [m for m in shown if low < float(m["ts"]) < high or float(m["ts"]) in ends]


def _messages(args: JsonObject, messages: list[JsonObject]) -> JsonObject:
    wide = args.get("include_all_metadata", False)
    return _page(args, "messages", [as_slack(m, metadata=wide) for m in messages], "ts")


def _page(args: JsonObject, name: str, rows: list[JsonObject], key: str) -> JsonObject:
    """One page of rows and where the next begins; a cursor names the row it begins with."""
    cursors = [base64.b64encode(f"next:{row[key]}".encode()).decode() for row in rows]
    cursor = args.get("cursor")
    if cursor and cursor not in cursors:
        raise SlackError("invalid_cursor")
    start = cursors.index(cursor) if cursor else 0
    end = start + (args.get("limit") or 100)
    following = cursors[end] if end < len(rows) else ""
    more = {"has_more": bool(following), "response_metadata": {"next_cursor": following}}
    return {name: rows[start:end], **more}
