"""What the admins have to hear, and how often: when it begins, hourly, and when it is over.

Pure: which troubles there are is found elsewhere, and so is the way to the admins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policies.plan import Frozen

from .alarms import Alarm
from .due import Lane
from .findings import LASTING, Kind
from .message import iso

AGAIN_MS = 3_600_000
"""What lasts is said again after so long."""

_OVER_MS = 60_000
"""What has not been seen for so long is over; so what comes and goes is not said each time."""

_IDS = 5

_LABELS = {
    Kind.NOTHING_DUE: "Open requests with nothing due ahead of them",
    Kind.LOST_DUE: "Requests that had lost their place among what is due",
    Kind.WRONG_DUE: "Requests whose due time was not the one that their state says",
    Kind.OVERDUE: "Requests overdue by more than two minutes",
    Kind.SET_ASIDE: "Requests set aside, since they failed to load or run",
    Kind.CARD_LAGS: "Requests that Slack does not show as they stand",
    Kind.UNREADABLE: "Requests that can't be read",
    Kind.UNLISTED: "Open requests that were missing from the lists of people",
    Kind.GIVEN_UP: "Requests whose callback was given up",
    Kind.CHANNEL_LOST: "Open requests that go on by direct message, without their channel",
    Kind.SLACK_REFUSES: "Requests that Slack does not show as they stand, since it refuses us",
    Kind.UNSEALED: "Events that nobody sealed for over two minutes",
}


@dataclass(frozen=True)
class Trouble:
    """What one look found of one kind, in one lane where it is of a lane.

    `about` names what else it is of: a channel, Slack's code.
    """

    kind: Kind
    lane: Lane | None
    count: int
    ids: tuple[str, ...] = ()
    about: str = ""

    @property
    def key(self) -> str:
        """What tells this trouble from others, whatever its requests."""
        of = self.about if self.lane is None else self.lane.value
        return f"{self.kind.value}:{of}" if of else self.kind.value


class Episode(Frozen):
    """A trouble for as long as it goes on; `unsaid` of its findings nobody was told of yet."""

    kind: Kind
    lane: Lane | None
    since_ms: int
    said_ms: int
    seen_ms: int
    unsaid: int = 0
    about: str = ""


Episodes = Mapping[str, Episode]


def heard(
    before: Episodes, troubles: Iterable[Trouble], now: int
) -> tuple[list[Alarm], dict[str, Episode]]:
    """What has to be said after one look, and the troubles that go on from here."""
    found = {trouble.key: trouble for trouble in troubles}
    alarms: list[Alarm] = []
    after: dict[str, Episode] = {}
    for key in dict.fromkeys((*before, *found)):
        episode, alarm = _next(before.get(key), found.get(key), now)
        alarms += [alarm] if alarm else []
        after |= {key: episode} if episode else {}
    return alarms, after


def _next(
    episode: Episode | None, trouble: Trouble | None, now: int
) -> tuple[Episode | None, Alarm | None]:
    if episode is None:
        return (None, None) if trouble is None else _begins(trouble, now)
    seen = episode if trouble is None else _seen(episode, trouble, now)
    if episode.kind not in LASTING:
        return _repaired(seen, trouble, now)
    if trouble is None:
        over = now - episode.seen_ms >= _OVER_MS
        return (None, _said(episode, f"Over: {_label(episode)}.", now)) if over else (episode, None)
    if now - episode.said_ms < AGAIN_MS:
        return seen, None
    words = f"Still, since {iso(episode.since_ms)}: {_counted(trouble)}."
    return seen.model_copy(update={"said_ms": now}), _said(episode, words, now, trouble.ids)


def _begins(trouble: Trouble, now: int) -> tuple[Episode, Alarm]:
    of = {"kind": trouble.kind, "lane": trouble.lane, "about": trouble.about}
    episode = Episode.model_validate({**of, "since_ms": now, "said_ms": now, "seen_ms": now})
    repaired = "" if trouble.kind in LASTING else " Repaired."
    return episode, _said(episode, f"{_counted(trouble)}.{repaired}", now, trouble.ids)


def _seen(episode: Episode, trouble: Trouble, now: int) -> Episode:
    unsaid = episode.unsaid + trouble.count
    return episode.model_copy(update={"seen_ms": now, "unsaid": unsaid})


def _repaired(
    episode: Episode, trouble: Trouble | None, now: int
) -> tuple[Episode | None, Alarm | None]:
    """What is repaired as it is found has no end to be told of, only more of it."""
    if now - episode.said_ms < AGAIN_MS:
        return episode, None
    if not episode.unsaid:
        return None, None
    ids = () if trouble is None else trouble.ids
    words = f"{_label(episode)}: {episode.unsaid} more since {iso(episode.said_ms)}. Repaired."
    return episode.model_copy(update={"said_ms": now, "unsaid": 0}), _said(episode, words, now, ids)


def _said(of: Episode, words: str, now: int, ids: tuple[str, ...] = ()) -> Alarm:
    return Alarm(at_ms=now, kind=of.kind.value, text=words, ids=ids[:_IDS])


def _counted(trouble: Trouble) -> str:
    return f"{_label(trouble)}: {trouble.count}{_examples(trouble)}"


def _label(of: Trouble | Episode) -> str:
    about = f"lane {of.lane.value}" if of.lane else of.about
    return _LABELS[of.kind] + (f" ({about})" if about else "")


def _examples(trouble: Trouble) -> str:
    ids = ", ".join(trouble.ids[:_IDS])
    if not ids:
        return ""
    return f" ({ids})" if trouble.count <= _IDS else f" (for example {ids})"
