"""What changes while people decide: the policies, who they are, how much comes at once."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.account import cards, settled
from tests.faults.press import Presser
from tests.faults.table import Outcome, row
from tests.world import (
    ANA,
    APPROVE,
    BEN,
    World,
    at_once,
    eventually,
    running,
    running_with,
)

_QUORUM = """\
policy: payout
review: {{channel: "#approvals", reviewers: [{people}], quorum: {quorum}}}
"""
_ONE = """\
policy: flood
review: {channel: "#flood", reviewers: [U0ANA00001]}
"""


@row(
    "the policy reloaded during votes",
    "each request is decided by the quorum that it was opened under",
    full=1_000,
    small=20,
)
def reloaded(requests: int) -> Outcome:
    """Between two quorums, with a reload before every tenth request, and one vote on each side."""
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        _write(folder, 1)
        with running(policies=(), COUNTERSIGN_POLICY_DIR=folder) as world:
            presser, quorums, asked = Presser(world), dict[str, int](), list[dict[str, Any]]()
            for n in range(requests):
                if n % 10 == 0:
                    quorum = 2 - n // 10 % 2
                    _reload(world, folder, quorum)
                asked.append(world.ask(policy="payout", payload={"n": n}))
                quorums[asked[-1]["policy_hash"]] = quorum
                presser.press(ANA, asked[max(0, n - 5)], APPROVE)
                presser.press(BEN, asked[max(0, n - 15)], APPROVE)
            for person in (ANA, BEN):
                at_once([partial(presser.press, person, one, APPROVE) for one in asked], 8)
            account = settled(world, asked)
            found = at_once([partial(world.get, one["id"]) for one in asked], 8)
            presser.close()
    wrong = [
        one["id"] for one in found if len(one["decision"]["by"]) != quorums[one["policy_hash"]]
    ]
    return Outcome(
        f"{requests:,} requests, {requests // 10} reloads, two policies",
        lost=len(account.lost),
        doubled=len(account.doubled),
        let_in=len(wrong),
    )


def _write(folder: str, quorum: int) -> None:
    text = _QUORUM.format(people=", ".join((ANA, BEN)), quorum=quorum)
    (Path(folder) / "payout.yaml").write_text(text)


def _reload(world: World, folder: str, quorum: int) -> None:
    """The file changes, and web is told to read it; the next request is under the new one."""
    before = _reloads(world)
    _write(folder, quorum)
    pid = world.process("web").pid
    assert pid is not None
    os.kill(pid, signal.SIGHUP)
    eventually(lambda: _reloads(world) != before, 30, "the reload")


def _reloads(world: World) -> Any:
    return world.web.get("/readyz").json()["policies"]


@row(
    "1,000 requests for one reviewer in a minute",
    "all are shown within Slack's rate, none twice, and no 429 is earned",
    full=1_000,
    small=60,
)
def flood(requests: int) -> Outcome:
    with running_with({"flood": _ONE}) as world:
        world.slack.post("/api/channels", json={"name": "flood"}).raise_for_status()
        began = time.monotonic()
        asked = at_once(
            [partial(world.ask, policy="flood", payload={"n": n}) for n in range(requests)], 8
        )
        ids = [one["id"] for one in asked]
        eventually(lambda: all(cards(world, [ANA])[one] for one in ids), 300, "all being shown")
        took = time.monotonic() - began
        shown, calls = cards(world, [ANA]), world.slack.get("/api/calls").json()
        earned = sum(call.get("error") == "ratelimited" for call in calls)
        posts = sum(call["method"] == "chat.postMessage" for call in calls)
        presser = Presser(world)
        at_once([partial(presser.press, ANA, one, APPROVE) for one in asked], 8)
        account = settled(world, asked)
        presser.close()
    return Outcome(
        f"{requests:,} requests shown in {posts} messages",
        lost=len(account.lost) + earned,
        doubled=len(account.doubled) + sum(shown[one] > 1 for one in ids),
        seen=f"{earned} 429s earned; all shown after {took:,.0f} s",
    )


@row(
    "a reviewer deactivated between post and click",
    "the click is refused at the moment of deciding",
    full=200,
    small=5,
)
def deactivated(clicks: int) -> Outcome:
    """The directory may be a minute old; so each is another person, whom nobody looked up yet."""
    people = [f"U0NEW{n:05}" for n in range(clicks)]
    groups = [people[at : at + _ASKED] for at in range(0, clicks, _ASKED)]
    files = {f"group{n}": _GROUP.format(n=n, people=", ".join(g)) for n, g in enumerate(groups)}
    let_in = lost = 0
    with running_with(files) as world:
        presser = Presser(world)
        for n, group in enumerate(groups):
            request = world.ask(policy=f"group{n}", payload={})
            world.card(request["id"])
            for person in group:
                joins = {"name": person.lower(), "deleted": False}
                world.slack.post(f"/api/users/{person}", json=joins).raise_for_status()
                leaves = world.slack.post(f"/api/users/{person}", json={"deleted": True})
                leaves.raise_for_status()
                presser.press(person, request, APPROVE)
            let_in += world.get(request["id"])["status"] != "pending"
            presser.press(BEN, request, APPROVE)
            lost += world.get(request["id"])["status"] != "approved"
        presser.close()
    return Outcome(
        f"{clicks} people, one click each",
        lost=lost,
        let_in=let_in,
        seen="a reviewer who is still there decides",
    )


_ASKED = 40
_GROUP = """\
policy: group{n}
review: {{channel: "#approvals", reviewers: [U0BEN00001, {people}]}}
"""


_EDITABLE = """\
policy: edited
inputs:
  amount: {{type: number, minimum: 0, label: Amount, editable: true}}
review: {{channel: "#approvals", reviewers: [{people}], quorum: 2}}
"""


@row(
    "the payload edited between show and click",
    "a press on what was shown before is refused; what is approved is what both saw",
    full=100,
    small=2,
)
def edited(trials: int) -> Outcome:
    """Ana approves 50 in place of 120 while Ben presses on 120; he sees 50, and presses again."""
    with running_with({"edited": _EDITABLE.format(people=", ".join((ANA, BEN)))}) as world:
        presser, stale, asked = Presser(world), 0, list[dict[str, Any]]()
        for _ in range(trials):
            request = world.ask(policy="edited", payload={"amount": 120})
            asked.append(request)
            assert world.choose(ANA, world.card(request["id"]), "Approve with edits …")["ok"]
            assert world.fill_in(ANA, "50", "Only 50.")["ok"]
            presser.press(BEN, request, APPROVE)
            stale += world.get(request["id"])["status"] != "pending"
            presser.press(BEN, world.get(request["id"]), APPROVE)
        account = settled(world, asked)
        found = [world.get(one["id"]) for one in asked]
        presser.close()
    unseen = [one for one in found if one["decision"]["payload"] != {"amount": 50}]
    return Outcome(
        f"{trials} edits, each with a press on what was shown before it",
        lost=len(account.lost),
        doubled=len(account.doubled),
        let_in=stale + len(unseen),
    )
