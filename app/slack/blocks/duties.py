"""Who is at a request now: whoever is on it, those who were chosen, and who stands in for whom."""

from __future__ import annotations

from app.domain.request import Away, Request

from . import phrases
from .kit import section
from .people import listed, mention, who
from .space import Space
from .text import Block


def shown(request: Request, space: Space) -> list[Block]:
    """Nothing where all who may decide are asked, and none of them is away."""
    said = lines(request, space.names)
    return [section("\n".join(said))] if said else []


def lines(request: Request, most: int) -> list[str]:
    """The same as lines of mrkdwn, with names of at most so many characters in each."""
    return [*_claim(request), *_asked(request, most), *_away(request, most)]


def _claim(request: Request) -> list[str]:
    held = request.state.claim
    if held is None:
        return []
    return [f":eyes: {who(held.by)} is on it until {phrases.instant(held.until_ms)}"]


def _asked(request: Request, most: int) -> list[str]:
    """Those who were chosen, where not everybody is asked."""
    state = request.state
    chosen = [mention(ref) for ref in (*state.assigned, *request.overflow)]
    if not chosen:
        return []
    full = " (the others have enough open, or can't be asked)" if state.overflowed else ""
    return [f"*Asked now:* {listed(chosen, most)}{full}"]


def _away(request: Request, most: int) -> list[str]:
    away = [_stands_in(one) for one in request.state.away]
    return [f"*Away:* {listed(away, most)}"] if away else []


def _stands_in(away: Away) -> str:
    through = phrases.last_day(away.until_ms)
    return f"<@{away.person}> (<@{away.delegate}> decides in their place through {through})"
