"""What is said in the thread of a card: that it waits, for whom, and what was asked about it."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.questions import find
from app.domain.request import Request
from app.domain.slack_steps import SayNotice

from . import phrases, questions, results
from .kit import section
from .people import called, listed, mention, who
from .text import Message, escaped

_TITLE, _TITLES, _EACH = 300, 1_000, 100
_LEADS = {
    "reminder": "This still waits for a decision: {title}.",
    "escalation": "This is not decided yet, so more people are asked: {title}.",
    "stage": "It is your turn: {title} was approved by those asked before you.",
    "handover": "{by} handed this to you: {title}.",
    "edited": "{by} changed it while approving it, so it has to be looked at anew: {title}.",
}
_TOGETHER = {
    "reminder": "{count} of these still wait for a decision: {titles}.",
    "escalation": "{count} of these are not decided yet, so more people are asked: {titles}.",
    "stage": "It is your turn for {count} of these, approved by those asked before you: {titles}.",
}


def said(notice: SayNotice, request: Request, to: Sequence[str]) -> Message:
    """One notice, to these people and groups."""
    if notice.kind in ("result", "unused"):
        return results.told(request, called(to))
    if notice.number is None:
        return _waiting(notice, request, to)
    question = find(request, notice.number)
    if notice.kind == "answer" and question.answer is not None:
        lead = f"{called(to)} {who(question.answer.by)} answered:".strip()
        return questions.quoted(lead, question.answer)
    lead = f"{called(to)} {who(question.asked.by)} asks, before this is decided:".strip()
    return questions.quoted(lead, question.asked, questions.button(request, question))


def said_together(notice: SayNotice, requests: Sequence[Request], to: Sequence[str]) -> Message:
    """One notice of several requests that share a message."""
    if len(requests) == 1:
        return said(notice, requests[0], to)
    titles = [escaped(phrases.title(one, _EACH, "on the card")) for one in requests]
    words = _TOGETHER[notice.kind].format(count=len(requests), titles=listed(titles, _TITLES))
    ends = [one.state.expires_ms for one in requests if one.state.expires_ms is not None]
    until = f" The first expires {phrases.instant(min(ends))}." if ends else ""
    whole = f"{called(to)} {words}{until}".strip()
    return Message(text=whole, blocks=[section(whole)])


def _waiting(notice: SayNotice, request: Request, to: Sequence[str]) -> Message:
    title = escaped(phrases.title(request, _TITLE, "on the card"))
    by = mention(notice.by) if notice.by else "Somebody"
    lead = _LEADS[notice.kind].format(title=f"*{title}*", by=by)
    until = "" if request.state.expires_ms is None else phrases.instant(request.state.expires_ms)
    words = f"{called(to)} {lead} Without an answer it expires {until}.".strip()
    return Message(text=words, blocks=[section(words)])
