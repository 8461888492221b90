"""What Slack sends us, checked before anything looks at it. Pure.

docs.slack.dev/reference/interaction-payloads. Only what stands here goes any further, so that no
listener, nor Bolt itself, meets a key that is missing or of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from app.domain.cards import Place
from app.domain.errors import AbsenceDaysRefused
from app.domain.home import Part

from . import form_ids, home_ids, ids

_FORM = "application/x-www-form-urlencoded"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Team(_Part):
    """A workspace."""

    id: str


class Clicker(_Part):
    """Who pressed. People of other workspaces come with their own `team_id`."""

    id: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,30}$")]
    team_id: str | None = None


class Option(_Part):
    """An entry of a menu, or of a list to choose from."""

    value: str


class Action(_Part):
    """One element that was used; a button carries a value, a menu the option that was chosen."""

    action_id: str
    block_id: str
    value: str = ""
    selected_option: Option | None = None


class Container(_Part):
    """What the element stands in."""

    channel_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,30}$")] | None = None
    message_ts: Annotated[str, Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$")] | None = None


class Held(_Part):
    """The view that an element stands in: a modal, or somebody's Home."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,30}$")]
    type: Literal["modal", "home"]
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""


class Challenge(_Part):
    """Slack makes sure that this address is ours."""

    type: Literal["url_verification"]
    challenge: str


class HomeOpened(_Part):
    """Somebody opened the app's Home, or its messages."""

    type: Literal["app_home_opened"]
    user: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,30}$")]
    tab: str = "home"


class Other(_Part):
    """Whatever else happens, of which we take no notice."""

    type: str


class Event(_Part):
    """Something happened, docs.slack.dev/apis/events-api: nobody waits for an answer."""

    type: Literal["event_callback"]
    event: Annotated[HomeOpened | Other, Field(union_mode="left_to_right")]


class Interaction(_Part):
    """Somebody did something."""

    user: Clicker
    team: Team | None = None

    @property
    def team_id(self) -> str | None:
        """The workspace of the person; older payloads have only that of the place."""
        return self.user.team_id or (self.team.id if self.team else None)


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
    def opened(self) -> str:
        """The request whose card the button opens. Raises `CardUnreadable`."""
        return ids.opened(self.actions[0].value)

    @property
    def home_page(self) -> tuple[Part, tuple[str, ...]]:
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
        channel, ts = self.container.channel_id, self.container.message_ts
        place = Place(channel=channel, ts=ts) if channel and ts else None
        if (details := self.details) is not None:
            place = details.shown.place
        return ids.Shown(shown.request_id, shown.digest, place)


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


class Typed(_Part):
    """What stands in an input: text of up to 3,000 characters, a choice, a person, or a day.

    A number comes as text too.
    """

    value: Annotated[str, Field(max_length=3_000)] | None = None
    selected_option: Option | None = None
    selected_user: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,30}$")] | None = None
    selected_date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None


class Values(_Part):
    """The inputs of a form: block, then action. A view has at most 100 blocks."""

    values: Annotated[dict[str, dict[str, Typed]], Field(max_length=100)] = {}

    def typed(self, block: str, action: str) -> Typed:
        """What stands in one input; nothing where the form has none of that name."""
        return self.values.get(block, {}).get(action, Typed())


class Form(_Part):
    """A modal, as it was when it was sent. `id` stays the same however often it is sent."""

    type: Literal["modal"]
    id: Annotated[str, Field(max_length=100)] = ""
    callback_id: str
    private_metadata: str = ""
    previous_view_id: str | None = None
    state: Values = Values()


class Submission(Interaction):
    """A form was sent."""

    type: Literal["view_submission"]
    view: Form

    @property
    def form(self) -> ids.Form:
        """What opened the form, and what was shown then. Raises `CardUnreadable`."""
        return ids.parse_form(self.view.private_metadata)

    @property
    def reply_to(self) -> str | None:
        """Where to answer, None for a form that was opened on the Home tab."""
        return self.form.reply_to if self.view.private_metadata else None

    @property
    def on_top(self) -> bool:
        """Whether another modal lies beneath the form."""
        return self.view.previous_view_id is not None

    @property
    def comment(self) -> str:
        return self._typed(ids.COMMENT_BLOCK, ids.COMMENT).value or ""

    @property
    def confirmation(self) -> str | None:
        """What was typed to approve, None where nothing had to be."""
        return self._typed(ids.CONFIRM_BLOCK, ids.TYPED).value

    @property
    def chosen(self) -> str | None:
        """The user id of the person who was chosen."""
        return self._typed(ids.PERSON_BLOCK, ids.PERSON).selected_user

    def day(self, block: str) -> date | None:
        """The day that was chosen in that block. Raises `AbsenceDaysRefused` for no day at all."""
        text = self._typed(block, ids.DAY).selected_date
        return None if text is None else _day(text)

    def text(self, block: str) -> str:
        """What was written into a text input of that block, without the space around it."""
        return (self._typed(block, form_ids.TEXT).value or "").strip()

    def option(self, block: str) -> str | None:
        """The value of what was chosen in that block."""
        chosen = self._typed(block, form_ids.CHOSEN).selected_option
        return None if chosen is None else chosen.value

    def _typed(self, block: str, action: str) -> Typed:
        return self.view.state.typed(block, action)


class Shortcut(Interaction):
    """A shortcut was used, wherever that was."""

    type: Literal["shortcut"]
    callback_id: str
    trigger_id: str = ""


class Conversation(_Part):
    """Where a message stands."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,30}$")]


class Said(_Part):
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


def _day(text: str) -> date:
    """A day that a calendar has."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise AbsenceDaysRefused(f"There is no day {text}.", "Choose another one.")


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
