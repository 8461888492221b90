"""An unexpected error for a log: its kind and where it happened, never its text."""

from __future__ import annotations

import traceback


def described(error: BaseException) -> str:
    """Kind and frames of an error; its message may quote what somebody sent, so it is left out."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__qualname__}\n{frames}"
