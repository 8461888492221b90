"""What is called."""

from __future__ import annotations

from tests.integration.receivers import receiver, trust

__all__ = ["receiver", "trust"]
