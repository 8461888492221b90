"""The audit trail in plain words: one sentence an event, who, what and when."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from app.domain.events import Event, EventType, pseudonym
from app.domain.request import Request
from app.slack import naming
from policies.plan import Route

from . import phrases
from .kit import header
from .paging import listed
from .text import HEADER, Block, cut, escaped, one_line

_WORD, _LIST = 120, 20

_SAID: dict[str, str] = {
    EventType.OPENED: "{by} asked for it, under policy {policy}; the policy said: {route}",
    EventType.EVALUATION_FAILED: "The policy could not be evaluated, so people are asked",
    EventType.APPROVAL_GIVEN: "{by} approved it; it needs more",
    EventType.REJECTION_GIVEN: "{by} rejected it; it needs more",
    EventType.STAGE_PASSED: "Everybody whom stage {stage} needs approved; the next one is asked",
    EventType.PEOPLE_FOUND: "It was found who is to be asked: {assigned}",
    EventType.CLAIMED: "{by} said to be on it, until {until_ms}",
    EventType.CLAIM_RELEASED: "{by} said not to be on it any more",
    EventType.CLAIM_LAPSED: "{claimed_by} is not on it any more: the time was over",
    EventType.HANDED_OVER: "{by} handed it over to {to}",
    EventType.QUESTION_ASKED: "{by} asked the requester question {number}",
    EventType.QUESTION_DELIVERED: "Question {number} was brought to the requester",
    EventType.QUESTION_ANSWERED: "{by} answered question {number}",
    EventType.REMINDED: "A reminder came due, number {number}",
    EventType.ESCALATED: "It was not decided yet, so more people are asked",
    EventType.NOTICE_SAID: "A word was said in the thread ({notice})",
    EventType.REVISED: "It asks {revises} again, as revision {revision}",
    EventType.EDITED: "{by} changed {fields} while approving it",
    EventType.DECISION_TAKEN: "{by} decided: {outcome}; it takes effect {until_ms}",
    EventType.DECISION_UNDONE: "{by} took the decision back",
    EventType.CONSUMED: "{by} used the approval",
    EventType.RESULT_REPORTED: "{by} told what came of it",
    EventType.UNUSED: "Nobody told in time what came of it",
    EventType.WATCH_STOPPED: "{by} stopped it before it went ahead",
    EventType.HELD: "It was held: {reason}",
    EventType.RELEASED: "It is not held any more",
    EventType.SIGNAL_REPORTED: "{by} reported: {signals}",
    EventType.DECIDED: "{by} decided: {outcome}",
    EventType.OVERRIDDEN: "{operator} decided by break-glass in the name of {by}: {outcome}",
    EventType.CANCELLED: "{by} withdrew it",
    EventType.EXPIRED: "It expired without a decision, so it is not approved",
    EventType.ERASED: "It was erased",
    EventType.DECISION_REFUSED: "{by} was refused: {code}",
    EventType.CARD_ASKED_FOR: "{by} opened it out of a digest",
    EventType.CARD_POSTED: "Its card was posted in {channel}",
    EventType.CARD_LOST: "Its card could not be posted to {target}: {problem}",
    EventType.REQUESTER_TOLD: "The requester was told how it ended",
    EventType.ASKED_IN_TOLD: "The thread in which it was asked for was told how it ended",
    EventType.ABSENT_INFORMED: "Somebody who is away was told how it ended",
    EventType.CALLBACK_ATTEMPTED: "The workflow was called back: {answer}",
    EventType.CALLBACK_GIVEN_UP: "Calling the workflow back was given up",
    EventType.CALLBACK_REDELIVERED: "{by} had the workflow called back again",
}
_ROUTES: dict[str, str] = {
    Route.APPROVE: "approve",
    Route.WATCH: "go ahead unless somebody stops it",
    Route.REVIEW: "ask people",
    Route.REJECT: "refuse",
}
_LATEST_MS = 253_402_300_799_999
"""The last instant that a date can be written for."""

_WHO = ("by", "to", "claimed_by")
_OF_OURS = ("outcome", "code", "notice", "reason")
"""Details that are words of ours, with `_` for a space; what others named stays to the letter."""


def everything(request: Request, events: Sequence[Event]) -> list[Block]:
    """Oldest first, under the title of the request."""
    title = header(phrases.title(request, HEADER, "in Details"))
    names = _names(request)
    return [title, *listed([line(_named(event, names)) for event in events])]


def _names(request: Request) -> dict[str, str]:
    """The names in the request for which the trail has pseudonyms."""
    decision, plan = request.state.decision, request.plan
    people = () if decision is None else tuple(one.id for one in decision.by)
    named = () if plan is None else plan.named
    return {pseudonym(name): name for name in (*people, *named)}


def _named(event: Event, names: dict[str, str]) -> Event:
    """The event with these names in place of their pseudonyms."""
    detail = {
        name: names.get(value, value) if isinstance(value, str) else value
        for name, value in event.detail.items()
    }
    return event.model_copy(update={"actor": names.get(event.actor, event.actor), "detail": detail})


def line(event: Event) -> str:
    """`Sep 21st at 10:00: @Ana approved it; it needs more`, in mrkdwn."""
    return f"{phrases.instant(event.at_ms)}: {_sentence(event)}"


def _sentence(event: Event) -> str:
    """In our words where we have some; an event that is new here by its own name."""
    form, by = _SAID.get(event.type), _actor(event)
    if form is None:
        return f"{escaped(event.type.replace('.', ' ').replace('_', ' '))}, by {by}"
    known = {name: _word(name, value) for name, value in event.detail.items()}
    known["route"] = _ROUTES.get(str(event.detail.get("route")), "not known")
    return form.format_map(_Words({**known, "by": by, "answer": _answer(event)}))


class _Words(dict[str, str]):
    """What an entry of the trail has to say; what it leaves out is not known."""

    def __missing__(self, name: str) -> str:
        return "somebody" if name in _WHO else "not known"


def _actor(event: Event) -> str:
    if event.actor_kind == "system":
        return "Countersign"
    named = "the policy " if event.actor_kind == "policy" else ""
    return f"{named}{_person(event.actor)}"


def _answer(event: Event) -> str:
    """What a receiver of callbacks answered, or what kept it from answering."""
    status, error = event.detail.get("status"), event.detail.get("error")
    return f"HTTP {status}" if status is not None else _word("error", error)


def _place(channel: str) -> str:
    return "a direct message" if channel.startswith("D") else f"<#{channel}>"


def _person(name: str) -> str:
    return (
        f"<@{name}>" if naming.is_user(name) else escaped(cut(one_line(name), _WORD, "on record"))
    )


def _word(name: str, value: JsonValue) -> str:
    """A detail as it reads in a sentence."""
    match value:
        case bool() | None:
            return {None: "nothing", True: "yes", False: "no"}[value]
        case int() if name.endswith("_ms") and 0 <= value <= _LATEST_MS:
            return phrases.instant(value)
        case int() if name == "stage":
            return str(value + 1)
        case [*values]:
            left = len(values) - _LIST
            said = [_word(name, one) for one in values[:_LIST]] or ["everybody named"]
            return ", ".join(said) + (f" and {left} more" if left > 0 else "")
        case str() if name == "channel" and naming.is_conversation(value):
            return _place(value)
        case str():
            return _person(value.replace("_", " ") if name in _OF_OURS else value)
        case _:
            return escaped(cut(one_line(str(value)), _WORD, "on record"))
