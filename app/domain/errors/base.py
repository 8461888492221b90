"""What every refusal has."""

from __future__ import annotations

from typing import ClassVar


class CountersignError(Exception):
    """A refusal: `code` is stable, `message` says what is wrong, `advice` what to do about it."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
