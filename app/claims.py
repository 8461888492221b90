"""How a claim ends: let go when its work is done, set aside when that failed, or handed back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from .domain.errors import RequestNotFound, StoreUnavailable
from .faults import described
from .ports import Claim, Lanes

_log = logging.getLogger("countersign.lanes")

Work = Callable[[Claim], None]


def settle(lanes: Lanes, work: Work, claim: Claim) -> None:
    """One request must never hold up another, so whatever goes wrong sets this one aside."""
    try:
        work(claim)
    except StoreUnavailable:
        raise
    except RequestNotFound:
        lanes.release(claim)
    except Exception as error:
        where = (claim.request_id, claim.lane.value)
        _log.error("%s is set aside in lane %s: %s", *where, described(error))
        lanes.set_aside(claim, type(error).__name__)
    else:
        lanes.release(claim)


def abandon(lanes: Lanes, claims: Sequence[Claim]) -> None:
    """Let go of what may be half done, so that it need not wait for its lease once the store is
    back; as long as that is away its lease is what is left."""
    with suppress(StoreUnavailable):
        for claim in claims:
            lanes.postpone(replace(claim, unfinished=True), 0)
