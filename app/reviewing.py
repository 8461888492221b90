"""What people do: answer, stop, claim, hand over, ask, and be away. What `slack` calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies.plan import Outcome

from .changes import change
from .domain.absence import Absence, check, continued, left_behind, span
from .domain.cards import Place
from .domain.commands import (
    AnswerQuestion,
    AskRequester,
    Claim,
    Command,
    Decide,
    HandOver,
    Person,
    Press,
    Release,
    Show,
    Stop,
    Undo,
)
from .domain.ending import already_decided
from .domain.errors import AbsenceRefused, RequestNotFound
from .domain.events import Event
from .domain.request import Request
from .ports import Absences, Directory, Loaded, RequestStore


@dataclass(frozen=True)
class At:
    """Who pressed, on which request, what they were shown of it (its digest), and on which card.

    `foreign` is somebody of another workspace: refused, and on record.
    """

    request_id: str
    user_id: str
    digest: str
    place: Place | None = None
    foreign: bool = False


@dataclass(frozen=True)
class _Pressed:
    """What somebody does at a request as it was when they were looked up, and somebody `other`."""

    loaded: Loaded
    press: Press
    other: Person

    @property
    def fields(self) -> dict[str, Any]:
        return {name: getattr(self.press, name) for name in Press.model_fields}


@dataclass(frozen=True)
class Gone:
    """An absence that holds from now on, and those whose delegate is away by it."""

    absence: Absence
    left: tuple[Absence, ...]


@dataclass(frozen=True)
class Reviewing:
    """Everything that people can do; who they are and what they may is asked at that moment.

    What acts at a card raises `RequestNotFound`, `AlreadyDecided`, `RequestExpired` or a
    `DecisionRefused`, beside what is named.
    """

    store: RequestStore
    directory: Directory
    absences: Absences

    def decide(
        self,
        at: At,
        outcome: Outcome,
        choice: str | None = None,
        comment: str | None = None,
        confirmation: str | None = None,
    ) -> Request:
        """A person's answer; the request may wait for more of them afterwards.

        `confirmation` is what they typed where the plan wants that. Raises `AlreadyVoted`,
        `OutcomeNotOffered`, `CommentRequired`, `ConfirmationWrong`.
        """
        pressed = self._pressed(at)
        answer = Decide(
            **pressed.fields,
            outcome=outcome,
            choice=choice,
            comment=comment,
            confirmation=confirmation,
        )
        return self._changed(pressed, answer)

    def undo(self, at: At) -> Request:
        """A person takes back what they decided, before it counts. Raises `UndoRefused`."""
        pressed = self._pressed(at, asked_by=False)
        return self._changed(pressed, Undo(**pressed.fields))

    def stop(self, at: At, reason: str) -> Request:
        """A person ends a watch before its time. Raises `CommentRequired`, `OutcomeNotOffered`."""
        # Nothing depends on who asked, so no look-up of them can fail and let it go ahead.
        pressed = self._pressed(at, asked_by=False)
        return self._changed(pressed, Stop(**pressed.fields, reason=reason))

    def claim(self, at: At) -> Request:
        """A reviewer is on it. Raises `ClaimRefused`."""
        pressed = self._pressed(at)
        return self._changed(pressed, Claim(**pressed.fields))

    def release(self, at: At) -> Request:
        """A reviewer no longer is. Raises `ClaimRefused`."""
        pressed = self._pressed(at)
        return self._changed(pressed, Release(**pressed.fields))

    def hand_over(self, at: At, to: str) -> Request:
        """A reviewer has somebody else (a user id) asked. Raises `HandOverRefused`."""
        pressed = self._pressed(at, other=to)
        return self._changed(pressed, HandOver(**pressed.fields, to=pressed.other))

    def ask(self, at: At, text: str) -> Request:
        """A question to the requester. Raises `QuestionRefused`, `CommentRequired`."""
        pressed = self._pressed(at)
        return self._changed(pressed, AskRequester(**pressed.fields, text=text))

    def answer(self, at: At, number: int, text: str) -> Request:
        """The requester's answer to a question. Raises `QuestionRefused`, `CommentRequired`."""
        pressed = self._pressed(at)
        answer = AnswerQuestion(person=pressed.press.person, number=number, text=text)
        return self._changed(pressed, answer)

    def show(self, at: At) -> Request:
        """A card of their own for somebody who saw it in a digest. Raises `CardNotShown`."""
        pressed = self._pressed(at)
        return self._changed(pressed, Show(person=pressed.press.person))

    def to_answer(self, request_id: str) -> Request:
        """A request about which somebody wants to write something.

        Raises `RequestNotFound`, `AlreadyDecided`.
        """
        request = self.store.load(request_id).request
        if not request.pending:
            raise already_decided(request)
        return request

    def history(self, request_id: str) -> list[Event]:
        """What happened to it, oldest first."""
        return self.store.events(request_id)

    def person(self, user_id: str) -> Person:
        """Somebody, as the directory knows them now."""
        return self.directory.person(user_id, (), None)

    def leaving(self, user_id: str, delegate_id: str) -> tuple[Person, Person]:
        """Somebody who wants to be away, and who is to decide in their place, in one look-up.

        Raises `AbsenceRefused` for people of whom one can't.
        """
        person, delegate = self.directory.persons([user_id, delegate_id], (), None)
        for one, what in ((person, "be away"), (delegate, "stand in for anybody")):
            if one.standing == "unverified":
                raise AbsenceRefused(
                    f"Slack does not confirm who {one.name} is.",
                    "Check the name, or try again in a moment.",
                )
            if one.standing != "trusted":
                raise AbsenceRefused(f"{one.name} can't {what}: {one.standing} in Slack.")
        return person, delegate

    def away(
        self, person: Person, delegate: Person, first: date | None, last: date, by: str
    ) -> Gone:
        """Somebody is away, and who decides in their place. Raises `AbsenceRefused`.

        Until the end of the `last` day, from the `first` one or else from now on, in the time zone
        that they have in Slack.
        """
        now = self.store.now()
        from_ms, until_ms = span(first, last, person.zone, now)
        absence = Absence(
            person=person.id,
            person_name=person.name,
            delegate=delegate.id,
            delegate_name=delegate.name,
            from_ms=from_ms,
            until_ms=until_ms,
            zone=person.zone,
        )
        everybody = self.absences.all()
        own = next((one for one in everybody if one.person == person.id), None)
        others = [one for one in everybody if one.person != person.id]
        check(absence, others, now)
        absence = continued(absence, own, now)
        self.absences.put(absence, by)
        return Gone(absence, left_behind(absence, others))

    def back(self, user_id: str, by: str) -> Absence:
        """Somebody is back before the end. Raises `AbsenceRefused` when they were not away."""
        ended = self.absences.end(user_id, by)
        if ended is None:
            raise AbsenceRefused("There is no absence to end.")
        return ended

    def change(
        self, at: At, command: Callable[[dict[str, Any]], Command], names: tuple[str, ...] = ()
    ) -> Request:
        """What a person does at a card, made of who they are and what they saw: fields of `Press`.

        For what takes more than the request and its people; `names` are those who are asked then.
        """
        pressed = self._pressed(at, names=names)
        return self._changed(pressed, command(pressed.fields))

    def _pressed(
        self,
        at: At,
        *,
        other: str | None = None,
        names: tuple[str, ...] = (),
        asked_by: bool = True,
    ) -> _Pressed:
        """Who pressed, and those for whom they stand in, as Slack knows them now.

        And somebody else; all of them in one look-up, since Slack waits for it. `names` are looked
        for among their groups, beside those that the plan has.
        """
        loaded = self.store.load(at.request_id)
        request = loaded.request
        plan, requester = request.plan, request.body.on_behalf_of
        person, successor, *absent = self.directory.persons(
            [at.user_id, other or at.user_id, *self._stands_in(request, at.user_id)],
            (*(() if plan is None else plan.named), *names),
            requester if asked_by else None,
        )
        if at.foreign:
            person = Person(id=at.user_id, name=at.user_id, standing="stranger")
        press = Press(person=person, digest=at.digest, absent=tuple(absent), seen=at.place)
        return _Pressed(loaded, press, successor)

    def _stands_in(self, request: Request, user_id: str) -> list[str]:
        """For whom somebody stands in here, and still does at this moment."""
        away = [one.person for one in request.state.away if one.delegate == user_id]
        if not away:
            return []
        standing = self.absences.all()
        now = self.store.now()
        return [
            one.person
            for one in standing
            if one.person in away and one.delegate == user_id and one.holds(now)
        ]

    def _changed(self, pressed: _Pressed, command: Command) -> Request:
        loaded = pressed.loaded
        request = change(self.store, loaded.request.id, command, loaded)
        if request is None:
            raise RequestNotFound("There is no such request.", "Check the id.")
        return request
