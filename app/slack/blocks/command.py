"""What a slash command answers beside lists: numbers, help, and that nothing was understood."""

from __future__ import annotations

from app.domain.gate import Pause
from app.domain.lists import Count, Day, Stats
from app.slack.commands import Unclear

from . import phrases
from .kit import context, header, marked, section
from .text import Message, cut, escaped, one_line

_REASON, _NAME, _PROBLEM = 1_000, 200, 500

_TYPED = (
    ("", "what waits for you, earliest due first"),
    ("all", "all that waits and that you may see"),
    ("policy refund", "the same of one policy"),
    ("show req_…", "one request, by its id"),
    ("stats", "the same in numbers"),
    ("request refund", "asks for an approval by hand; alone it lists what can be asked"),
    ("away @somebody until friday", "who decides in your place; `from monday until 24 dec` too"),
    ("back", "you are not away any more"),
    ("help", "this"),
)
_BY_ADMINS = (
    ("pause REASON", "nothing goes by itself, and no workflow hears, until `resume`"),
    ("resume", "ends the pause"),
)


def usage(command: str, *, admin: bool) -> Message:
    """Everything that there is to type; `command` is what our slash command is called."""
    rows = (*_TYPED, *_BY_ADMINS) if admin else _TYPED
    lines = [f"`{f'{command} {words}'.strip()}`   {what}" for words, what in rows]
    head = "Only you see the answers, and only what you may see."
    return Message(
        text=f"What you can type after {command}",
        blocks=[
            header(f"What you can type after {command}"),
            section("\n".join(lines)),
            context(marked(head)),
        ],
    )


def unclear(told: Unclear, command: str) -> Message:
    """Nothing was done: what is wrong with what was typed, and what to type."""
    words = f"{escaped(cut(one_line(told.problem), _PROBLEM, 'not shown'))} {told.instead}"
    hint = f"Nothing was done. `{command} help` shows everything that you can type."
    return Message(text=words, blocks=[section(words), context(marked(hint))])


def another(typed: str, command: str) -> Message:
    """For whoever typed a command of our app's that goes by another name in our settings."""
    what = Unclear(f"{typed} is not what this app listens to.", f"Type `{command}`.")
    return unclear(what, command)


def numbers(stats: Stats) -> Message:
    """Somebody's lists in numbers; for admins those of the last 24 hours too."""
    lines = [
        f"Waiting where you may decide: *{_count(stats.waiting)}*",
        f"Waiting, and that you may see: *{_count(stats.seen)}*",
        f"Asked on your behalf: *{_count(stats.asked)}*",
        f"Decided by you: *{_count(stats.decided)}*",
    ]
    note = "What you answered counts as waiting until the others did too. Old requests are erased."
    blocks = [
        header("In numbers"),
        section("\n".join(lines)),
        *([] if stats.day is None else [section("\n".join(_day(stats.day)))]),
        context(marked(note)),
    ]
    return Message(text="Your approvals in numbers", blocks=blocks)


def paused(pause: Pause) -> Message:
    """For the admin who paused everything, or found it paused."""
    return _line(
        f"Everything is paused {_since(pause)}. People decide as before; `resume` ends it."
    )


def resumed(ended: Pause | None) -> Message:
    """For the admin who ended the pause."""
    if ended is None:
        return _line("Nothing is paused.")
    return _line(f"Everything goes on. It was paused {_since(ended)}.")


def _day(day: Day) -> list[str]:
    ended = [
        f"{words.partition(',')[0].lower()} {day.ended.get(status, 0):,}"
        for status, words in phrases.ENDINGS.items()
    ]
    gate = day.gate
    lines = [
        f"Open in all: *{day.open:,}*",
        f"In the last 24 hours: {', '.join(ended)}",
        f"Callbacks waiting: {gate.callbacks:,} · held for a limit: {gate.limited:,}",
    ]
    return lines if gate.pause is None else [f"*Paused* {_since(gate.pause)}", *lines]


def _since(pause: Pause) -> str:
    by = escaped(cut(one_line(pause.by), _NAME, "in the record"))
    reason = escaped(cut(one_line(pause.reason), _REASON, "in the record"))
    return f"by {by} · {phrases.instant(pause.at_ms)}: {reason}"


def _count(count: Count) -> str:
    return f"{count.number:,}" + ("" if count.exact else " or more")


def _line(words: str) -> Message:
    return Message(text=words, blocks=[section(words)])
