"""`Absences` on Redis: who is away, and when the people lane has to look."""

from __future__ import annotations

import redis
from pydantic import ValidationError

from app.domain.absence import Absence
from app.domain.due import Lane
from app.domain.errors import RequestUnreadable
from app.domain.events import AbsenceEvent, AbsenceEventType
from app.ports import Reached

from .bells import Bells
from .connection import milliseconds, once, script, talk
from .documents import request_key

ABSENCES = "cs:absences"


class RedisAbsences:
    """One hash of absences, by user id."""

    def __init__(self, client: redis.Redis, bells: Bells) -> None:
        self._redis = client
        self._bells = bells
        self._change = script(client, "homes", "absence")
        self._seen = script(client, "homes", "absence_seen")
        self._note = script(client, "absence_note")

    def all(self) -> tuple[Absence, ...]:
        stored = talk(lambda: self._redis.hgetall(ABSENCES))
        found = (_read(str(text)) for text in stored.values())
        # A hash has no order; what is compared with what was found before needs one.
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.person))

    def get(self, person: str) -> Absence | None:
        text = talk(lambda: self._redis.hget(ABSENCES, person))
        if text is None:
            return None
        absence = _read(str(text))
        if absence is None:
            raise RequestUnreadable("An absence of a newer version.", "Upgrade this process.")
        return absence

    def reached(self, person: str) -> Reached | None:
        found = talk(lambda: self._redis.hget(request_key(person), "reached"))
        if found is None:
            return None
        request_id, sure, since_ms = str(found).split(" ")
        return Reached(request_id, sure == "sure", int(since_ms))

    def reach(self, person: str, absence: Absence | None, reached: Reached | None) -> None:
        text = ""
        if reached is not None:
            sure = "sure" if reached.sure else "unsure"
            text = f"{reached.request_id} {sure} {reached.since_ms}"
        talk(lambda: self._note(args=[person, _text(absence), "reached", text]))

    def told(self, person: str) -> tuple[str, ...]:
        found = talk(lambda: self._redis.hget(request_key(person), "told"))
        return tuple(str(found or "").split())

    def note_told(self, absence: Absence, told: tuple[str, ...]) -> None:
        args = [absence.person, _text(absence), "told", " ".join(told)]
        talk(lambda: self._note(args=args))

    def put(self, absence: Absence, by: str) -> None:
        # Looked at now, also for one to come: what an earlier one moved has to be moved back.
        now = self._now()
        detail = absence.model_dump(include={"person", "delegate", "from_ms", "until_ms"})
        event = AbsenceEvent(type=AbsenceEventType.AWAY, at_ms=now, actor=by, detail=detail)
        self._write(absence.person, _text(absence), now, event)

    def end(self, person: str, by: str) -> Absence | None:
        now = self._now()
        event = AbsenceEvent(
            type=AbsenceEventType.BACK, at_ms=now, actor=by, detail={"person": person}
        )
        before = self._write(person, "", now, event)
        return None if before is None else _read(before)

    def seen(self, person: str, absence: Absence | None, next_ms: int | None) -> None:
        turn = "" if next_ms is None else str(next_ms)
        talk(lambda: self._seen(args=[person, _text(absence), turn]))

    def _write(self, person: str, absence: str, due_ms: int, event: AbsenceEvent) -> str | None:
        """The absence, its turn and its event together; gives the absence that stood there."""
        before = once(lambda: self._change(args=[person, absence, due_ms, event.model_dump_json()]))
        self._bells.ring(Lane.PEOPLE)
        self._bells.ring(Lane.HOME)
        return None if before is None else str(before)

    def _now(self) -> int:
        return milliseconds(talk(self._redis.time))


def _text(absence: Absence | None) -> str:
    """An absence as it is stored, so that a script can tell whether it still stands."""
    return "" if absence is None else absence.model_dump_json()


def _read(text: str) -> Absence | None:
    """None for what a newer version wrote."""
    try:
        return Absence.model_validate_json(text)
    except ValidationError:
        return None
