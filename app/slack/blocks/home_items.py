"""The requests on a Home tab: those that wait with their buttons, the others in two lines."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.request import Request

from . import buttons, fields, kit, phrases, progress, requester, risk
from .kit import actions, columns, context, divider, marked, plain
from .people import who
from .text import CELLS, Block, cut, length, one_line

_TITLE, _LINE, _FEW = 200, 300, 2
"""The most characters of a title and of each line about it, and the fields of what is not whole."""

_REST = "in Details"


def waiting(request: Request) -> list[Block]:
    """One that waits for whoever looks. It can be answered here where all of it stands here."""
    rows, said = fields.rows(request.evaluation.fields, request.payload), _said(request)
    whole = _stands_whole(request, rows, said)
    shown = rows if whole else [row for row in rows if row.short][:_FEW]
    lines = [cut(line, _LINE, _REST) for line in said]
    return [
        _titled(request),
        *fields.drawn(shown),
        context(plain("\n".join(lines))),
        context(marked(_how_it_stands(request))),
        *([] if whole else [context(plain(_rest(rows, shown)))]),
        _answers(request, whole=whole),
        divider(),
    ]


def asked(request: Request) -> list[Block]:
    """One that was asked on behalf of whoever looks."""
    return [_brief("asked", request)]


def decided(request: Request) -> list[Block]:
    """One that whoever looks decided."""
    return [_brief("decided", request)]


def _stands_whole(request: Request, rows: Sequence[fields.Row], said: Sequence[str]) -> bool:
    """Whether a few lines show all that a card would have a reviewer see before they answer."""
    state = request.state
    more = (state.edited, state.stopped, state.reports, state.questions, request.body.revises)
    if request.plan is None or any(more) or any(length(line) > _LINE for line in said):
        return False
    if fields.hidden(request.evaluation.fields, request.payload):
        return False
    return 0 < len(rows) <= CELLS // 2 and all(row.short for row in rows)


def _titled(request: Request) -> Block:
    words = phrases.title(request, _TITLE, _REST)
    return kit.rich_text(kit.line(kit.words(words, "bold")))


def _said(request: Request) -> list[str]:
    """What is said beside the payload, a line each: why, the risk, what to look at, and by whom."""
    plan, words = request.plan, one_line(requester.words(request))
    summary = request.evaluation.summary
    why = one_line(summary.reasons or summary.why)
    checklist = () if plan is None else plan.checklist
    lines = [
        why,
        *risk.untold(request, why),
        "Before you approve: " + " · ".join(map(one_line, checklist)) if checklist else "",
        f"In the requester's own words: {words}" if words else "",
        requester.asked_by(request),
    ]
    return [line for line in lines if line]


def _how_it_stands(request: Request) -> str:
    """By when, how far it has come, and who is on it."""
    if request.watched:
        return f"{phrases.goes_ahead(request)} unless somebody stops it"
    claim, come = request.state.claim, progress.in_brief(request).strip(" ()")
    on_it = "" if claim is None else f"{who(claim.by)} is on it"
    return " · ".join(filter(None, [_until(request), come, on_it]))


def _until(request: Request) -> str:
    expires_ms = request.state.expires_ms
    return "Any time" if expires_ms is None else f"Until {phrases.instant(expires_ms)}"


def _rest(rows: Sequence[fields.Row], shown: Sequence[fields.Row]) -> str:
    more = len(rows) - len(shown)
    if not more:
        return "There is more to see before it is decided: Details shows it."
    return f"{more:,} more {'field' if more == 1 else 'fields'}: Details shows all, to decide on."


def _answers(request: Request, *, whole: bool) -> Block:
    """Those of its card; Details shows what is not here, and there it can be answered."""
    rows = _card_buttons(request) if whole else []
    elements = [one for row in rows for one in row["elements"]]
    return actions(f"waiting_{request.id}", elements or [buttons.details(request)])


def _card_buttons(request: Request) -> list[Block]:
    plan = request.plan
    if request.watched:
        return buttons.stop(request, whole=True)
    return [] if plan is None else buttons.answers(request, plan, whole=True)


def _brief(part: str, request: Request) -> Block:
    title = phrases.title(request, _TITLE, _REST)
    cells = [plain(title), marked(_ended(request))]
    return columns(cells, block_id=f"{part}_{request.id}", accessory=buttons.details(request))


def _ended(request: Request) -> str:
    decision = request.state.decision
    if decision is None:
        return f"*Waits for a decision*\n{_how_it_stands(request)}"
    return f"{phrases.ended(request, decision)}\n{phrases.instant(decision.at_ms)}"
