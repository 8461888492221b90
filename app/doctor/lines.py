"""What the doctor says: one line of each check, with what to do where something is to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from app.domain.errors import CountersignError
from app.domain.refusals import BY_HAND
from app.ports import SlackAgain, SlackNever

AT_ONCE = 8
"""Checks that run at a time: Slack limits methods, not conversations."""

_ADVICE = {
    "plan_upgrade_required": "User groups need a paid plan of Slack; name people in the policy."
}
"""What to do about what Slack refuses for good, where its code does not say."""

Level = Literal["ok", "note", "mend"]


@dataclass(frozen=True)
class Line:
    """What was found about one thing. `advice` is what to do about it, where there is something."""

    about: str
    level: Level
    words: str
    advice: str | None = None


@dataclass(frozen=True)
class Check:
    """One thing to look at, whatever comes of it."""

    about: str
    look: Callable[[], Line | Iterable[Line]]


def ok(about: str, words: str) -> Line:
    return Line(about, "ok", words)


def note(about: str, words: str, advice: str | None = None) -> Line:
    """Something to know, that keeps nothing from working."""
    return Line(about, "note", words, advice)


def mend(about: str, words: str, advice: str) -> Line:
    return Line(about, "mend", words, advice)


def looked_at(checks: Sequence[Check], until: float) -> Iterator[Line]:
    """The lines of these checks in their order, made side by side, until that moment (monotonic).

    A check that fails is a line, not an error.
    """
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="doctor")
    begun = [(check, pool.submit(_lines, check)) for check in checks]
    try:
        for check, future in begun:
            yield from _in_time(check, future, until)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_time(check: Check, future: Future[list[Line]], until: float) -> list[Line]:
    try:
        return future.result(max(0.0, until - monotonic()))
    except OutOfTime:
        words = "Not looked at: the time for the whole run was over."
        return [mend(check.about, words, "Run this again; what was slow is above.")]


def _lines(check: Check) -> list[Line]:
    try:
        found = check.look()
        return [found] if isinstance(found, Line) else list(found)
    except SlackAgain as again:
        return [_not_now(check.about, again)]
    except SlackNever as never:
        advice = _ADVICE.get(never.problem, f"Look up `{never.problem}` at docs.slack.dev.")
        return [mend(check.about, f"Slack refused to say ({never.problem}).", advice)]
    except CountersignError as error:
        return [mend(check.about, error.message, error.advice or "See the log of the processes.")]


def _not_now(about: str, again: SlackAgain) -> Line:
    if again.wait_s is not None:
        words = f"Not looked at: Slack wants to be left alone for {again.wait_s:.0f} s."
        return mend(about, words, "Run this again after that.")
    words = f"Slack could not be asked ({again.problem})."
    if again.problem in BY_HAND:
        return mend(about, words, "See what is said of token and scopes above.")
    return mend(about, words, "See status.slack.com and SLACK_API_URL, and run this again.")
