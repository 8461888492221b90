"""The people and user groups of the workspace that the sandbox opens with."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.wire import JsonObject

TEAM_ID = "T0SANDBOX"
TEAM = {"id": TEAM_ID, "name": "Acme", "domain": "acme"}
APP_ID = "A0SANDBOX1"
BOT_USER = "U0CSBOT001"
BOT_ID = "B0CSBOT001"
SLACKBOT = "USLACKBOT"  # tells people what Slack itself has to say


@dataclass
class Person:
    """A member of the workspace; `guest` is Slack's `is_restricted`."""

    id: str
    name: str
    real_name: str
    email: str
    color: str
    guest: bool = False
    deleted: bool = False
    is_bot: bool = False

    def as_slack(self) -> JsonObject:
        """The user object of users.info (docs.slack.dev/reference/objects/user-object)."""
        known: JsonObject = {"id": self.id, "team_id": TEAM_ID, "name": self.name}
        known |= {"deleted": self.deleted, "is_bot": self.is_bot, "is_app_user": False}
        profile = {"real_name": self.real_name, "display_name": self.real_name}
        known["profile"] = profile | ({"bot_id": BOT_ID} if self.is_bot else {"email": self.email})
        if self.deleted:  # Slack leaves the rest out for people who have gone
            return known
        known |= {"real_name": self.real_name, "color": self.color.lstrip("#")}
        known |= {"is_restricted": self.guest, "is_ultra_restricted": False}
        known |= {"is_admin": False, "is_owner": False, "is_primary_owner": False}
        return known | {"tz": "Europe/London", "tz_label": "Greenwich Mean Time", "tz_offset": 0}

    def as_clicker(self) -> JsonObject:
        """The `user` of an interaction's payload."""
        return {"id": self.id, "username": self.name, "name": self.name, "team_id": TEAM_ID}


@dataclass
class Group:
    """A user group, mentioned as `@handle`."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False

    def as_slack(self) -> JsonObject:
        gone = 1_446_670_362 if self.disabled else 0
        known = {"id": self.id, "team_id": TEAM_ID, "is_usergroup": True, "date_delete": gone}
        return known | {"name": self.name, "handle": self.handle, "user_count": len(self.users)}


def founding_people() -> dict[str, Person]:
    people = [
        Person("U0ANA00001", "ana", "Ana", "ana@example.com", "#c2410c"),
        Person("U0BEN00001", "ben", "Ben", "ben@example.com", "#1d4ed8"),
        Person("U0CHLOE001", "chloe", "Chloe", "cfo@example.com", "#7e22ce"),
        Person("U0DEV00001", "dev", "Dev", "dev@example.com", "#047857"),
        Person("U0EVE00001", "eve", "Eve", "eve@example.com", "#be123c"),
        Person("U0GUEST001", "gus", "Gus", "gus@example.com", "#a16207", guest=True),
        Person("U0GONE0001", "greta", "Greta", "greta@example.com", "#57534e", deleted=True),
        Person(BOT_USER, "countersign", "Countersign", "", "#0f766e", is_bot=True),
    ]
    return {person.id: person for person in people}


def founding_groups() -> dict[str, Group]:
    finance = ["U0ANA00001", "U0BEN00001"]
    return {"S0FINANCE1": Group("S0FINANCE1", "finance-approvers", "Finance approvers", finance)}
