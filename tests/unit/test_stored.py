"""How a request lies in the store: whatever became of it comes back as it was."""

from __future__ import annotations

from hypothesis import settings

from app.domain.request import Request
from app.domain.transition import Transition
from app.store.documents import FIELDS, read, stored_fields
from tests.unit.domain.test_state_machine import Life


class Stored(Life):
    """A life in which each next state goes through the store's own form."""

    def check(self, before: Request, transition: Transition) -> None:
        super().check(before, transition)
        stored = stored_fields(self.request, new=True)
        assert read([_bytes(stored[name]) for name in FIELDS]) == self.request


def _bytes(value: str | bytes) -> bytes:
    """As the server has it."""
    return value if isinstance(value, bytes) else value.encode()


TestStored = Stored.TestCase
TestStored.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
