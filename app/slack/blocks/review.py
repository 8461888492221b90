"""What a reviewer is asked: why, who may decide and until when, and what each answer does."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.request import Request
from policies.plan import Outcome, ReviewPlan

from . import buttons, duties, phrases, progress, risk
from .kit import columns, context, divider, marked, paragraph, plain, section
from .people import listed, mention
from .space import Space
from .text import Block, cut, escaped, one_line

_NAMES = 600


def asked(request: Request, plan: ReviewPlan, space: Space) -> list[Block]:
    """The lower half of a pending card. What approves is there only where the payload is whole."""
    summary = request.evaluation.summary
    effects = [
        effect
        for outcome, effect in summary.buttons
        if outcome in plan.outcomes and (space.whole or outcome is not Outcome.APPROVE)
    ]
    hints = "\n".join(effects).strip(), summary.silence.strip()
    return [
        divider(),
        *why("Why you are asked", request, space),
        *checklist("Before you approve", plan, space),
        *progress.shown(request, plan, space),
        columns(
            [
                marked(f"*Who can decide*\n{named(request.asked)}"),
                marked(_until(request)),
            ]
        ),
        *duties.shown(request, space),
        *buttons.answers(request, plan, whole=space.whole),
        *(_hint(words, space) for words in hints if words),
    ]


def _hint(words: str, space: Space) -> Block:
    return context(plain(cut(words, space.effects, space.rest)))


def was_asked(request: Request, space: Space) -> Block:
    """On a decided card: the reason for which a person had to look, or none had to."""
    plan, stopped = request.plan, request.state.stopped
    alone = plan is not None and plan.watch is not None and stopped is None
    heading = "Why it was to go ahead by itself" if alone else "Why a person was asked"
    why = _reasons(request, request.evaluation.summary.why, space)
    return context(plain(f"{heading}: {why}"))


def why(heading: str, request: Request, space: Space) -> list[Block]:
    """The policy's reasons, in its words; of a watch that was stopped, that they no longer hold.

    What they leave out of the risk flags stands below them, a line each.
    """
    summary = request.evaluation.summary
    words = _reasons(request, summary.reasons or summary.why, space)
    flags = cut("\n".join(risk.untold(request, words)), space.why, space.rest)
    more = [section("*Risk*"), paragraph(plain(flags), expand=True)] if flags else []
    return [section(f"*{heading}*\n{escaped(words)}"), *more]


def _reasons(request: Request, reasons: str, space: Space) -> str:
    words = cut(reasons, space.why, space.rest)
    if request.state.stopped is None:
        return words
    return f"It was stopped before it went ahead by itself. The policy had said: {words}"


def checklist(heading: str, plan: ReviewPlan, space: Space) -> list[Block]:
    """The guardrails that the policy wants looked at."""
    if not plan.checklist:
        return []
    lines = "\n".join(f"• {one_line(line)}" for line in plan.checklist)
    words = plain(cut(lines, space.checklist, space.rest))
    return [section(f"*{heading}*"), paragraph(words, expand=True)]


def named(refs: Sequence[str]) -> str:
    """The people whom a policy names, as far as there is room, and how many more."""
    return listed([mention(ref) for ref in refs], _NAMES)


def _until(request: Request) -> str:
    expires_ms = request.state.expires_ms
    return f"*Until*\n{'any time' if expires_ms is None else phrases.instant(expires_ms)}"
