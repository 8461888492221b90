"""The whole request as a modal, in pages; the buttons that answer it stand on the last one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.errors import CountersignError
from app.domain.events import Event
from app.domain.request import Request
from app.domain.withholding import withholds
from app.slack import ids

from . import buttons, forms, history, notices, paging, phrases, whole
from .kit import Element, actions, button, context, marked, plain, section
from .text import Block, Message, escaped, one_line

_TITLE = 150
_TURNS = "countersign_turns"


def request_page(
    request: Request, opened: ids.Form, number: int = 1, *, history: bool = True
) -> dict[str, Any]:
    """One page of everything, as the request stands now; a number past the last is the last.

    Nothing can be answered where something of it is kept from whoever reads.
    """
    pages = paging.pages(whole.everything(request))
    page = ids.Page("request", min(number, len(pages)))
    last = page.number == len(pages)
    stale = _stale(request, opened.shown.digest)
    answers = [] if stale or withholds(request) else buttons.deciding(request)
    foot = buttons.row(answers) if last else _answers_later(answers)
    other = [_turn("other", "History", ids.Page("history"))] if history else []
    turns = [*_turns(page, len(pages)), *other]
    return _view(
        "The whole request",
        opened,
        [
            _where(request, page, len(pages)),
            *stale,
            *pages[page.number - 1],
            *foot,
            *_row(turns),
        ],
    )


def history_page(
    request: Request, events: Sequence[Event], opened: ids.Form, number: int = 1
) -> dict[str, Any]:
    """One page of what happened to it."""
    pages = paging.pages(history.everything(request, events))
    page = ids.Page("history", min(number, len(pages)))
    turns = [*_turns(page, len(pages)), _turn("other", "Back to the request", ids.Page())]
    return _view(
        "History",
        opened,
        [
            _where(request, page, len(pages)),
            *pages[page.number - 1],
            actions(_TURNS, turns),
        ],
    )


def told(message: Message) -> dict[str, Any]:
    """In place of the request: what came of what somebody pressed there."""
    return _modal("Done", "", message.blocks)


def refused(error: CountersignError, opened: ids.Form) -> dict[str, Any]:
    """In place of the request: why what somebody pressed there did nothing, and the way back."""
    back = actions(_TURNS, [_turn("again", "Back to the request", ids.Page())])
    return _view("Nothing was done", opened, [*notices.refused(error).blocks, back])


def _view(title: str, opened: ids.Form, blocks: list[Block]) -> dict[str, Any]:
    return _modal(title, opened.as_value(), blocks)


def _modal(title: str, metadata: str, blocks: list[Block]) -> dict[str, Any]:
    return forms.modal(ids.DETAILS_VIEW, title, blocks, metadata, close="Close")


def _where(request: Request, page: ids.Page, pages: int) -> Block:
    title = escaped(phrases.title(request, _TITLE, "in the header"))
    return context(marked(f"*Page {page.number} of {pages}* · {title}"))


def _stale(request: Request, digest: str) -> list[Block]:
    """Why nothing can be answered here any more."""
    decision = request.state.decision
    if decision is not None:
        return [section(":lock: *Decided meanwhile, so there is nothing to answer here.*")]
    if request.digest == digest:
        return []
    edited = request.state.edited
    by = "somebody" if edited is None else one_line(edited.by.name)
    words = f"{escaped(by)} changed it after you opened it. Close this, and open it from its card."
    return [section(f":lock: *{words}*")]


def _answers_later(answers: Sequence[Element]) -> list[Block]:
    words = "The buttons that answer it are on the last page."
    return [context(plain(words))] if answers else []


def _turns(page: ids.Page, pages: int) -> list[Element]:
    before, after = (ids.Page(page.part, page.number + step) for step in (-1, 1))
    back = [_turn("previous", "Previous", before)] if page.number > 1 else []
    return [*back, *([_turn("next", "Next page", after)] if page.number < pages else [])]


def _row(turns: list[Element]) -> list[Block]:
    return [actions(_TURNS, turns)] if turns else []


def _turn(way: ids.Way, label: str, page: ids.Page) -> Element:
    return button(ids.turn(way), label, page.as_value())
