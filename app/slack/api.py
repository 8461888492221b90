"""Calls of Slack's Web API: over by a deadline, failing as `SlackAgain` or `SlackNever` alone."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from app.ports import SlackAgain

from .answers import Answer, Identity
from .errors import FAILURES, narrowed

_THREADS = 32

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
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="slack")
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
        future = self._pool.submit(work)
        try:
            return future.result(deadline_s or self._deadline_s)
        except TimeoutError:
            future.cancel()
            raise SlackAgain("no answer in time") from None

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

    def identity(self) -> Identity:
        """Who we are, inside of `bounded`. A token stays one bot's, so it is asked once."""
        if self._identity is None:
            self._identity = self.step(Identity, self.web.auth_test)
        return self._identity

    def close(self) -> None:
        """Take no more calls, and wait for none."""
        self._pool.shutdown(wait=False, cancel_futures=True)
