"""What we read of Slack's answers; the rest of them is ignored."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer, or a part of one, checked when it is read. Slack may add to it at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Identity(Answer):
    """auth.test: the workspace of a token, and the bot in it."""

    team_id: str
    bot_id: str


class Whoami(Answer):
    """auth.test, for people to read; a person's own token has no `bot_id`."""

    team: str
    url: str = ""
    user: str = ""
    bot_id: str | None = None


class Posted(Answer):
    """chat.postMessage: where the message is."""

    channel: str
    ts: str


class Named(Answer):
    """A channel, a user group or a direct conversation; groups have handles, channels names.

    A group comes with the ids of its `users` where they are asked for.
    """

    id: str
    name: str = ""
    handle: str = ""
    users: list[str] = []


class NextPage(Answer):
    """Where a list goes on; empty at its end."""

    next_cursor: str = ""


class Channel(Answer):
    """A channel, whether it is in use, whether the bot is in it, and who else reads along there.

    `is_ext_shared` is Slack Connect; while it is pending somebody was invited, who will read what
    was written before. Workspaces of one organisation (`is_org_shared`) are not another one.
    """

    id: str
    name: str = ""
    is_archived: bool = False
    is_member: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False

    @property
    def shared(self) -> bool:
        """Whether people of another organisation read along, or will."""
        return self.is_ext_shared or self.is_pending_ext_shared


class Informed(Answer):
    """conversations.info."""

    channel: Channel


class Listed(Answer):
    """users.conversations, conversations.list: one page of channels as they stand."""

    channels: list[Channel]
    response_metadata: NextPage | None = None


class Group(Answer):
    """A user group; one that was switched off has a date of that."""

    id: str
    handle: str = ""
    date_delete: int = 0


class AllGroups(Answer):
    """usergroups.list: those that were switched off too."""

    usergroups: list[Group]


class Opened(Answer):
    """conversations.open."""

    channel: Named


class History(Answer):
    """conversations.history: one page. Other apps' messages may hold anything."""

    messages: list[dict[str, Any]]
    response_metadata: NextPage | None = None


class Profile(Answer):
    """The names that somebody goes by."""

    display_name: str = ""
    real_name: str = ""
    email: str | None = None


class User(Answer):
    """Somebody, as users.info and users.lookupByEmail give them."""

    id: str
    team_id: str
    name: str = ""
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    tz: str | None = None
    profile: Profile = Profile()


class Looked(Answer):
    """users.info, users.lookupByEmail."""

    user: User


class Groups(Answer):
    """usergroups.list: the ones in use."""

    usergroups: list[Named]


class Members(Answer):
    """usergroups.users.list: ids of people."""

    users: list[str]


class Done(Answer):
    """Nothing of the answer matters but that it came."""
