"""What is typed after the slash command, as people type it, and whatever else is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.slack import commands
from app.slack.commands import (
    All,
    Ask,
    Away,
    Back,
    Help,
    Mine,
    Numbers,
    Pause,
    Resume,
    Show,
    Unclear,
    parse,
)

WEDNESDAY = date(2026, 12, 16)
BEN = "U0BEN00001"
ID = "req_01m7zq9k2v5x8c3b6n4m1a0sdf"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Mine()),
        ("   ", Mine()),
        ("mine", Mine()),
        ("all", All()),
        ("  ALL  ", All()),
        ("policy refund", All("refund")),
        ("Policy `refund`", All("refund")),
        ("policy\u00a0Refund", All("refund")),
        (f"show {ID}", Show(ID)),
        (f"show `{ID.upper()}`", Show(ID)),
        (ID, Show(ID)),
        ("stats", Numbers()),
        ("Stats.", Numbers()),
        ("back", Back()),
        ("pause An incident at the bank, see #ops", Pause("An incident at the bank, see #ops")),
        ("resume", Resume()),
        ("request", Ask(None)),
        ("request refund", Ask("refund")),
        ("help", Help()),
        ("help me", Help()),
        ("?", Help()),
    ],
)
def test_what_there_is_to_type(text: str, wanted: commands.Wanted):
    assert parse(text, WEDNESDAY) == wanted


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ("until friday", None, date(2026, 12, 18)),
        ("until Fri", None, date(2026, 12, 18)),
        ("until wednesday", None, date(2026, 12, 23)),
        ("until today", None, date(2026, 12, 16)),
        ("until tomorrow", None, date(2026, 12, 17)),
        ("through 2026-12-24", None, date(2026, 12, 24)),
        ("until 24 dec", None, date(2026, 12, 24)),
        ("until 24th December", None, date(2026, 12, 24)),
        ("until Dec 24", None, date(2026, 12, 24)),
        ("until 3 jan", None, date(2027, 1, 3)),
        ("until 3 january 2027", None, date(2027, 1, 3)),
        ("until on friday", None, date(2026, 12, 18)),
        ("until 29 feb", None, date(2028, 2, 29)),
        ("from monday until 24 dec", date(2026, 12, 21), date(2026, 12, 24)),
        ("from monday until friday", date(2026, 12, 21), date(2026, 12, 25)),
        ("from tomorrow to 2027-01-05", date(2026, 12, 17), date(2027, 1, 5)),
    ],
)
def test_an_absence_is_typed_in_days(days: str, first: date | None, last: date):
    for person in (f"<@{BEN}>", f"<@{BEN}|ben>"):
        assert parse(f"away {person} {days}", WEDNESDAY) == Away(BEN, first, last)


@pytest.mark.parametrize(
    ("text", "problem", "instead"),
    [
        ("polcy refund", "I don't know “polcy”.", "Did you mean `policy`?"),
        ("stat", "I don't know “stat”.", "Did you mean `stats`?"),
        ("resum", "I don't know “resum”.", "Did you mean `resume`?"),
        ("awya <@U0BEN00001> until friday", "I don't know “awya”.", "Did you mean `away`?"),
        ("tulips in snow", "I don't know “tulips”.", "`help` lists what there is to type."),
        ("policy", "Name one policy.", "such as `policy refund`"),
        ("policy refund please", "Name one policy.", "such as `policy refund`"),
        ("show", "Name one request.", "`req_` and 26 letters"),
        ("show 17", "“17” is not the id of a request.", "`req_` and 26 letters"),
        ("pause", "Say why; it stays on record.", "`pause` and the reason"),
        ("resume now", "Nothing comes after `resume`.", "Type `resume` alone"),
        ("back tomorrow", "Nothing comes after `back`.", "Type `back` alone"),
        ("away", "Say who decides in your place.", "@ and their name"),
        ("away until friday", "Say who decides in your place.", "@ and their name"),
        ("away @ben until friday", "Say who decides in your place.", "as Slack offers it"),
        ("away <@U0BEN00001>", "Say until when you are away.", "`until` and a day"),
        ("away <@U0BEN00001> until", "Say until when you are away.", "`until` and a day"),
        ("away <@U0BEN00001> until soon", "“soon” as a day", "`friday`"),
        ("away <@U0BEN00001> until 31 feb", "“31 feb” as a day", "`24 dec`"),
        ("away <@U0BEN00001> until 2026-02-31", "“2026-02-31” as a day", "`24 dec`"),
        ("away <@U0BEN00001> from soon until friday", "“soon” as a day", "`friday`"),
        ("away <@U0BEN00001> maybe until friday", "“maybe”", "away @somebody until friday"),
        ("away <@U0BEN00001> from until friday", "as a day", "`friday`"),
    ],
)
def test_what_is_not_understood_says_what_is_wrong_and_what_to_type(text, problem, instead):
    told = parse(text, WEDNESDAY)
    assert isinstance(told, Unclear)
    assert problem in told.problem
    assert instead in told.instead


verbs = st.sampled_from(["", *commands._VERBS, f"away <@{BEN}> until", "away <@U0BEN00001> from"])


@given(verbs, st.text(max_size=80), st.dates())
def test_whatever_is_typed_gets_an_answer(verb: str, rest: str, today: date):
    assert parse(f"{verb} {rest}", today) is not None


@given(st.text(min_size=1, max_size=30).filter(lambda text: text.strip() != ""))
def test_only_the_exact_words_change_anything(text: str):
    wanted = parse(text, WEDNESDAY)
    if isinstance(wanted, Away | Back | Pause | Resume):
        verb = text.split(maxsplit=1)[0].strip("`*_.,!?:;").casefold()
        assert verb in ("away", "back", "pause", "resume")


def test_a_word_of_any_length_is_answered():
    assert isinstance(parse("x" * 200_000, WEDNESDAY), Unclear)
