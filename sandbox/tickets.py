"""What Slack hands out for a while with an interaction: trigger ids and response URLs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sandbox.wire import JsonObject, SlackError
from sandbox.workspace import Clock

TRIGGER_MS = 3_000
RESPONSE_URL_MS = 30 * 60 * 1000
RESPONSE_URL_USES = 5
KEPT = 20_000  # tickets; beyond it the oldest is forgotten


@dataclass
class Ticket:
    """Leave to open a modal (one use) or, with a `channel`, to answer there (five uses)."""

    user: str
    issued_ms: int
    view_id: str | None = None  # the modal that the trigger comes from
    channel: str | None = None
    origin: JsonObject | None = None  # the message that was clicked
    uses: int = 0


class Tickets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: dict[str, Ticket] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        ticket = Ticket(user, self._clock(), view_id=view_id)
        return self._keep(f"{ticket.issued_ms}.7701.{secrets.token_hex(16)}", ticket)

    def response_token(self, user: str, channel: str, origin: JsonObject | None = None) -> str:
        ticket = Ticket(user, self._clock(), channel=channel, origin=origin)
        return self._keep(secrets.token_urlsafe(18), ticket)

    def exchange(self, trigger_id: str) -> Ticket:
        """Uses a trigger up; SlackError when it is unknown, used already or older than 3 s."""
        ticket = self._tickets.get(trigger_id)
        if ticket is None or ticket.channel is not None:
            raise SlackError("invalid_trigger_id")
        if ticket.uses:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - ticket.issued_ms > TRIGGER_MS:
            raise SlackError("expired_trigger_id")
        ticket.uses = 1
        return ticket

    def response(self, token: str) -> Ticket:
        """A response URL that may still be used; counting its use is the caller's."""
        ticket = self._tickets.get(token)
        if ticket is None or ticket.channel is None:
            raise SlackError("invalid_url")
        if self._clock() - ticket.issued_ms > RESPONSE_URL_MS:
            raise SlackError("expired_url")
        if ticket.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        return ticket

    def _keep(self, name: str, ticket: Ticket) -> str:
        self._tickets[name] = ticket
        if len(self._tickets) > KEPT:
            del self._tickets[next(iter(self._tickets))]
        return name
