"""Socket Mode: the same listeners over a connection that we open, where Slack can't reach us."""

from __future__ import annotations

import logging
import threading
from time import time

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import send_response
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from app.domain.errors import StoreUnavailable
from app.ports import Arrivals

from . import payloads
from .bolt import bolt_request
from .errors import FAILURES, narrowed
from .once import once

_log = logging.getLogger("countersign.slack")


_PAUSE_S = 5.0
"""Between two tries to connect for the first time; later the SDK sees to it."""


class SlackSocket:
    """A connection to Slack. While there is none everything but clicks goes on."""

    def __init__(self, app: App, app_token: str, arrivals: Arrivals) -> None:
        self._app = app
        self._token = app_token
        self._arrivals = arrivals
        self._handler: _Handler | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Connect, in the background and for as long as it takes."""
        threading.Thread(target=self._connect, name="slack-socket", daemon=True).start()

    def stop(self) -> None:
        """Disconnect; what is being answered is finished."""
        self._stopped.set()
        if self._handler is not None:
            self._handler.client.close()

    def _connect(self) -> None:
        while not self._stopped.is_set():
            handler = _Handler(self._app, self._token)
            handler.arrivals = self._arrivals
            try:
                handler.client.connect()
            except FAILURES as error:
                handler.client.close()
                _log.error("no connection to Slack, so no clicks: %s", narrowed(error).problem)
                self._stopped.wait(_PAUSE_S)
            else:
                self._handler = handler
                _log.info("connected to Slack")
                if self._stopped.is_set():
                    handler.client.close()
                return


class _Handler(SocketModeHandler):
    """Bolt's, with payloads checked as they are over HTTP, and no envelope opened twice."""

    arrivals: Arrivals

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        started = time()
        try:
            payload = payloads.checked(req.payload)
        except ValueError:
            _log.warning("an envelope of a kind that this app does not take (%s)", req.type)
            client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
            return

        def carry_out() -> BoltResponse:
            return self.app.dispatch(bolt_request(payload))

        try:
            arrival = self.arrivals.begin(f"envelope:{req.envelope_id}")
            answer = once(self.arrivals, arrival, carry_out)
        except StoreUnavailable:
            _log.error("an envelope is not acknowledged: the store can't be reached")
            return
        send_response(client, req, answer, started)
