"""Whether this deployment can do its work: what `/readyz` and `/metrics` tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from .domain.due import Lane
from .domain.message import iso
from .ports import CLOCK, Figures, Gate, Inspection, Pulse, StoreHealth, Token, Tokens, worker_of

CLOCK_LATE_MS, WORKER_LATE_MS = 15_000, 90_000
"""Without a beat for so long the clock stands still, or a lane has no worker. A clock beats every
five seconds; a worker may be at one thing for a minute."""


@dataclass(frozen=True)
class DeploymentHealth:
    """The store, the processes beside this one, our token at Slack, a pause, the policies here.

    Only a store that is away or unfit makes this process not ready. With the rest amiss requests
    are still taken in and nothing is lost, so taking the process out of service would make it
    worse: it is told under `degraded`, in words.
    """

    store: StoreHealth
    pulse: Pulse
    tokens: Tokens
    gate: Gate
    inspection: Inspection
    policies: Callable[[], JsonValue]

    def report(self) -> dict[str, JsonValue]:
        store, ages, token = self.store.report(), self.pulse.ages(), self.tokens.known()
        troubles = [*self.store.troubles(store), *_still(ages), *_of_slack(token)]
        return {
            **store,
            "clock_seen_seconds_ago": _seconds(ages.get(CLOCK)),
            "workers_seen_seconds_ago": {
                lane.value: _seconds(ages.get(worker_of(lane))) for lane in Lane
            },
            "slack_token": {
                "standing": token.standing,
                "problem": token.problem,
                "asked": None if token.at_ms is None else iso(token.at_ms),
            },
            "degraded": [*troubles],
            "paused": self._paused(),
            "policies": self.policies(),
        }

    def figures(self) -> Figures:
        figures = self.inspection.figures()
        return replace(figures, pulse=self.pulse.ages(), standing=self.tokens.known().standing)

    def _paused(self) -> JsonValue:
        pause = self.gate.state().pause
        if pause is None:
            return None
        return {"by": pause.by, "since": iso(pause.at_ms), "reason": pause.reason}


def _still(ages: Mapping[str, int | None]) -> Iterator[str]:
    """Which of the processes beside the web seem to be dead."""
    if _late(ages.get(CLOCK), CLOCK_LATE_MS):
        yield (
            f"No clock has been at work {_lately(ages.get(CLOCK))}: nobody is reminded, nothing "
            "expires and nothing is audited. See that `clock` runs, and its log."
        )
    dead = [lane for lane in Lane if _late(ages.get(worker_of(lane)), WORKER_LATE_MS)]
    if dead:
        names = ", ".join(lane.value for lane in dead)
        yield (
            f"No worker is at work in these lanes: {names}. What they have to do waits, and "
            "nothing of it is lost. See that `worker` runs, and its log."
        )


def _of_slack(token: Token) -> Iterator[str]:
    if token.standing == "refused":
        yield (
            f"Slack refuses the bot's token ({token.problem}): nobody sees a card. Mend the token; "
            "everything is shown within five minutes of that."
        )
    elif token.problem is not None:
        yield f"Slack does not answer ({token.problem}), so nobody sees a card until it does."


def _late(age_ms: int | None, after_ms: int) -> bool:
    return age_ms is None or age_ms > after_ms


def _lately(age_ms: int | None) -> str:
    return "within the last hour" if age_ms is None else f"for {age_ms // 1000} seconds"


def _seconds(age_ms: int | None) -> JsonValue:
    return None if age_ms is None else age_ms / 1000
