"""The risk questions of a policy and their answers, in words."""

from __future__ import annotations

from app.domain.request import Request
from policies.plan import Flag
from policies.wording import sentence

from .text import one_line

_SAID = {True: "yes", False: "no", None: "not known"}


def untold(request: Request, reasons: str) -> list[str]:
    """`• It reaches far.`, a line each, without what the reasons say; then what is not known."""
    flags = request.evaluation.flags
    raised = [sentence(one_line(flag.because)) for flag in flags if flag.raised]
    unknown = [flag for flag in flags if flag.raised is None]
    told = [f"• {words}" for words in raised if words not in one_line(reasons)]
    more = [_name(flag) for flag in unknown if flag.question not in reasons]
    return [*told, *([f"• Not known: {', '.join(more)}"] if more else [])]


def answered(request: Request) -> list[str]:
    """Every question with its answer and what made it so."""
    return [_answer(flag) for flag in request.evaluation.flags]


def _answer(flag: Flag) -> str:
    said = f" {sentence(one_line(flag.because))}" if flag.raised else ""
    seen = f" ({one_line(flag.phrase)})" if flag.phrase else ""
    return f"{_name(flag)}: {_SAID[flag.raised]}.{said}{seen}"


def _name(flag: Flag) -> str:
    return one_line(flag.question.replace("_", " "))
