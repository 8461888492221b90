"""Who types, for the record."""

from __future__ import annotations

import getpass


def operator() -> str:
    """`operator NAME`, by the account; a container may have no name for its user."""
    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):
        return "operator unknown"
