"""Answers to the one who pressed, off the path of the acknowledgement: best effort, and bounded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from slack_sdk.webhook import WebhookClient

from app.ports import SlackAgain, SlackNever

from .blocks.text import Message
from .errors import FAILURES

_log = logging.getLogger("countersign.slack")

_THREADS, _WAITING = 8, 200
_TIMEOUT_S = 5


class Replies:
    """Ephemeral messages by response_url. What is too much at once is dropped and logged."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="slack-reply")
        self._room = threading.BoundedSemaphore(_WAITING)

    def tell(self, response_url: str | None, message: Message) -> None:
        """Say it to the one who pressed, and nobody else, as soon as a thread is free."""
        if response_url is not None:
            self.run(lambda: _answer(response_url, message))

    def run(self, send: Callable[[], None]) -> None:
        """Send something, as soon as a thread is free; what fails is logged."""
        if not self._room.acquire(blocking=False):
            _log.warning("an answer to a click was dropped: %d are waiting", _WAITING)
            return
        try:
            self.executor.submit(self._send, send)
        except RuntimeError:  # the process is stopping
            self._room.release()

    def close(self) -> None:
        """Send what is waiting, and take no more."""
        self.executor.shutdown()

    def _send(self, send: Callable[[], None]) -> None:
        try:
            send()
        except (*FAILURES, SlackAgain, SlackNever) as error:
            _log.warning("an answer to a click got lost: %s", type(error).__name__)
        finally:
            self._room.release()


def _answer(response_url: str, message: Message) -> None:
    webhook = WebhookClient(response_url, timeout=_TIMEOUT_S, retry_handlers=[])
    answer = webhook.send(
        text=message.text,
        blocks=message.blocks,
        response_type="ephemeral",
        replace_original=False,
    )
    if answer.status_code != 200:
        _log.warning("an answer to a click was refused: HTTP %d", answer.status_code)
