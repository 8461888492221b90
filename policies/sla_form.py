"""The `sla` of a policy file: reminders, escalations, expiry, and the hours in which they run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import chain, pairwise
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic.json_schema import WithJsonSchema

from policies.atoms import Duration, Reviewers, distinct, words
from policies.calendar import in_words
from policies.hours import MAX_HOLIDAYS, known_zone, weekdays, windows
from policies.plan import Frozen, Hours
from policies.wording import kind_of

T = TypeVar("T")

USUAL_EXPIRY_S = 7 * 86_400
USUAL_CLAIM_S = 30 * 60
_WEEKS = 104
"""Two years: what takes longer in open hours was not meant."""


def _of_text(read: Callable[[str], T]) -> Callable[[object], T]:
    """A check that there is text, read by `read`."""

    def check(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError(f"write text here, not {kind_of(value)}; in quotes anything is text")
        return read(value)

    return check


Calendars = Callable[[str, str], tuple[str, ...]]
"""Gives the days off of a calendar file, by its name and the zone in which they are. ValueError."""


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _days_off(value: object, info: ValidationInfo) -> tuple[str, ...]:
    """One date as it is, or those of a calendar; the loader hands in how to read it."""
    text = _of_text(str)(value)
    if text.lower().endswith(".ics"):
        return _of_calendar(text, info)
    try:
        return (date.fromisoformat(text).isoformat(),)
    except ValueError:
        advice = "write one such as 2026-12-25, or a calendar such as holidays.ics"
        raise ValueError(f"{text[:40]!r} is no date; {advice}") from None


def _of_calendar(name: str, info: ValidationInfo) -> tuple[str, ...]:
    calendars: Calendars | None = info.context
    if calendars is None:
        message = "a calendar is read beside the file of its policy, and this one is in no folder"
        raise ValueError(f"{message}; write the dates here")
    zone = info.data.get("zone")
    return () if zone is None else calendars(name, zone)


def _not_too_many(holidays: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    if (number := len(set(chain(*holidays)))) > MAX_HOLIDAYS:
        raise ValueError(f"these are {number:,} days off; write at most {MAX_HOLIDAYS}")
    return holidays


def _told_once(times: tuple[int, ...]) -> tuple[int, ...]:
    distinct(tuple(map(in_words, times)))
    return times


Days = Annotated[
    tuple[int, ...],
    BeforeValidator(_of_text(weekdays), json_schema_input_type=str),
    WithJsonSchema({"type": "string", "examples": ["mon-fri", "mon, wed, fri"]}),
]
Windows = Annotated[
    tuple[tuple[int, int], ...],
    BeforeValidator(_of_text(windows), json_schema_input_type=str),
    WithJsonSchema({"type": "string", "examples": ["09:00-18:00", "09:00-12:30, 13:30-18:00"]}),
]
_HOLIDAY = {
    "type": "string",
    "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|.+\.[iI][cC][sS])$",
    "examples": ["2026-12-25", "holidays.ics"],
}
Holidays = Annotated[
    tuple[Annotated[tuple[str, ...], BeforeValidator(_days_off)], ...],
    BeforeValidator(_list),
    Field(max_length=MAX_HOLIDAYS),
    AfterValidator(_not_too_many),
    WithJsonSchema({"anyOf": [_HOLIDAY, {"type": "array", "items": _HOLIDAY}]}),
]


class HoursForm(Frozen):
    """Working hours: the durations of the SLA run in these alone, so that 8h are 8 open hours."""

    zone: Annotated[str, *words(64), AfterValidator(known_zone)]
    days: Days = (0, 1, 2, 3, 4)
    open: Windows = ((9 * 60, 17 * 60),)
    holidays: Holidays = ()

    @property
    def planned(self) -> Hours:
        """These hours with all their holidays, each once and in order."""
        days_off = tuple(sorted(set(chain(*self.holidays))))
        return Hours(zone=self.zone, days=self.days, open=self.open, holidays=days_off)

    @property
    def weekly_s(self) -> int:
        """Open seconds of a week without holidays."""
        return len(self.days) * sum(end - begin for begin, end in self.open) * 60


class StepForm(Frozen):
    """A further escalation: when, and whom it asks beside those who were asked before."""

    after_s: Duration = Field(alias="after")
    ask: Reviewers


class Sla(Frozen):
    """How long people have: after `expire` the request ends without an approval.

    `remind`, `escalate` and the `further` steps come before it, and each step after the one before.
    A claim lapses after `claim`. An approval is flagged whose result is not told within `result`.
    """

    remind: Annotated[tuple[Duration, ...], Field(max_length=10), AfterValidator(_told_once)] = ()
    escalate: Duration | None = None
    further: Annotated[tuple[StepForm, ...], Field(min_length=1, max_length=10)] | None = None
    expire_s: Duration = Field(default=USUAL_EXPIRY_S, alias="expire")
    claim_s: Duration = Field(default=USUAL_CLAIM_S, alias="claim")
    result_s: Duration | None = Field(default=None, alias="result")
    hours: HoursForm | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.remind) != sorted(self.remind):
            raise ValueError("write `remind` in order, the first reminder first")
        if self.further and self.escalate is None:
            raise ValueError("`further` steps come after `escalate`, the first one; write it too")
        steps = self._steps_s
        if any(former >= latter for former, latter in pairwise(steps)):
            raise ValueError("write `further` in order, each step later than the one before it")
        if any(each >= self.expire_s for each in (*self.remind, *steps)):
            raise ValueError("`remind`, `escalate` and `further` have to come before `expire`")
        return self

    @property
    def _steps_s(self) -> tuple[int, ...]:
        first = () if self.escalate is None else (self.escalate,)
        return (*first, *(step.after_s for step in self.further or ()))

    @model_validator(mode="after")
    def _hours_add_up(self) -> Self:
        if self.hours is not None and self.expire_s > _WEEKS * self.hours.weekly_s:
            weekly = in_words(self.hours.weekly_s)
            raise ValueError(
                f"`hours` are open {weekly} a week, and `expire` ({in_words(self.expire_s)}) "
                "would take more than two years of them; write a shorter `expire`, or longer hours"
            )
        return self
