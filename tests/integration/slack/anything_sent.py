"""Signed payloads that hold anything: random ones, and true ones with something else in them.

Everybody who sends them is a guest, so that none may ever have an effect.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.commands import Standing

from .everything import AT_A_REQUEST, ELSEWHERE, Deed, Office, Sent, form, open_home, turn_home
from .test_slack_receiver import FORM, json_values, signed
from .test_slack_who import changed

DEEDS = (*AT_A_REQUEST, *ELSEWHERE, open_home, turn_home)
_KINDS = ("block_actions", "view_submission", "shortcut", "message_action", "event_callback")

Path = tuple[str | int, ...]


class Guests(dict[str, Standing]):
    """The standing of everybody."""

    def get(self, user_id: str, default: Any = None) -> Any:
        return "guest"


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a payload."""
    held: dict[Any, Any] = value if isinstance(value, dict) else {}
    held = dict(enumerate(value)) if isinstance(value, list) else held
    for key, inner in held.items():
        yield (*at, key)
        yield from paths(inner, (*at, key))


def put(value: Any, path: Path, new: Any) -> None:
    """Something else there, or nothing any more where it is `...`."""
    for step in path[:-1]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return
    try:
        if new is ...:
            del value[path[-1]]
        else:
            value[path[-1]] = new
    except (KeyError, IndexError, TypeError):
        return


@st.composite
def nearly(draw: st.DrawFn, payload: Any) -> Any:
    """A payload with up to three places that hold something else, or nothing."""
    places = list(paths(payload))
    for _ in range(draw(st.integers(0, 3))):
        new = draw(st.just(...) | json_values | st.sampled_from(_KINDS))
        put(payload, draw(st.sampled_from(places)), new)
    return payload


def trial(office: Office, data: st.DataObject, deed: Deed) -> None:
    """One payload: answered without a fault of ours, and without an effect."""
    body, headers = deed(office)
    sent = data.draw(sent_like(body, headers))
    before, office.directory.standings = office.stands(), Guests()
    kind = data.draw(st.sampled_from([FORM, "application/json", "", "text/plain"]) | st.none())
    said = {**sent[1], **({} if kind is None else {"Content-Type": kind})}
    answer = office.receiver.handle({**signed(sent[0]), **said}, sent[0])
    assert answer.status in (200, 400, 404), (answer, sent)
    assert not changed(before, office.stands()), sent


def sent_like(body: bytes, headers: Any) -> st.SearchStrategy[Sent]:
    if headers:  # an event, which is JSON
        changed_event = nearly(json.loads(body)).map(lambda it: (json.dumps(it).encode(), headers))
        return changed_event | st.binary(max_size=60).map(lambda it: (it, headers))
    fields = {key: one for key, [one] in parse_qs(body.decode(), keep_blank_values=True).items()}
    if "payload" not in fields:
        near = nearly(fields).map(as_form)
    else:
        near = nearly(json.loads(fields["payload"])).map(form)
    return near | json_values.map(form) | st.binary(max_size=60).map(lambda it: (it, {}))


def as_form(fields: Any) -> Sent:
    return urlencode(fields).encode("ascii", "replace"), {}


def random_payloads(trials: int) -> int:
    """Tries so many, and gives how many were tried; fails at the first fault or effect."""
    tried = 0

    @settings(
        max_examples=trials, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(data=st.data(), deed=st.sampled_from(DEEDS))
    def run(data: st.DataObject, deed: Deed) -> None:
        nonlocal tried
        tried += 1
        office = Office()
        try:
            trial(office, data, deed)
        finally:
            office.close()

    run()
    return tried
