"""Everything there is to know of a request, complete to the last character."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.message import iso
from app.domain.request import Request, Vote
from policies.plan import ReviewPlan, Step
from policies.wording import sentence

from . import (
    differences,
    duties,
    fields,
    phrases,
    questions,
    reports,
    requester,
    results,
    risk,
    watch,
)
from .buttons import labelled
from .fields import boxes
from .kit import divider, header, section
from .paging import listed, titled, whole
from .people import mention, who
from .text import HEADER, PART, Block, escaped, one_line

_NAMES, _RESULT = 2_500, 10_000
_TOGETHER = 25
"""So many people are named in one line."""


def everything(request: Request) -> list[Block]:
    """In the order in which somebody decides: what, whose words, why, who, on what record."""
    summary = request.evaluation.summary
    return [
        header(phrases.title(request, HEADER, "below")),
        *whole(requester.asked_by(request)),
        *_state(request),
        *differences.whole(request),
        *_payload(request),
        *_said(request),
        divider(),
        *titled("Why a person is asked", _lines([summary.why])),
        *titled("To look at before it is approved", _lines(_checklist(request))),
        *titled("People", listed(_people(request))),
        *_comments([*request.state.votes, *request.state.rejections]),
        *titled("Asked and answered (this decides nothing)", _questions(request)),
        *titled("What monitors say", _lines(_reports(request))),
        *titled("What each answer does", _lines(_effects(request))),
        *titled("Risk, by the policy's questions", _lines(risk.answered(request))),
        *titled("How the policy came to it", _lines(_trace(request))),
        *titled("On record", listed(_record(request))),
    ]


def _lines(texts: Sequence[str]) -> list[Block]:
    """Lines that others wrote; nothing where there is nothing to read."""
    text = "\n".join(texts).strip()
    return whole(text) if text else []


def _state(request: Request) -> list[Block]:
    state = request.state
    blocks = [watch.announced(request)] if request.watched else []
    if state.stopped is not None:
        blocks += [watch.stopped_by(state.stopped), *_quoted(state.stopped.reason)]
    if state.undoable is not None:
        blocks += [section(phrases.undoable(request, state.undoable))]
        blocks += _quoted(state.undoable.decision.comment)
    if state.decision is not None:
        blocks += [*phrases.decided(request, state.decision), *_quoted(state.decision.comment)]
    if state.consumed is not None:
        blocks += [
            section(f"The workflow went ahead with it · {phrases.instant(state.consumed.at_ms)}")
        ]
    return [*blocks, *results.shown(request, _RESULT)]


def _quoted(words: str | None) -> list[Block]:
    """What somebody wrote, in boxes that it can't reach out of."""
    return boxes(words, PART) if words is not None and words.strip() else []


def _payload(request: Request) -> list[Block]:
    known, payload = request.evaluation.fields, request.payload
    rows = fields.rows(known, payload)
    drawn = fields.drawn(rows, PART) if rows else [section("_Nothing: the payload is empty._")]
    return titled(phrases.matter(request), [*drawn, *fields.hidden(known, payload)])


def _said(request: Request) -> list[Block]:
    words = requester.words(request)
    return [section(requester.INTRO), *boxes(words, PART)] if words else []


def _checklist(request: Request) -> list[str]:
    plan = request.plan
    return [] if plan is None else [f"• {one_line(line)}" for line in plan.checklist]


def _trace(request: Request) -> list[str]:
    error = request.evaluation.error
    wrong = [f"It could not be evaluated: {one_line(error)}"] if error else []
    return [*map(_step, request.evaluation.trace), *wrong]


def _step(step: Step) -> str:
    said = f"Rule {one_line(step.rule)} {'holds' if step.matched else 'does not hold'}"
    return f"{said}: {sentence(one_line(step.phrase))}" if step.phrase else f"{said}."


def _people(request: Request) -> list[str]:
    """Who may decide, who answered, and who is at it; a line each, names as mentions."""
    plan, state = request.plan, request.state
    if plan is None:
        return []
    able = plan.reviewers if request.watched else request.asked
    lead = "Who can stop it" if request.watched else "Who can decide"
    lines = _roll(lead, [mention(ref) for ref in able])
    if state.expires_ms is not None and request.pending:
        lines.append(f"Until {phrases.instant(state.expires_ms)}")
    lines += [_vote(request, vote, "Approved") for vote in state.votes]
    lines += [_vote(request, vote, "Rejected") for vote in state.rejections]
    return [*lines, *_needed(plan, state.stage), *duties.lines(request, _NAMES)]


def _needed(plan: ReviewPlan, now: int) -> list[str]:
    """How many have to approve, stage by stage."""
    if plan.watch is not None or plan.people == 1:
        return []
    if len(plan.stages) == 1:
        return [f"{plan.people} people have to approve"]
    lines = [f"Stage {n + 1} needs {one.quorum} to approve" for n, one in enumerate(plan.stages)]
    lines[now] += ", and is asked now"
    return lines


def _roll(lead: str, names: Sequence[str]) -> list[str]:
    """All of the names, some to a line."""
    groups = [names[start : start + _TOGETHER] for start in range(0, len(names), _TOGETHER)]
    return [f"{lead}: {', '.join(group)}" for group in groups]


def _vote(request: Request, vote: Vote, did: str) -> str:
    choice = None if request.plan is None else request.plan.choice(vote.choice)
    chose = f" ({escaped(labelled(choice))})" if choice else ""
    several = request.plan is not None and len(request.plan.stages) > 1
    stage = f" in stage {vote.stage + 1}" if several else ""
    return f"{did}{chose} by {who(vote.by)}{stage} · {phrases.instant(vote.at_ms)}"


def _comments(votes: Sequence[Vote]) -> list[Block]:
    return [
        block
        for vote in votes
        if vote.comment is not None and vote.comment.strip()
        for block in (section(f"{who(vote.by)} wrote:"), *_quoted(vote.comment))
    ]


def _questions(request: Request) -> list[Block]:
    return _quoted("\n".join(map(questions.line, request.state.questions)))


def _reports(request: Request) -> list[str]:
    return [reports.line(one, None, "") for one in request.state.reports]


def _effects(request: Request) -> list[str]:
    summary = request.evaluation.summary
    if request.watched:
        return [summary.watching or ""]
    return [*(effect for _, effect in summary.buttons), summary.silence]


def _record(request: Request) -> list[str]:
    body = request.body
    again = f", revision {body.revision} of {body.root_id}" if body.revision > 1 else ""
    edited = [] if request.state.edited is None else [f"Digest of what was asked: {body.digest}"]
    return [
        f"Request {body.id}{again}",
        f"Asked {phrases.instant(body.opened_ms)} ({iso(body.opened_ms)})",
        f"Policy {escaped(body.policy.name)}, file {escaped(body.policy.hash)}",
        f"Digest: {request.digest}",
        *edited,
    ]
