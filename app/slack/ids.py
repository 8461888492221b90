"""The names that a card carries out to Slack and that come back with a press. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from app.domain.cards import Place
from app.domain.errors import CountersignError
from policies.plan import Choice, Outcome

APPROVE = "countersign_approve"
REVISE = "countersign_revise"
REJECT = "countersign_reject"
STOP = "countersign_stop"
OPEN = "countersign_open"
UNDO = "countersign_undo"
CONFIRM = "countersign_confirm"
"""Action ids of the buttons; those of a policy's own choices are made by `of_choice`."""

COMMAND = re.compile(r"\A/")
"""Any slash command of our app, so that one that goes by another name here is told so."""

FIRST, NEXT = "countersign_list:first", "countersign_list:next"
LIST = re.compile(r"\Acountersign_list:(first|next)\Z")
"""Action ids of the buttons that turn to another page of a list; their value is a `Turn`."""

AT_ONCE = re.compile(r"\Acountersign_(approve|reject|choose:.*)\Z", re.DOTALL)
IN_WORDS = re.compile(r"\Acountersign_(revise|stop|write:.*|answer:.*)\Z", re.DOTALL)
"""Action ids of the buttons that decide when they are pressed, and of those that open the form."""

CONFIRMED = re.compile(r"\Acountersign_confirm(:.*)?\Z", re.DOTALL)
"""Action ids of the buttons that open a form in which a value is typed to approve."""

DETAILS = "countersign_details"
TURN = re.compile(r"\Acountersign_turn:(next|previous|other|again)\Z")
"""Action ids of the button that opens the whole request, and of those that turn its pages."""

MENU = "countersign_menu"
"""The action id of the menu beside the buttons; each of its options is a `Move`."""

ASK = "countersign_ask"
"""Opens no form by a press of its own: the menu does, and the form remembers it by this name."""


class Move(StrEnum):
    """What the menu of a card does: it moves the work and decides nothing."""

    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    ASK = "ask"
    EDIT = "edit"
    AWAY = "away"
    BACK = "back"


BUTTONS = "countersign_buttons"
"""The block that the buttons stand in."""

FORM = "countersign_revise_form"
"""The callback id of the form that asks for words; Revise was once the only one to need some."""

DETAILS_VIEW = "countersign_details_view"
"""The callback id of the whole request. Its metadata is a `Form` that `DETAILS` opened."""

HAND_OVER_FORM = "countersign_hand_over_form"
AWAY_FORM = "countersign_away_form"
PERSON_BLOCK, PERSON = "countersign_person", "person"
FROM_BLOCK, UNTIL_BLOCK, DAY = "countersign_from", "countersign_until", "day"
"""The forms that ask for a person and for days: their callback ids, inputs and actions."""

CONFIRM_BLOCK, TYPED = "countersign_typed", "typed"
"""The input in which a value is typed to approve: its block and its action."""

COMMENT_BLOCK = "countersign_comment"
COMMENT = "comment"
"""The form's one input: its block and its action."""

_ID = r"req_[0-9a-z]{26}"
_OPENS = re.compile(rf"1:(?P<request>{_ID})", re.ASCII)
_SHOWN = re.compile(
    r"1:(?P<request>req_[0-9a-z]{26}):(?P<digest>[0-9a-f]{64})"
    r"(?::(?P<channel>[A-Z0-9]{3,30}):(?P<ts>[0-9]{1,12}\.[0-9]{1,9}))?",
    re.ASCII,
)
_CHOICE_ID = r"(?P<choice>[a-z][a-z0-9_-]{0,62})"
_CHOICE = re.compile(
    rf"countersign_(?:choose|write):(?P<outcome>approve|revise|reject):{_CHOICE_ID}", re.ASCII
)
_TYPED = re.compile(rf"{CONFIRM}:{_CHOICE_ID}", re.ASCII)
_TURN = re.compile(r"(?P<part>request|history) (?P<number>[1-9][0-9]{0,4})", re.ASCII)
_ANSWER = re.compile(r"countersign_answer:(?P<number>[1-9][0-9]?)", re.ASCII)
_MOVE = re.compile(r"(?P<move>[a-z_]{1,20}) (?P<shown>\S+)", re.ASCII)
_FORM = re.compile(r"(?:(?P<action>\S+) )?(?P<shown>\S+)(?: (?P<reply_to>\S+))?", re.ASCII)
_LIST = re.compile(
    r"1 (?P<kind>waiting|seen) (?P<policy>[a-z0-9_-]{1,63})? (?P<cursor>[0-9a-z_:]{1,80})?",
    re.ASCII,
)
_REPLY_TO = re.compile(r"\S{1,1000}", re.ASCII)
_PLAIN = {
    APPROVE: Outcome.APPROVE,
    CONFIRM: Outcome.APPROVE,
    REVISE: Outcome.REVISE,
    REJECT: Outcome.REJECT,
}


class CardUnreadable(CountersignError):
    """A button or a form that this version did not make."""

    code = "card_unreadable"


@dataclass(frozen=True)
class Shown:
    """What somebody had before them when they pressed: the request, its digest, and the card."""

    request_id: str
    digest: str
    place: Place | None = None

    def as_value(self) -> str:
        """The value of a button, and a part of a form: `1:request:digest[:card]`."""
        card = (self.place.channel, self.place.ts) if self.place else ()
        return ":".join(("1", self.request_id, self.digest, *card))


@dataclass(frozen=True)
class Meant:
    """What a button answers: an outcome, by a choice where the policy has its own."""

    outcome: Outcome
    choice: str | None = None


@dataclass(frozen=True)
class Form:
    """What a form remembers: the button that opened it, what was shown, where to answer then.

    `reply_to` is the response_url of the press; an answer to a form comes with none of its own.
    """

    action: str
    shown: Shown
    reply_to: str | None = None

    def as_value(self) -> str:
        """The private metadata of the form; an address that is too long is left out."""
        reply_to = self.reply_to or ""
        rest = (reply_to,) if _REPLY_TO.fullmatch(reply_to) else ()
        return " ".join((self.action, self.shown.as_value(), *rest))


Part = Literal["request", "history"]
Way = Literal["next", "previous", "other", "again"]


@dataclass(frozen=True)
class Page:
    """A page of the whole request or of its history; `number` counts from 1."""

    part: Part = "request"
    number: int = 1

    def as_value(self) -> str:
        """The value of a button that turns to it."""
        return f"{self.part} {self.number}"


def parse_page(value: str) -> Page:
    """What `Page.as_value` wrote. Raises `CardUnreadable`."""
    found = _TURN.fullmatch(value)
    if found is None:
        raise unreadable()
    part: Part = "history" if found["part"] == "history" else "request"
    return Page(part, int(found["number"]))


@dataclass(frozen=True)
class Turn:
    """A page of a list: of which kind, of which policy where it is one, and after what."""

    kind: Literal["waiting", "seen"]
    policy: str | None = None
    cursor: str | None = None

    def as_value(self) -> str:
        """The value of a button: `1 kind policy cursor`, with nothing for what there is not."""
        return f"1 {self.kind} {self.policy or ''} {self.cursor or ''}"


def answer_to(number: int) -> str:
    """The action id of the button that answers the question of that number."""
    return f"countersign_answer:{number}"


def question_of(action: str) -> int | None:
    """The number of the question that this action id answers, None where it answers none."""
    found = _ANSWER.fullmatch(action)
    return None if found is None else int(found["number"])


def move_value(move: Move, shown: Shown) -> str:
    """The value of an option of the menu; Slack takes 150 characters."""
    return f"{move.value} {shown.as_value()}"


def parse_move(value: str) -> tuple[Move, Shown]:
    """What `move_value` wrote. Raises `CardUnreadable`."""
    found = _MOVE.fullmatch(value)
    if found is None or found["move"] not in list(Move):
        raise unreadable()
    return Move(found["move"]), parse(found["shown"])


def turn(way: Way) -> str:
    """The action id of a button that turns to another page."""
    return f"countersign_turn:{way}"


def confirmed(choice: Choice) -> str:
    """The action id of an approving choice's button where a value is typed to approve."""
    return f"{CONFIRM}:{choice.id}"


def of_choice(choice: Choice) -> str:
    """The action id of a choice's button."""
    kind = "write" if choice.comment else "choose"
    return f"countersign_{kind}:{choice.outcome.value}:{choice.id}"


def meant(action: str) -> Meant:
    """What the button of this action id answers. Raises `CardUnreadable`."""
    if action in _PLAIN:
        return Meant(_PLAIN[action])
    if typed := _TYPED.fullmatch(action):
        return Meant(Outcome.APPROVE, typed["choice"])
    found = _CHOICE.fullmatch(action)
    if found is None:
        raise unreadable()
    return Meant(Outcome(found["outcome"]), found["choice"])


def parse_form(value: str) -> Form:
    """What `Form.as_value` wrote; without an action it is Revise. Raises `CardUnreadable`."""
    found = _FORM.fullmatch(value)
    if found is None:
        raise unreadable()
    return Form(found["action"] or REVISE, parse(found["shown"]), found["reply_to"])


def parse_turn(value: str) -> Turn:
    """What `Turn.as_value` wrote. Raises `CardUnreadable`."""
    found = _LIST.fullmatch(value)
    if found is None:
        raise unreadable()
    kind: Literal["waiting", "seen"] = "seen" if found["kind"] == "seen" else "waiting"
    return Turn(kind, found["policy"], found["cursor"])


def parse(value: str) -> Shown:
    """What `as_value` wrote. Raises `CardUnreadable` for anything else."""
    found = _SHOWN.fullmatch(value)
    if found is None:
        raise unreadable()
    channel, ts = found["channel"], found["ts"]
    place = Place(channel=channel, ts=ts) if channel else None
    return Shown(found["request"], found["digest"], place)


def opens(request_id: str) -> str:
    """The value of a button that opens a request's card, whatever stands on it by then."""
    return f"1:{request_id}"


def opened(value: str) -> str:
    """The request of a value that `opens` wrote. Raises `CardUnreadable`."""
    found = _OPENS.fullmatch(value)
    if found is None:
        raise unreadable()
    return found["request"]


def unreadable() -> CardUnreadable:
    """What to raise for a button or a form that this version did not make."""
    return CardUnreadable(
        "This button can't be read any more.", "Open the newest card of this request."
    )
