"""Calls of Slack's Web API: over by a deadline, failing as `SlackAgain` or `SlackNever` alone."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import BoundedSemaphore, Thread
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from app.ports import SlackAgain, SlackNever

from .answers import Answer, Identity
from .errors import FAILURES, narrowed

_AT_ONCE = 64
"""Calls that may be open at once, those included that were left behind."""

A = TypeVar("A", bound=Answer)
T = TypeVar("T")


class SlackApi:
    """One token at one Slack; `deadline_s` bounds each call, whatever the other side does.

    A socket's time-out starts anew with each byte, so calls run on threads of their own and are
    left behind when time is up. The SDK's retries are off: they send a message twice (FACTS.md).
    """

    def __init__(self, token: str, base_url: str, deadline_s: float) -> None:
        # Below this the SDK logs what it sends and gets: what people ask and answer.
        logging.getLogger("slack_sdk").setLevel(logging.WARNING)
        self._deadline_s = deadline_s
        self._room = BoundedSemaphore(_AT_ONCE)
        self._identity: Identity | None = None
        self.web = WebClient(
            token=token, base_url=base_url, timeout=math.ceil(deadline_s), retry_handlers=[]
        )

    def call(self, answer: type[A], method: Callable[..., SlackResponse], **args: Any) -> A:
        """One call of a method of `web`, within the deadline."""
        return self.bounded(lambda: self.step(answer, method, **args))

    def bounded(self, work: Callable[[], T], deadline_s: float | None = None) -> T:
        """Several steps within one deadline: this one, or that of a single call.

        What is late goes on unheard, so that what it puts into a cache helps the next try.
        """
        if not self._room.acquire(blocking=False):
            raise SlackAgain("too many calls to Slack are waiting for an answer")
        done: Future[T] = Future()
        # Not a pool: what Slack never answers must hold up neither the next call nor the end of
        # the process, which waits for the threads of a pool.
        Thread(target=self._run, args=(work, done), name="slack", daemon=True).start()
        try:
            return done.result(deadline_s or self._deadline_s)
        except TimeoutError:
            raise SlackAgain("no answer in time") from None

    def _run(self, work: Callable[[], T], done: Future[T]) -> None:
        try:
            done.set_result(work())
        except Exception as error:
            done.set_exception(error)
        finally:
            self._room.release()

    def step(self, answer: type[A], method: Callable[..., SlackResponse], **args: Any) -> A:
        """One call inside of `bounded`."""
        try:
            data = method(**args).data
        except FAILURES as error:
            raise narrowed(error) from error
        try:
            return answer.model_validate(data)
        except ValidationError as error:
            raise SlackAgain(f"an answer that is not {answer.__name__}") from error

    def warm(self) -> None:
        """Learn who we are ahead of the first click, if Slack says so now."""
        with suppress(SlackAgain, SlackNever):
            self.bounded(self.identity)

    def identity(self) -> Identity:
        """Who we are, inside of `bounded`. A token stays one bot's, so it is asked once."""
        if self._identity is None:
            self._identity = self.step(Identity, self.web.auth_test)
        return self._identity
