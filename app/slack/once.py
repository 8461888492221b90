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
from app.ports import Arrivals


def once(arrivals: Arrivals, name: str, carry_out: Callable[[], BoltResponse]) -> BoltResponse:
    """The answer to what goes by this name: what `carry_out` says, the first time.

    Raises `StoreUnavailable`, before anything is done: without a store nothing gets in.
    """
    came = arrivals.begin(name)
    if came != "new":
        return BoltResponse(status=200 if came == "done" else 503)
    answer = carry_out()
    if answer.status < 500:
        with suppress(StoreUnavailable):  # it stands; a copy is only told less
            arrivals.done(name)
    return answer
