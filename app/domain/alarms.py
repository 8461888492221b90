"""What the admins of a deployment are told."""

from __future__ import annotations

from policies.plan import Frozen


class Alarm(Frozen):
    """One thing to tell the admins: in words, and the requests that it is about."""

    at_ms: int
    kind: str
    text: str
    ids: tuple[str, ...] = ()
