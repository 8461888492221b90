"""Answers to the one who pressed, off the path of the acknowledgement: best effort, and bounded."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env

from app.outgoing.client import Origin
from app.ports import SlackAgain, SlackNever

from .answers import Done
from .api import SlackApi
from .blocks.text import Message
from .errors import FAILURES
from .network import SlackNetwork
from .web import JSON, json_body

_log = logging.getLogger("countersign.slack")

_THREADS, _WAITING = 8, 200
_WITHIN_S = 5


class Replies:
    """Messages for one person, and views. What is too much at once is dropped and logged."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="slack-reply")
        self._room = threading.BoundedSemaphore(_WAITING)
        self._network = SlackNetwork(load_http_proxy_from_env())

    def tell(self, response_url: str | None, message: Message, *, in_place: bool = False) -> None:
        """Say it to the one who pressed, and nobody else, as soon as a thread is free.

        `in_place` of the message in which they pressed, which has to be for them alone.
        """
        if response_url is not None:
            self._soon(lambda: self._send(response_url, message, in_place))

    def write(self, api: SlackApi, user_id: str, message: Message) -> None:
        """A direct message to somebody, as soon as a thread is free."""
        self._soon(lambda: self._post(api, user_id, message))

    def show(self, api: SlackApi, view_id: str, view: dict[str, Any]) -> None:
        """Put a view in the place of an open modal, as soon as a thread is free."""
        self._soon(lambda: self._update(api, view_id, view))

    def _soon(self, work: Callable[[], None]) -> None:
        if not self._room.acquire(blocking=False):
            _log.warning("an answer to a click was dropped: %d are waiting", _WAITING)
            return
        try:
            self.executor.submit(self._work, work)
        except RuntimeError:  # the process is stopping
            self._room.release()

    def close(self) -> None:
        """Send what is waiting, and take no more."""
        self.executor.shutdown()

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except FAILURES as error:
            _log.warning("an answer to a click got lost: %s", type(error).__name__)
        except (SlackAgain, SlackNever) as error:
            _log.warning("an answer to a click got lost: %s", error)
        finally:
            self._room.release()

    def _post(self, api: SlackApi, user_id: str, message: Message) -> None:
        post = api.web.chat_postMessage
        api.call(Done, post, channel=user_id, text=message.text, blocks=message.blocks)

    def _update(self, api: SlackApi, view_id: str, view: dict[str, Any]) -> None:
        api.call(Done, api.web.views_update, view_id=view_id, view=view)

    def _send(self, response_url: str, message: Message, in_place: bool) -> None:
        said = {
            "text": message.text,
            "blocks": message.blocks,
            "response_type": "ephemeral",
            "replace_original": in_place,
        }
        headers = {"user-agent": "Countersign", "content-type": JSON}
        until = time.monotonic() + _WITHIN_S
        answer = self._network.post(*Origin.of(response_url), headers, json_body(said), until)
        if answer.status != 200:
            _log.warning("an answer to a click was refused: HTTP %d", answer.status)
