"""Many people, one request: one decision, and everybody else is told who took it."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.faults.lanes import PEOPLE, lanes
from tests.world import APPROVE, REJECT, World, at_once, eventually, pressed

pytestmark = pytest.mark.timeout(300)

REQUESTS = 500
PRESSES = len(PEOPLE)


class Ears:
    """Stands in for Slack's response URLs: what each person was told, by request."""

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


def test_of_eight_reviewers_at_once_one_decides_and_seven_are_told():
    with lanes() as world:
        ears = Ears()
        asked = [world.ask(policy=f"lane{n % 10}", payload={"n": n}) for n in range(REQUESTS)]
        jobs = [
            partial(
                pressed,
                world,
                PEOPLE[press],
                request,
                [APPROVE, REJECT][press % 2],
                f"{ears.url}/{request['id']}",
            )
            for request in asked
            for press in range(PRESSES)
        ]
        # Neighbours stay neighbours: the presses of one request have to meet.
        answers = at_once(jobs, PRESSES)
        assert all(answer["ok"] for answer in answers), [a for a in answers if not a["ok"]][:3]

        def all_told() -> bool:
            return sum(ears.heard.values()) >= REQUESTS * (PRESSES - 1)

        eventually(all_told, 60, "every loser being told")
        assert set(ears.heard.values()) == {PRESSES - 1}
        for request in asked:
            world.delivered(request["id"])
        assert _decisions_of(world, asked) == {1}
        ears.server.shutdown()
        ears.server.server_close()


def _decisions_of(world: World, asked: list[dict[str, Any]]) -> set[int]:
    """How often each of a sample was decided, and that its callback agrees with its record."""
    counts = set()
    for request in random.sample(asked, 50):
        found = world.get(request["id"])
        [callback] = world.receiver.of(request["id"])
        assert callback["data"]["status"] == found["status"]
        trail = json.dumps(world.web.get(f"/v1/requests/{request['id']}/events").json())
        counts.add(trail.count('"request.decided"'))
    return counts
