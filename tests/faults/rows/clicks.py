"""Many people, one request; one click, many times; and clicks while a request ends."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.faults.account import settled
from tests.faults.lanes import LANES, PEOPLE, ask_in_lane, lanes
from tests.faults.press import Presser
from tests.faults.table import Outcome, row
from tests.world import APPROVE, REJECT, at_once, eventually, running_with

ANA = PEOPLE[0]


@row(
    "8 reviewers at once, opposite buttons",
    "one decides, the callback is of that one, the others are told who it was",
    full=2_000,
    small=30,
)
def opposite(requests: int) -> Outcome:
    with lanes() as world, _ears() as ears:
        presser = Presser(world)
        asked = at_once([partial(ask_in_lane, world, n) for n in range(requests)], 8)
        jobs = [
            partial(
                presser.press,
                person,
                request,
                [APPROVE, REJECT][place % 2],
                f"{ears.url}/{request['id']}",
            )
            for request in asked
            for place, person in enumerate(PEOPLE)
        ]
        # Neighbours stay neighbours: the presses of one request have to meet.
        refused = [status for status in at_once(jobs, len(PEOPLE)) if status != 200]
        losers = requests * (len(PEOPLE) - 1)
        eventually(lambda: ears.heard.total() >= losers or None, 60, "every loser being told")
        account = settled(world, asked)
        presser.close()
    return Outcome(
        f"{requests:,} requests, {len(jobs):,} presses",
        lost=len(account.lost) + len(refused),
        doubled=len(account.doubled),
        seen=f"{ears.heard.total():,} of {losers:,} who came too late were told",
    )


@row(
    "each click delivered five times, side by side",
    "it counts once",
    full=2_000,
    small=30,
)
def again(requests: int) -> Outcome:
    with lanes() as world:
        presser = Presser(world)
        asked = at_once([partial(ask_in_lane, world, n) for n in range(requests)], 8)
        clicks = [presser.signed(ANA, request, APPROVE) for request in asked]
        sent = at_once([partial(presser.send, one) for one in clicks for _ in range(5)], 10)
        statuses = [sent[at : at + 5] for at in range(0, len(sent), 5)]
        account = settled(world, asked)
        presser.close()
    return Outcome(
        f"{requests:,} clicks, {len(sent):,} deliveries of the very same bytes",
        lost=len(account.lost) + sum(200 not in five for five in statuses),
        doubled=len(account.doubled),
        seen=f"{sent.count(503):,} came while the first was at it, and were turned away with 503",
    )


_BRIEF = """\
policy: brief{n}
review:
  channel: "#approvals"
  reviewers: [{ana}]
  sla: {{expire: 1h}}
"""
_CLOSE_S = 0.05


@row(
    "clicks around expiry",
    "approved before it or expired after it, never both, never late",
    full=10_000,
    small=80,
)
def expiry(trials: int) -> Outcome:
    """The hour of each is brought forward in the store: a policy allows no less than a minute."""
    files = {f"brief{n}": _BRIEF.format(n=n, ana=ANA) for n in range(LANES)}
    with running_with(files) as world:
        presser, close = Presser(world), Counter[bool]()

        def trial(n: int) -> dict[str, Any]:
            request = world.ask(policy=f"brief{n % LANES}", payload={"n": n})
            world.its_hour_has_come(request["id"], "expires_ms", in_ms=2_000)
            request = world.get(request["id"])
            ends = datetime.fromisoformat(request["expires_at"]).timestamp()
            # Some of those that press side by side are early and some are late.
            at = ends + random.uniform(-1.0, 0.3)
            time.sleep(max(0.0, at - time.time()))
            close[abs(time.time() - ends) < _CLOSE_S] += 1
            presser.press(ANA, request, APPROVE)
            return request

        asked = at_once([partial(trial, n) for n in range(trials)], 250)
        account = settled(world, asked)
        found = at_once([partial(world.get, one["id"]) for one in asked], 8)
        presser.close()
    approved = [one for one in found if one["status"] == "approved"]
    late = [one for one in approved if one["decision"]["at"] > one["expires_at"]]
    return Outcome(
        f"{trials:,} trials, {close[True]:,} presses within 50 ms of the end",
        lost=len(account.lost),
        doubled=len(account.doubled),
        let_in=len(late),
        seen=f"{len(approved):,} were approved in time, {trials - len(approved):,} expired",
    )


class _Ears:
    """Stands in for Slack's response URLs: what people were told, by request."""

    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()
        ears = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if " already " in json.dumps(told):
                    ears.heard[self.path.strip("/")] += 1
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def _ears() -> Iterator[_Ears]:
    ears = _Ears()
    try:
        yield ears
    finally:
        ears.server.shutdown()
        ears.server.server_close()
