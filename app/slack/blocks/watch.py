"""A request that goes ahead by itself: until when it can be stopped, by whom, and who did."""

from __future__ import annotations

from app.domain.request import Request, Stopped
from policies.plan import ReviewPlan

from . import buttons, phrases, review
from .kit import boxed, columns, context, divider, marked, plain, section
from .people import who
from .space import Space
from .text import Block, cut


def announced(request: Request) -> Block:
    """The first thing that a reader has to know of it."""
    return section(f":eyes: *{phrases.goes_ahead(request)} unless somebody stops it*")


def watched(request: Request, plan: ReviewPlan, space: Space) -> list[Block]:
    """The lower half of its card. Nothing here approves: it can be stopped, or left alone."""
    words = request.evaluation.summary.watching or ""
    hint = cut(words, space.effects, space.rest).strip()
    return [
        divider(),
        *review.why("Why it goes ahead by itself", request, space),
        *review.checklist("Before it goes ahead", plan, space),
        columns(
            [
                marked(f"*Who can stop it*\n{review.named(plan.reviewers)}"),
                marked(f"*Goes ahead*\n{phrases.ends(request)}"),
            ]
        ),
        *buttons.stop(request, whole=space.whole),
        *([context(plain(hint))] if hint else []),
    ]


def stopped(by: Stopped, space: Space) -> list[Block]:
    """Who stopped it, when, and why in their own words."""
    reason = cut(by.reason, space.said, space.rest)
    return [stopped_by(by), *([boxed(reason)] if reason.strip() else [])]


def stopped_by(by: Stopped) -> Block:
    """Who stopped it, and when."""
    return section(f":octagonal_sign: *Stopped* by {who(by.by)} · {phrases.instant(by.at_ms)}")
