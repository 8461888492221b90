"""Calls of Slack's Web API: over by a deadline, failing as `SlackAgain` or `SlackNever` alone."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import BoundedSemaphore, Thread
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_sdk.web import SlackResponse

from app.domain.counting import HELD_BACK, LIMITED, named
from app.domain.errors import StoreUnavailable
from app.ports import Pace, SlackAgain, SlackNever

from .answers import Answer, Identity
from .errors import FAILURES, RateLimited, narrowed
from .web import KeptWebClient, end_of_calls, ending_within

_AT_ONCE = 64
"""What may be outliving its deadline at once."""

A = TypeVar("A", bound=Answer)
T = TypeVar("T")


class SlackApi:
    """One token at one Slack; `deadline_s` bounds each call, whatever the other side does.

    Nothing is sent twice: what was not answered may have arrived. What Slack wants to be left alone
    it is left alone, by every process that shares `pace`.
    """

    def __init__(
        self, token: str, base_url: str, deadline_s: float, pace: Pace | None = None
    ) -> None:
        # Below this the SDK logs what it sends and gets: what people ask and answer.
        logging.getLogger("slack_sdk").setLevel(logging.WARNING)
        self._deadline_s = deadline_s
        self._pace = pace
        self._room = BoundedSemaphore(_AT_ONCE)
        self._identity: Identity | None = None
        self.web = KeptWebClient(token, base_url)

    def call(
        self,
        answer: type[A],
        method: Callable[..., SlackResponse],
        where: str | None = None,
        *,
        in_turn: bool = False,
        **args: Any,
    ) -> A:
        """One call of a method of `web`, within the deadline.

        `where` is what Slack limits, the method itself unless given. Who is `in_turn` there has
        just been told that it may be spoken to.
        """
        with ending_within(self._deadline_s):
            return self.step(answer, method, where, in_turn=in_turn, **args)

    def bounded(self, work: Callable[[], T], deadline_s: float | None = None) -> T:
        """Several steps within one deadline: this one, or that of a single call."""
        with ending_within(deadline_s or self._deadline_s):
            return work()

    def outliving(self, work: Callable[[], T]) -> T:
        """Inside of `bounded`, steps whose answer is remembered.

        Once it is late they go on unheard, for as long as a call may take, so that the next try
        finds what they remembered.
        """
        if not self._room.acquire(blocking=False):
            raise SlackAgain("too many calls to Slack are waiting for an answer")
        done: Future[T] = Future()
        # Not a pool, which the end of the process would wait for.
        Thread(target=self._run, args=(work, done), name="slack", daemon=True).start()
        try:
            return done.result(end_of_calls() - time.monotonic())
        except TimeoutError:
            raise SlackAgain("no answer in time") from None

    def _run(self, work: Callable[[], T], done: Future[T]) -> None:
        try:
            done.set_result(self.bounded(work))
        except Exception as error:
            done.set_exception(error)
        finally:
            self._room.release()

    def step(
        self,
        answer: type[A],
        method: Callable[..., SlackResponse],
        where: str | None = None,
        *,
        in_turn: bool = False,
        **args: Any,
    ) -> A:
        """One call inside of `bounded`."""
        called = method.__name__.replace("_", ".")
        place = where or f"slack:{called}"
        if not in_turn:
            self._leave_alone(place, called)
        try:
            data = method(**args).data
        except FAILURES as error:
            raise self._heeded(narrowed(error), place, called) from error
        try:
            return answer.model_validate(data)
        except ValidationError as error:
            raise SlackAgain(f"an answer that is not {answer.__name__}") from error

    def _leave_alone(self, place: str, method: str) -> None:
        """Raises `RateLimited` while Slack wants that."""
        if self._pace is not None and (wait_ms := self._pace.held(place)):
            self._pace.count(named(HELD_BACK, method))
            raise RateLimited("ratelimited", wait_ms / 1000)

    def _heeded(
        self, failed: SlackAgain | SlackNever, place: str, method: str
    ) -> SlackAgain | SlackNever:
        if isinstance(failed, RateLimited) and self._pace is not None:
            self._pace.count(named(LIMITED, method))
            self._pace.hold(place, math.ceil((failed.wait_s or 0) * 1000))
        return failed

    def warm(self) -> None:
        """Learn who we are ahead of the first click, if Slack says so now."""
        with suppress(SlackAgain, SlackNever, StoreUnavailable):
            self.bounded(self.identity)

    def identity(self) -> Identity:
        """Who we are, inside of `bounded`. A token stays one bot's, so it is asked once."""
        return self._identity or self.outliving(self._ask_who_we_are)

    def _ask_who_we_are(self) -> Identity:
        self._identity = self.step(Identity, self.web.auth_test)
        return self._identity
