"""The chat.* methods and response URLs: what a bot says, changes and takes back."""

from __future__ import annotations

from sandbox.blockkit import SPEC, checked_blocks
from sandbox.core import Sandbox, as_slack
from sandbox.people import BOT_USER
from sandbox.tickets import Ticket
from sandbox.wire import JsonObject, SlackError
from sandbox.workspace import Channel

POST_TEXT = 40_000  # characters; docs.slack.dev/reference/methods/chat.postMessage
UPDATE_TEXT = 4_000


def post_message(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    channel = postable(sandbox, args["channel"])
    content = _new_content(sandbox, channel, args) | {"metadata": _metadata(args) or None}
    message = sandbox.post(channel, BOT_USER, content)
    return {"channel": channel.id, "ts": message["ts"], "message": as_slack(message, metadata=True)}


def post_ephemeral(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    channel = postable(sandbox, args["channel"])
    person = sandbox.workspace.people.get(args["user"])
    if person is None or person.deleted or not channel.is_open_to(person.id):
        raise SlackError("user_not_in_channel")
    content = _new_content(sandbox, channel, args) | {"ephemeral_for": person.id}
    return {"message_ts": sandbox.post(channel, BOT_USER, content)["ts"]}


def update(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    message = _own_message(sandbox, args, "cant_update_message")
    if sandbox.workspace.channels[message["channel"]].is_archived:
        raise SlackError("is_inactive")
    content = _changed_content(args, sandbox.workspace.next_ts())
    content |= _broadcast(message, args)
    metadata = _metadata(args)
    sandbox.change(message, content | ({} if metadata is None else {"metadata": metadata}))
    known = {"channel": message["channel"], "ts": message["ts"], "text": message["text"]}
    return {**known, "message": as_slack(message, metadata=True)}


def delete(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    message = _own_message(sandbox, args, "cant_delete_message")
    sandbox.delete(message)
    return {"channel": message["channel"], "ts": message["ts"]}


def get_permalink(sandbox: Sandbox, args: JsonObject) -> JsonObject:
    channel, ts = seen(sandbox, args["channel"]), args["message_ts"]
    if ts not in sandbox.workspace.messages[channel.id]:
        raise SlackError("message_not_found")
    link = f"{sandbox.settings.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


CONTENT = (
    "text?=str:2000000 blocks?=any thread_ts?=str:20 unfurl_links?=bool unfurl_media?=bool "
    "mrkdwn?=bool parse?=none|full link_names?=bool as_user?=bool"
)
UPDATE = f"channel=filled:82 ts=filled:20 {CONTENT} metadata?=any reply_broadcast?=bool"
METHODS = {
    "chat.postMessage": (
        post_message,
        f"channel=filled:82 {CONTENT} metadata?=any reply_broadcast?=bool",
    ),
    "chat.postEphemeral": (post_ephemeral, f"channel=filled:82 user=filled:20 {CONTENT}"),
    "chat.update": (update, UPDATE),
    "chat.delete": (delete, "channel=filled:82 ts=filled:20 as_user?=bool"),
    "chat.getPermalink": (get_permalink, "channel=filled:82 message_ts=filled:20"),
}
RESPONSE = (
    f"{CONTENT} response_type?=ephemeral|in_channel replace_original?=bool delete_original?=bool"
)


def respond(sandbox: Sandbox, ticket: Ticket, args: JsonObject) -> None:
    """A POST to a response URL (docs.slack.dev/interactivity/handling-user-interaction)."""
    channel, origin = sandbox.workspace.channels[str(ticket.channel)], ticket.origin
    if args.get("delete_original") or args.get("replace_original"):
        if origin is None or origin["ts"] not in sandbox.workspace.messages[channel.id]:
            raise SlackError("message_not_found")
        if args.get("delete_original"):
            sandbox.delete(origin)
        else:
            sandbox.change(origin, {"blocks": [], **_new_content(sandbox, channel, args)})
    else:
        content = _new_content(sandbox, channel, args)
        private = args.get("response_type") != "in_channel"
        sandbox.post(
            channel, BOT_USER, content | ({"ephemeral_for": ticket.user} if private else {})
        )
    ticket.uses += 1


def seen(sandbox: Sandbox, wanted: str) -> Channel:
    """A channel by its id; names and people's ids are for posting alone."""
    channel = sandbox.workspace.channels.get(wanted)
    if channel is None or channel.is_hidden:
        raise SlackError("channel_not_found")
    return channel


def postable(sandbox: Sandbox, wanted: str) -> Channel:
    """Where a message may be posted: an id, `#name`, name, or a person's id for their DM."""
    person = sandbox.workspace.people.get(wanted)
    if person is not None and not person.deleted and not person.is_bot:
        return sandbox.open_im(person.id)
    channel = sandbox.workspace.find_channel(wanted)
    if channel is None or channel.is_hidden:
        raise SlackError("channel_not_found")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.bot_in:
        raise SlackError("not_in_channel")
    return channel


def _new_content(sandbox: Sandbox, channel: Channel, args: JsonObject) -> JsonObject:
    content: JsonObject = {"text": _checked_text(args, POST_TEXT)}
    if "blocks" in args:
        content["blocks"] = checked_blocks(args["blocks"])
    if not content["text"] and not content.get("blocks"):
        raise SlackError("no_text")
    if "thread_ts" in args:
        parent = sandbox.workspace.messages[channel.id].get(args["thread_ts"])
        if parent is None:
            raise SlackError("thread_not_found")
        content["thread_ts"] = parent.get("thread_ts", parent["ts"])
        content |= _broadcast(content, args)
    return content


def _broadcast(message: JsonObject, args: JsonObject) -> JsonObject:
    """A reply that shows in the channel too."""
    if not args.get("reply_broadcast"):
        return {}
    if message.get("thread_ts") in (None, message.get("ts")):
        raise SlackError("cant_broadcast_message")
    return {"subtype": "thread_broadcast"}


def _changed_content(args: JsonObject, now_ts: str) -> JsonObject:
    """What chat.update changes: text alone removes the blocks, blocks alone keep the text."""
    text = _checked_text(args, UPDATE_TEXT)
    if "blocks" in args:
        blocks = checked_blocks(args["blocks"])
        if not blocks and not text:
            raise SlackError("no_text")
        return {"blocks": blocks} | ({"text": text} if "text" in args else {})
    if not text:
        raise SlackError("no_text")
    return {"text": text, "blocks": [], "edited": {"user": BOT_USER, "ts": now_ts}}


def _checked_text(args: JsonObject, limit: int) -> str:
    text: str = args.get("text", "")
    if len(text) > limit:
        raise SlackError("msg_too_long")
    return text


def _own_message(sandbox: Sandbox, args: JsonObject, refusal: str) -> JsonObject:
    channel = seen(sandbox, args["channel"])
    if not channel.bot_in:
        raise SlackError("channel_not_found")
    if channel.is_archived:
        raise SlackError("is_inactive")
    message = sandbox.workspace.messages[channel.id].get(args["ts"])
    if message is None or "ephemeral_for" in message:
        raise SlackError("message_not_found")
    if not message["bot"]:
        raise SlackError(refusal)
    return message


def _metadata(args: JsonObject) -> JsonObject | None:
    """None when it was not sent; `{}` takes earlier metadata away."""
    metadata: JsonObject | None = args.get("metadata")
    if metadata and (wrong := list(SPEC.problems("metadata", metadata, "/metadata"))):
        raise SlackError("invalid_metadata_format", *wrong)
    return metadata
