"""What somebody types after the slash command, read into what they want. Pure.

Nothing typed is met with silence, and nothing but what was typed is done: what is not understood
says so, with the nearest that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from .days import EXAMPLES, day


@dataclass(frozen=True)
class Mine:
    """What waits for me."""


@dataclass(frozen=True)
class All:
    """All that waits and that I may see; of one policy, or of any."""

    policy: str | None = None


@dataclass(frozen=True)
class Show:
    """One request."""

    request_id: str


@dataclass(frozen=True)
class Numbers:
    """Everything in numbers."""


@dataclass(frozen=True)
class Away:
    """I am away until the end of the `last` day, from the `first` one or else from now on."""

    delegate: str
    first: date | None
    last: date


@dataclass(frozen=True)
class Back:
    """I am not away any more."""


@dataclass(frozen=True)
class Pause:
    """Pause everything."""

    reason: str


@dataclass(frozen=True)
class Resume:
    """End the pause."""


@dataclass(frozen=True)
class Ask:
    """Ask for an approval by hand, under a policy, or under one that is still to be chosen."""

    policy: str | None


@dataclass(frozen=True)
class Help:
    """What there is to type."""


@dataclass(frozen=True)
class Unclear:
    """Nothing that we understand: what is wrong, and what to type instead."""

    problem: str
    instead: str


@dataclass(frozen=True)
class Leave:
    """I want to be away; which days those are depends on where I live."""

    delegate: str
    said: str

    def on(self, today: date) -> Away | Unclear:
        """The same, said on that day."""
        return _away(self.said, today)


Wanted = Mine | All | Show | Numbers | Away | Back | Pause | Resume | Ask | Help | Unclear

_ID = re.compile(r"req_[0-9a-z]{26}", re.ASCII)
_PERSON = re.compile(r"<@(?P<id>[UW][A-Z0-9]{2,30})(\|[^>]*)?>", re.ASCII)
_POLICY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)
_ANY_DAY = date(2026, 1, 1)
_SHOWN = 40
"""Characters of what was typed that an answer repeats."""


def parse(text: str, today: date) -> Wanted:
    """What is wanted, on that day where they live. Never raises, whatever was typed."""
    if not text.split():
        return Mine()
    verb, rest = _split(text)
    if not verb:
        return Help()
    if _ID.fullmatch(verb):
        return Show(verb)
    reading = _VERBS.get(verb)
    return _unknown(verb) if reading is None else reading(rest, today)


def wish(text: str) -> Ask | None:
    """The wish to ask by hand, on whatever day; a form answers it, and None anything else."""
    wanted = parse(text, _ANY_DAY)
    return wanted if isinstance(wanted, Ask) else None


def leave(text: str) -> Leave | None:
    """The wish to be away, where it names somebody; None for anything else."""
    verb, rest = _split(text)
    found = _PERSON.match(rest) if verb == "away" else None
    return None if found is None else Leave(found["id"], rest)


def _split(text: str) -> tuple[str, str]:
    """What is wanted, in a word, and what comes after it."""
    words = text.split(maxsplit=1)  # whatever a phone puts between them
    if not words:
        return "", ""
    return words[0].casefold().strip("`*_.,!?:;"), "".join(words[1:]).strip()


def _unknown(verb: str) -> Unclear:
    near = get_close_matches(verb[:_SHOWN], _VERBS, n=1, cutoff=0.6)
    instead = f"Did you mean `{near[0]}`?" if near else "`help` lists what there is to type."
    return Unclear(f"I don't know “{_brief(verb)}”.", instead)


def _alone(wanted: Wanted, verb: str) -> Callable[[str, date], Wanted]:
    """A verb with nothing after it: what is more may change what is meant, so nothing is done."""

    def read(rest: str, _today: date) -> Wanted:
        if not rest:
            return wanted
        return Unclear(f"Nothing comes after `{verb}`.", f"Type `{verb}` alone, or `help`.")

    return read


def _policy(rest: str, _today: date) -> Wanted:
    name = _named(rest)
    if _POLICY.fullmatch(name):
        return All(name)
    return Unclear("Name one policy.", "Type `policy` and its name, such as `policy refund`.")


def _ask(rest: str, _today: date) -> Wanted:
    name = _named(rest)
    if not name or _POLICY.fullmatch(name):
        return Ask(name or None)
    return Unclear("Name one policy.", "Type `request` and its name, such as `request refund`.")


def _show(rest: str, _today: date) -> Wanted:
    request_id = _named(rest)
    if _ID.fullmatch(request_id):
        return Show(request_id)
    what = "Name one request." if not rest else f"“{_brief(rest)}” is not the id of a request."
    return Unclear(what, "Type `show` and its whole id, `req_` and 26 letters and digits.")


def _pause(rest: str, _today: date) -> Wanted:
    if rest:
        return Pause(rest)
    return Unclear("Say why; it stays on record.", "Type `pause` and the reason.")


def _away(rest: str, today: date) -> Away | Unclear:
    """`@delegate until DAY`, with `from DAY` before that where it is not at once."""
    found = _PERSON.match(rest)
    if found is None:
        return Unclear(
            "Say who decides in your place.",
            "Type `away`, then @ and their name as Slack offers it, then `until friday`.",
        )
    words = rest[found.end() :].casefold().replace(",", " ").split()
    ends = [at for at, word in enumerate(words) if word in ("until", "till", "through", "to")]
    if not ends or len(ends) > 1 or not words[ends[0] + 1 :]:
        return Unclear("Say until when you are away.", f"Type `until` and a day: {EXAMPLES}.")
    before, after = words[: ends[0]], words[ends[0] + 1 :]
    if before and before[0] != "from":
        return Unclear(
            f"I don't understand “{_brief(' '.join(before))}”.",
            "Type `away @somebody until friday`, or `away @somebody from monday until friday`.",
        )
    first = day(before[1:], today) if before else None
    if before and first is None:
        return _no_day(before[1:])
    last = day(after, first or today)
    return _no_day(after) if last is None else Away(found["id"], first, last)


def _named(rest: str) -> str:
    """A name as it is spelt here, whatever a phone makes of it."""
    return rest.strip("`“”\"'").casefold()


def _no_day(words: list[str]) -> Unclear:
    return Unclear(
        f"I don't understand “{_brief(' '.join(words))}” as a day.", f"Type one like {EXAMPLES}."
    )


def _brief(words: str) -> str:
    """What was typed, where an answer repeats it: our words are marked up, theirs must not be."""
    kept = " ".join(words.split()).replace("`", "'")
    return kept if len(kept) <= _SHOWN else f"{kept[:_SHOWN]}…"


_VERBS: dict[str, Callable[[str, date], Wanted]] = {
    "mine": _alone(Mine(), "mine"),
    "all": _alone(All(), "all"),
    "policy": _policy,
    "show": _show,
    "stats": _alone(Numbers(), "stats"),
    "away": _away,
    "back": _alone(Back(), "back"),
    "pause": _pause,
    "resume": _alone(Resume(), "resume"),
    "request": _ask,
    "help": lambda _rest, _today: Help(),
}
