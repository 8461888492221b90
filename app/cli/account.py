"""Who types, for the record."""

from __future__ import annotations

import getpass
import socket

from app.domain.request import Operator


def account() -> Operator:
    """The account and the machine; a container may have no name for its user."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Operator(account=name, host=socket.gethostname())


def operator() -> str:
    """`operator NAME`, as events name whoever typed."""
    return f"operator {account().account}"
