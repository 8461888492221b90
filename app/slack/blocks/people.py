"""People and groups as Slack shows them, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from app.domain.request import Actor
from app.slack import naming

from .text import cut, escaped, length, one_line

_NAME, _REF, _CALLED = 80, 100, 50


def who(actor: Actor) -> str:
    """A person as a mention, so that nobody passes for another by name; others by name."""
    if actor.kind == "person" and naming.is_user(actor.id):
        absent = f" for <@{actor.in_place_of}>" if actor.in_place_of else ""
        return f"<@{actor.id}>{absent}"
    return escaped(cut(one_line(actor.name), _NAME, "in the record")) or "somebody"


def mention(ref: str) -> str:
    """A reviewer as the policy names them, in mrkdwn."""
    if naming.is_user(ref):
        return f"<@{ref}>"
    if naming.is_group(ref) and not ref.startswith("@"):
        return f"<!subteam^{ref}>"
    return escaped(cut(ref, _REF, "in the policy"))


def called(to: Sequence[str]) -> str:
    """People and groups, by Slack's ids, so that each hears of it."""
    return " ".join(map(mention, to[:_CALLED]))


def listed(parts: Sequence[str], most: int) -> str:
    """`a, b`, with as many as fit into `most` characters, at least one: `a, b and 3 more`."""
    ends = accumulate(length(part) + 2 for part in parts)
    shown = max(1, sum(end <= most for end in ends))
    rest = len(parts) - shown
    return ", ".join(parts[:shown]) + (f" and {rest} more" if rest > 0 else "")


def agreeing(actors: Sequence[Actor], most: int) -> str:
    """`a and b`, `a, b and c`, or `a, b and 3 more` where they take more than `most`."""
    *before, last = map(who, actors)
    if before and length(whole := f"{', '.join(before)} and {last}") <= most:
        return whole
    return listed([*before, last], most)
