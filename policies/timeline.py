"""The timeline of a request that nobody answers: who is asked when, where, and what comes of it.

Pure. It says of the plan what app/domain/timing.py and slack_steps.py do with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from policies.atoms import is_group
from policies.calendar import hours_in_words, in_words
from policies.hours import later
from policies.plan import Escalation, Frozen, Hours, ReviewPlan, Route, Stage, Watch
from policies.wording import listing

OPEN_TIME = " of open time"
"""How durations end that run in working hours alone."""

_DECIDED = {Route.APPROVE: "it is approved", Route.REJECT: "it is rejected"}


class Moment(Frozen):
    """What happens, and how long after the request is shown, or after its watch was stopped.

    `after` says the same in words. `at` is the instant, in the zone of the plan's hours or else in
    UTC; None where it was not asked for, and where it hangs on when somebody presses Stop.
    """

    after_s: int
    after: str
    since: Literal["shown", "stopped"]
    at: datetime | None
    what: str


class _Clock(NamedTuple):
    """From when durations run, and in which hours; None for always."""

    start: datetime | None
    hours: Hours | None
    since: Literal["shown", "stopped"] = "shown"

    def moment(self, after_s: int, what: str) -> Moment:
        return Moment(
            after_s=after_s,
            after=self._after(after_s),
            since=self.since,
            at=self._at(after_s),
            what=what,
        )

    def _after(self, after_s: int) -> str:
        if after_s == 0:
            return "at once"
        if self.hours is None:
            return in_words(after_s)
        return f"{hours_in_words(after_s)}{OPEN_TIME}"

    def _at(self, after_s: int) -> datetime | None:
        if self.start is None or after_s == 0:
            return self.start
        start_ms = round(self.start.timestamp() * 1000)
        instant = later(start_ms, after_s, self.hours) / 1000
        return datetime.fromtimestamp(instant, self.start.tzinfo)


def timeline(route: Route, plan: ReviewPlan | None, at: datetime | None) -> tuple[Moment, ...]:
    """All that happens to a request which is opened `at` some time, as long as nobody answers.

    Then all that happens once somebody stops it, where it is watched.
    """
    if plan is None:
        what = f"{_DECIDED[route]} by the policy, and nobody is asked"
        return (_Clock(_placed(at, None), None).moment(0, what),)
    start = _placed(at, plan.hours)
    if plan.watch is None:
        return tuple(_review(plan, _Clock(start, plan.hours)))
    return tuple(_watch(plan, plan.watch, _Clock(start, None)))


def _placed(at: datetime | None, hours: Hours | None) -> datetime | None:
    if at is None:
        return None
    zone = UTC if hours is None else ZoneInfo(hours.zone)
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


def _watch(plan: ReviewPlan, watch: Watch, clock: _Clock) -> Iterator[Moment]:
    yield clock.moment(0, f"shown {_where(plan)} to {listing(plan.reviewers)}, who can stop it")
    went = "nobody stopped it: it goes ahead, approved by the policy"
    yield clock.moment(watch.for_s, went)
    stopped = _Clock(None, plan.hours, "stopped")
    if watch.stop is Route.REVIEW:
        yield from _review(plan, stopped)
    else:
        yield stopped.moment(0, "it is rejected, and the workflow is told that the answer is no")


def _review(plan: ReviewPlan, clock: _Clock) -> Iterator[Moment]:
    yield clock.moment(0, f"asked {_where(plan)}: {_stages(plan)}")
    moments = [clock.moment(s, _reminder(plan, n)) for n, s in enumerate(plan.remind_s, start=1)]
    moments += [clock.moment(step.after_s, _escalation(plan, step)) for step in plan.escalations]
    yield from sorted(moments, key=lambda one: one.after_s)
    yield clock.moment(plan.expire_s, "it expires: not approved, and the workflow is told")


def _where(plan: ReviewPlan) -> str:
    return "by direct message" if plan.channel is None else f"in {plan.channel}"


def _stages(plan: ReviewPlan) -> str:
    """Who is asked, and who would be next, which nobody is as long as the first ones wait."""
    first, *others = (_asked(plan, stage) for stage in plan.stages)
    if not others:
        return first
    following = "; then ".join(others)
    return f"{first}. Once they have approved: {following}. The clock is not restarted"


def _asked(plan: ReviewPlan, stage: Stage) -> str:
    named, label = listing(stage.reviewers), f"{stage.name}, " if stage.name else ""
    if stage.assign == "everyone":
        return f"{label}{named}, {_need(stage)}"
    fewest = "the one" if stage.quorum == 1 else f"the {stage.quorum}"
    chosen = f"{label}{fewest} of {named} with the fewest open requests"
    return f"{chosen}; the others may decide too{_full(plan)}"


def _need(stage: Stage) -> str:
    if stage.quorum > 1:
        return f"{stage.quorum} of whom have to approve"
    return "who has to approve" if _is_one(stage.reviewers) else "one of whom has to approve"


def _full(plan: ReviewPlan) -> str:
    if plan.cap is None:
        return ""
    be = "is" if _is_one(plan.overflow) else "are"
    instead = f"{listing(plan.overflow)} {be}" if plan.overflow else "everybody is"
    full = f"; nobody is chosen who has {plan.cap} open already"
    return f"{full}, and once too few are left {instead} asked too"


def _reminder(plan: ReviewPlan, number: int) -> str:
    if plan.channel is None:
        return "a reply to each direct message says that it still waits"
    said = "a reply in the thread mentions those who are still to decide"
    return f"{said}, and each gets a card by direct message" if number == 2 else said


def _escalation(plan: ReviewPlan, step: Escalation) -> str:
    be = "is" if _is_one(step.ask) else "are"
    seen = "" if plan.channel is None else f" and with a reply that all of {plan.channel} sees"
    how = f"by direct message{seen}"
    return f"{listing(step.ask)} {be} asked too, {how}, and may decide from then on"


def _is_one(refs: tuple[str, ...]) -> bool:
    return len(refs) == 1 and not is_group(refs[0])
