"""Everything that can be done to a request. What was done outside comes back as a command too."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from policies.plan import Evaluation, Frozen, Outcome

from .cards import NoticeKind, Place
from .request import Actor, Away, Operator

Failure = Literal["refused", "timeout", "unreachable"]
"""Why a callback got no status: our guard refused the address, time was up, or anything else."""

Standing = Literal["trusted", "deactivated", "bot", "guest", "stranger", "unverified"]


class Person(Frozen):
    """Somebody in Slack, as the directory knew them at the moment of deciding.

    `groups` are the reviewers of the plan, as it names them, that stand for a user group which
    this person belongs to. `zone` is their time zone, such as Europe/London. `is_requester` says
    whether it was asked on their behalf; None when Slack does not know whom the request names, so
    that nobody can tell.
    """

    id: str
    name: str
    email: str | None = None
    standing: Standing = "trusted"
    zone: str | None = None
    groups: frozenset[str] = frozenset()
    is_requester: bool | None = None

    def goes_by(self, ref: str) -> bool:
        """Whether `ref`, a user id or an e-mail address, means this person."""
        if self.email is not None and ref.casefold() == self.email.casefold():
            return True
        return ref == self.id

    def as_actor(self, in_place_of: str | None = None) -> Actor:
        return Actor(
            kind="person",
            id=self.id,
            name=self.name,
            email=self.email,
            in_place_of=in_place_of,
        )


class Press(Frozen):
    """What a person does at a card. `digest` is the one on it, `seen` is where it is.

    `absent` are the reviewers, as the directory knows them now, for whom this person stands in.
    """

    person: Person
    digest: str
    absent: tuple[Person, ...] = ()
    seen: Place | None = None


class Decide(Press):
    """A person answers. `choice` is the id of the button where the plan has its own.

    `confirmation` is what they typed where the plan wants a value typed.
    """

    outcome: Outcome
    choice: str | None = None
    comment: str | None = None
    confirmation: str | None = None


class ApproveEdited(Decide):
    """A person changes the payload and approves what they made of it.

    `evaluation` is what the policy says about it, and `edited_digest` binds it.
    """

    outcome: Literal[Outcome.APPROVE] = Outcome.APPROVE
    payload: dict[str, JsonValue]
    edited_digest: str
    evaluation: Evaluation


class Undo(Press):
    """A person takes back what they decided, before it counts."""


class Stop(Press):
    """A person ends a watch before its time; the plan says whether that rejects or asks people."""

    reason: str


class Claim(Press):
    """A reviewer says that they are on it."""


class Release(Press):
    """Whoever was on it no longer is."""


class HandOver(Press):
    """A reviewer asks another one, `to`, in their own place."""

    to: Person


class AskRequester(Press):
    """A reviewer has a question before they decide."""

    text: str


class AnswerQuestion(Frozen):
    """The requester answers the question of that number."""

    person: Person
    number: int
    text: str


class Staffed(Frozen):
    """Who was found for the stage of that number: who is away, and who was chosen out of it.

    `before` and `was_away` are what stood there when it was looked up. `new` are those who were
    chosen just now, as long as they are still below the plan's cap.
    """

    stage: int
    away: tuple[Away, ...]
    assigned: tuple[str, ...]
    overflowed: bool
    before: tuple[str, ...] = ()
    was_away: tuple[Away, ...] = ()
    new: tuple[str, ...] = ()


class Override(Frozen):
    """Break-glass: `by` decides while Slack can't be reached, and `operator` types it.

    A `rehearsal` is refused as the decision would be, and decides nothing.
    """

    by: Actor
    operator: Operator
    outcome: Outcome
    digest: str
    reason: str
    choice: str | None = None
    rehearsal: bool = False


class Show(Frozen):
    """A person wants a card of their own, where the channel shows the request in a digest."""

    person: Person


class Signal(Frozen):
    """A monitor says something about the request."""

    by: Actor
    signals: dict[str, JsonValue]


class Consume(Frozen):
    """The client is about to act on an approval of exactly this digest.

    `key` is its idempotency key for this call: with it, the same call again is answered the same.
    """

    by: Actor
    digest: str
    key: str | None = None


class ReportResult(Frozen):
    """The client says what came of an approval."""

    by: Actor
    ok: bool
    text: str
    link: str | None = None


class Cancel(Frozen):
    """The client takes its request back."""

    by: Actor
    reason: str | None = None


class Wake(Frozen):
    """The time lane's turn: whatever is due happens, and nothing else."""


class Erase(Frozen):
    """`operator` has what the store holds of it erased before its time, and says why."""

    operator: Operator
    reason: str


class Hold(Frozen):
    """What the policy alone would have approved now found everything paused."""


class Redeliver(Frozen):
    """The client asks for its callback again."""

    by: Actor


class CallbackTried(Frozen):
    """One attempt to deliver the callback is over; `jitter` in [0, 1) spreads the next ones."""

    status: int | None
    error: str | None
    retry_after_s: float | None
    took_ms: int
    jitter: float
    failure: Failure | None = None


class TargetsFound(Frozen):
    """Names were looked up (`refs`): conversations to post into, names that lead nowhere."""

    refs: tuple[str, ...]
    targets: tuple[str, ...]
    lost: tuple[tuple[str, str], ...] = ()


class CardDrawn(Frozen):
    """A card was posted, or brought up to date; it now shows `face`.

    `items` are the ids of all requests that share the message, none for a card of its own.
    """

    target: str
    place: Place
    face: int
    items: tuple[str, ...] = ()


class CardsFound(Frozen):
    """Cards that were posted with nobody left to record it; what they show is anybody's guess.

    `digests` are those that it shares with other requests, with the ids of all of them.
    """

    target: str
    places: tuple[Place, ...] = ()
    digests: tuple[tuple[Place, tuple[str, ...]], ...] = ()


class NoticeSaid(Frozen):
    """A notice stands in the thread of a card, or can't (`problem` says why)."""

    kind: NoticeKind
    at_ms: int
    place: Place
    number: int | None = None
    problem: str | None = None


class QuestionDelivered(Frozen):
    """The requester has a question, or can't be reached at all (`problem` says why)."""

    number: int
    problem: str | None = None


class AbsentInformed(Frozen):
    """Somebody who is away (a user id) was told how it ended, or can't be (`problem` says why)."""

    person: str
    problem: str | None = None


class RequesterTold(Frozen):
    """The requester has the outcome, or can't be reached at all (`problem` says why)."""

    problem: str | None = None


class AskedInTold(Frozen):
    """The thread in which it was asked for has the outcome, or never will (`problem` says why)."""

    problem: str | None = None


class TargetLost(Frozen):
    """Slack will never take a message for this target."""

    target: str
    problem: str


class SlackFailed(Frozen):
    """Slack could not do it now, and did not say when it could.

    `target` is where a card was being posted: it may be there all the same.
    """

    problem: str
    target: str | None = None


Command = (
    Decide
    | ApproveEdited
    | Undo
    | Stop
    | Claim
    | Release
    | HandOver
    | AskRequester
    | AnswerQuestion
    | Staffed
    | Override
    | Show
    | Signal
    | Consume
    | ReportResult
    | Cancel
    | Wake
    | Erase
    | Hold
    | Redeliver
    | CallbackTried
    | TargetsFound
    | CardDrawn
    | CardsFound
    | NoticeSaid
    | QuestionDelivered
    | AbsentInformed
    | RequesterTold
    | AskedInTold
    | TargetLost
    | SlackFailed
)
