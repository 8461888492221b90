"""Who types, for the record."""

from __future__ import annotations

import getpass
import socket

from app.domain.request import Operator


def operator() -> Operator:
    """The account and the machine; a container may have no name for its user."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unknown"
    return Operator(account=account, host=socket.gethostname())
