"""Whatever Slack sends has its effect once, however many copies of it arrive.

A name is taken before anything is done, and noted as done before it is acknowledged. A copy of
what is done is acknowledged and does nothing. A copy of what was begun and never noted (it is under
way, or its process died with it) is not acknowledged: nobody can tell whether it had its effect.
Nothing that was acknowledged is lost by this, since nothing is acknowledged that was not carried
out. Whoever pressed sees that it failed and presses again, which is another request; an event that
was not acknowledged comes again from Slack, with the time and the signature of that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from slack_bolt import BoltResponse

from app.domain.errors import StoreUnavailable
from app.ports import Arrival, Arrivals


def once(
    arrivals: Arrivals, arrival: Arrival, carry_out: Callable[[], BoltResponse]
) -> BoltResponse:
    """The answer to what came: what `carry_out` says, the first time."""
    if arrival.was != "new":
        return BoltResponse(status=200 if arrival.was == "done" else 503)
    answer = carry_out()
    if answer.status < 500:
        with suppress(StoreUnavailable):  # it stands; a copy is only told less
            arrivals.done(arrival.name)
    return answer
