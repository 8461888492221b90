"""Break-glass: deciding with the store alone, while Slack can't be reached."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from .changes import change
from .domain.commands import Override
from .domain.ending import already_decided, undecided
from .domain.errors import RequestNotFound
from .domain.request import Request
from .ports import RequestStore

_log = logging.getLogger("countersign.break_glass")


@dataclass(frozen=True)
class BreakGlass:
    """What `countersign decide` does. Nothing here asks Slack, nor a web process."""

    store: RequestStore

    def look(self, request_id: str) -> Request:
        """A request that can still be decided.

        Raises `RequestNotFound`, `RequestUnreadable`, `AlreadyDecided`, `RequestExpired`.
        """
        loaded = self.store.load(request_id)
        if not loaded.request.pending:
            raise already_decided(loaded.request)
        undecided(loaded.request, loaded.now)
        return loaded.request

    def rehearse(self, request_id: str, command: Override) -> None:
        """Raises what `decide` would, and decides nothing."""
        change(self.store, request_id, command.model_copy(update={"rehearsal": True}))

    def decide(self, request_id: str, command: Override) -> Request:
        """The decision, on record and in the log.

        The alarm for the admins is in the same commit. Raises what `look` raises, and
        `RequesterCannotDecide`, `RequesterUnknown`, `DigestMismatch`, `CommentRequired`,
        `OutcomeNotOffered`.
        """
        request = change(self.store, request_id, command)
        if request is None:
            raise RequestNotFound("There is no such request.", "Check the id.")
        where = (command.operator.in_words, request_id, request.state.status.value)
        _log.error("break-glass by %s: %s is %s, without Slack", *where)
        return request
