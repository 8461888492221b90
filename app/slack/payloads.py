"""What Slack sends us, checked before anything looks at it. Pure.

docs.slack.dev/reference/interaction-payloads. Only what stands here goes any further, so that no
listener, nor Bolt itself, meets a key that is missing or of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from pydantic import Field, TypeAdapter, model_validator

from app.domain.cards import Place
from app.domain.home import Part as HomePart

from . import home_ids, ids
from .interaction import Interaction, Option, Part
from .submission import Submission

_FORM = "application/x-www-form-urlencoded"


class Action(Part):
    """One element that was used; a button carries a value, a menu the option that was chosen."""

    action_id: str
    block_id: str
    value: str = ""
    selected_option: Option | None = None


class Container(Part):
    """What the element stands in."""

    channel_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,30}$")] | None = None
    message_ts: Annotated[str, Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$")] | None = None


class Held(Part):
    """The view that an element stands in: a modal, or somebody's Home."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,30}$")]
    type: Literal["modal", "home"]
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""


class Challenge(Part):
    """Slack makes sure that this address is ours."""

    type: Literal["url_verification"]
    challenge: str


class HomeOpened(Part):
    """Somebody opened the app's Home, or its messages."""

    type: Literal["app_home_opened"]
    user: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,30}$")]
    tab: str = "home"


class Other(Part):
    """Whatever else happens, of which we take no notice."""

    type: str


class Event(Part):
    """Something happened, docs.slack.dev/apis/events-api: nobody waits for an answer."""

    type: Literal["event_callback"]
    team_id: str | None = None
    event: Annotated[HomeOpened | Other, Field(union_mode="left_to_right")]


class Press(Interaction):
    """A button was pressed."""

    type: Literal["block_actions"]
    trigger_id: str = ""
    response_url: str | None = None
    container: Container = Container()
    view: Held | None = None
    actions: Annotated[list[Action], Field(min_length=1)]

    @property
    def action(self) -> str:
        """The action id of the button."""
        return self.actions[0].action_id

    @property
    def meant(self) -> ids.Meant:
        """What the button answers. Raises `CardUnreadable`."""
        return ids.meant(self.action)

    @property
    def move(self) -> tuple[ids.Move, ids.Shown]:
        """What was chosen in the menu, and what was shown then. Raises `CardUnreadable`."""
        chosen = self.actions[0].selected_option
        move, shown = ids.parse_move("" if chosen is None else chosen.value)
        return move, self._on_card(shown)

    @property
    def place(self) -> Place | None:
        """The message that the button stands in; in the whole request the one that it was opened
        from. Raises `CardUnreadable`."""
        if (details := self.details) is not None:
            return details.shown.place
        channel, ts = self.container.channel_id, self.container.message_ts
        return Place(channel=channel, ts=ts) if channel and ts else None

    @property
    def opened(self) -> str:
        """The request whose card the button opens. Raises `CardUnreadable`."""
        return ids.opened(self.actions[0].value)

    @property
    def home_page(self) -> tuple[HomePart, tuple[str, ...]]:
        """The page of a Home that the button turns to. Raises `CardUnreadable`."""
        return home_ids.parse_page(self.actions[0].value)

    @property
    def page(self) -> ids.Page:
        """The page that the button turns to. Raises `CardUnreadable`."""
        return ids.parse_page(self.actions[0].value)

    @property
    def modal(self) -> str | None:
        """The id of the modal that the button stands in; None on a card, and on somebody's Home."""
        return self.view.id if self.view is not None and self.view.type == "modal" else None

    @property
    def details(self) -> ids.Form | None:
        """What opened the whole request that the button stands in. Raises `CardUnreadable`."""
        if self.view is None or self.view.callback_id != ids.DETAILS_VIEW:
            return None
        return ids.parse_form(self.view.private_metadata)

    @property
    def reply_to(self) -> str | None:
        """Where to answer whoever pressed; in a modal where the press that opened it came from."""
        details = self.details
        return self.response_url if details is None else details.reply_to

    @property
    def turned(self) -> ids.Turn:
        """The page of a list that the button leads to. Raises `CardUnreadable`."""
        return ids.parse_turn(self.actions[0].value)

    @property
    def shown(self) -> ids.Shown:
        """What the button says was shown, and on which card. Raises `CardUnreadable`."""
        return self._on_card(ids.parse(self.actions[0].value))

    def _on_card(self, shown: ids.Shown) -> ids.Shown:
        return ids.Shown(shown.request_id, shown.digest, self.place)


class Command(Interaction):
    """Somebody typed our slash command. It comes with no type, and names them in its own way."""

    command: str
    text: str = ""
    trigger_id: str = ""
    response_url: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _who(cls, sent: Any) -> Any:
        """The person as every other interaction names them."""
        if not isinstance(sent, dict):
            return sent
        user = {"id": sent.get("user_id"), "team_id": sent.get("team_id")}
        return {**sent, "user": user, "team": None}


class Shortcut(Interaction):
    """A shortcut was used, wherever that was."""

    type: Literal["shortcut"]
    callback_id: str
    trigger_id: str = ""


class Conversation(Part):
    """Where a message stands."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,30}$")]


class Said(Part):
    """A message that somebody wrote; blocks alone have no text."""

    ts: Annotated[str, Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$")]
    thread_ts: Annotated[str, Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$")] | None = None
    text: str | None = None


class MessageShortcut(Interaction):
    """A shortcut was used on a message."""

    type: Literal["message_action"]
    callback_id: str
    trigger_id: str = ""
    response_url: str | None = None
    channel: Conversation
    message: Said

    @property
    def thread(self) -> Place:
        """The thread of the message, which may be one of another message."""
        return Place(channel=self.channel.id, ts=self.message.thread_ts or self.message.ts)


Payload = Challenge | Event | Press | Submission | Shortcut | MessageShortcut
_PAYLOAD: TypeAdapter[Payload] = TypeAdapter(Annotated[Payload, Field(discriminator="type")])


def read(headers: Mapping[str, str], body: bytes) -> Payload | Command:
    """The payload of an HTTP request; header names are in lower case. Raises ValueError."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return _PAYLOAD.validate_json(body)
    sent = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=40)
    if any(len(values) != 1 for values in sent.values()):
        raise ValueError("a field of a form comes once")
    if "command" in sent:
        return Command.model_validate({name: one for name, [one] in sent.items()})
    return _PAYLOAD.validate_json(sent.get("payload", [""])[0])


def checked(payload: Any) -> Payload | Command:
    """The payload of an envelope of Socket Mode. Raises ValueError."""
    if isinstance(payload, dict) and "command" in payload:
        return Command.model_validate(payload)
    return _PAYLOAD.validate_python(payload)
