"""What waits for somebody or something outside of the lanes, counted by the sets that list it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, get_args

import redis
from redis.client import Pipeline

from app.domain.parts import Held
from app.domain.refusals import BY_HAND
from app.ports import LostChannel, Stuck

from . import documents
from .connection import talk, talk_in_one

LOST = "cs:lost"
"""The channels that Slack ever refused cards for: when that was last, and why."""

_SHOWN = 5
_REASONS: tuple[str, ...] = get_args(Held.model_fields["reason"].annotation)
_CODES = tuple(sorted(BY_HAND))


class StuckFigures(TypedDict):
    """The fields of `Figures` that are read here."""

    given_up: Stuck
    unused: int
    held: dict[str, int]
    refused: dict[str, Stuck]
    lost: tuple[LostChannel, ...]


def figures(client: redis.Redis) -> StuckFigures:
    """At a cost that does not depend on how much there is of it."""
    lost = {str(name): str(text) for name, text in talk(lambda: client.hgetall(LOST)).items()}

    def ask(pipe: Pipeline) -> None:
        for reason in _REASONS:
            pipe.zcard(documents.held_index(reason))
        pipe.zcard(documents.unused_index())
        _count(pipe, documents.given_up_index())
        for code in _CODES:
            _count(pipe, documents.refused_index(code))
        for channel in lost:
            _count(pipe, documents.lost_index(channel))

    answers = talk_in_one(client, ask)
    held, (unused, *rest) = answers[: len(_REASONS)], answers[len(_REASONS) :]
    given_up, *others = [_stuck(rest[at : at + 2]) for at in range(0, len(rest), 2)]
    refused, waiting = others[: len(_CODES)], others[len(_CODES) :]
    return {
        "given_up": given_up,
        "unused": int(unused),
        "held": dict(zip(_REASONS, map(int, held), strict=True)),
        "refused": dict(zip(_CODES, refused, strict=True)),
        "lost": tuple(_lost(*one) for one in zip(lost.items(), waiting, strict=True)),
    }


def _count(pipe: Pipeline, index: str) -> None:
    pipe.zcard(index)
    pipe.zrange(index, 0, _SHOWN - 1)


def _stuck(answers: Sequence[Any]) -> Stuck:
    count, ids = answers
    return Stuck(int(count), tuple(str(one) for one in ids))


def _lost(entry: tuple[str, str], waiting: Stuck) -> LostChannel:
    channel, text = entry
    at_ms, _, problem = text.partition(" ")
    return LostChannel(channel, problem, int(at_ms), waiting)
