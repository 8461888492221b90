"""What a worker does in the Slack lane: bring Slack up to date with one request, step by step."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from .changes import changed
from .domain.commands import (
    AbsentInformed,
    AskedInTold,
    CardDrawn,
    Command,
    QuestionDelivered,
    RequesterTold,
    SlackFailed,
    TargetLost,
    TargetsFound,
)
from .domain.request import Request
from .domain.slack_steps import (
    BringQuestion,
    FindTargets,
    InformAbsent,
    PostCard,
    RedrawCard,
    SayNotice,
    SlackStep,
    TellAskedIn,
    TellRequester,
    ready,
)
from .noticing import Noticing, unsaid
from .ports import Cards, Claim, Directory, Lanes, Loaded, RequestStore, SlackAgain, SlackNever
from .posting import Posting
from .staffing import LOOK_AGAIN_MS, Staffing

_log = logging.getLogger("countersign.lanes")

_STEPS_S = 20.0
"""How long one claim goes on taking steps in Slack. The last one may take two calls of 18 s more,
which still ends before the lease of 60 s does."""


@dataclass(frozen=True)
class SlackLane:
    """Bring Slack up to date with one request, step by step, each step recorded at once."""

    store: RequestStore
    lanes: Lanes
    cards: Cards
    directory: Directory
    staffing: Staffing

    def __call__(self, claim: Claim) -> bool:
        try:
            return self._step_by_step(claim)
        except SlackAgain as again:  # it is not its turn yet
            self.lanes.postpone(claim, int((again.wait_s or 0) * 1000) + 1)
            return True

    def _step_by_step(self, claim: Claim) -> bool:
        end = time.monotonic() + _STEPS_S
        seen = self.store.claimed(claim)
        request, sure = self.staffing.settled(seen.request, None if seen.absences else ())
        while request is not None and time.monotonic() < end:
            seen = self.store.later(seen, request)
            step = ready(request, seen.now)
            done = None if step is None else self._tried(step, seen, claim)
            if done is None:
                break
            seen = self.store.later(seen, request)
            made = changed(self.store, request.id, done, seen, claim if sure else None)
            if made.let_go:
                return True
            before, request = request, made.request
            if request is not None and _asks_others(before, request):
                request, sure = self.staffing.settled(request)
        if not sure:
            self.lanes.postpone(claim, LOOK_AGAIN_MS)
        return not sure

    def _tried(self, step: SlackStep, seen: Loaded, claim: Claim) -> Command | None:
        """What came of a step, None when others went first.

        Raises `SlackAgain` when it is not its turn yet.
        """
        request = seen.request
        try:
            return self._take(step, seen, claim)
        except SlackAgain as again:
            if again.wait_s is not None:
                raise
            _log.warning("%s: Slack failed, trying again: %s", request.id, again.problem)
            target = step.target if isinstance(step, PostCard) else None
            return SlackFailed(problem=again.problem, target=target)
        except SlackNever as never:
            _log.warning("%s: Slack refused for good: %s", request.id, never.problem)
            return _lost(step, request, never)

    def _take(self, step: SlackStep, seen: Loaded, claim: Claim) -> Command | None:
        posting = Posting(self.store, self.lanes, self.cards, self.staffing)
        request = seen.request
        match step:
            case FindTargets(refs=refs):
                targets, lost = self.directory.conversations(refs)
                return TargetsFound(refs=refs, targets=tuple(targets), lost=tuple(lost))
            case PostCard(target=target):
                return posting.post(target, seen, claim)
            case RedrawCard(copy_of=copy) if copy.items:
                return posting.redraw(copy, seen)
            case RedrawCard(copy_of=copy):
                self.cards.redraw(copy.place, request)
                face = request.state.cards.face
                return CardDrawn(target=copy.target, place=copy.place, face=face)
            case SayNotice():
                return Noticing(self.store, self.cards, self.directory).say(step, request)
            case BringQuestion(number=number, person=person):
                self.cards.bring_question(person, number, request)
                return QuestionDelivered(number=number)
            case InformAbsent(person=person):
                self.cards.inform_absent(person, request)
                return AbsentInformed(person=person)
            case TellRequester(person=person):
                self.cards.tell_requester(person, request)
                return RequesterTold()
            case TellAskedIn(place=place):
                self.cards.tell_asked_in(place, request)
                return AskedInTold()


def _asks_others(before: Request, after: Request) -> bool:
    """Whether people have to be found for it anew: somebody else's change came in between."""
    return (before.state.stage, before.asked) != (after.state.stage, after.asked)


def _lost(step: SlackStep, request: Request, never: SlackNever) -> Command:
    """What a flat refusal by Slack means for each step."""
    problem = never.problem
    match step:
        case FindTargets(refs=refs):
            lost = tuple((ref, problem) for ref in refs)
            return TargetsFound(refs=refs, targets=(), lost=lost)
        case PostCard(target=target):
            return TargetLost(target=target, problem=problem)
        case RedrawCard(copy_of=copy):
            return TargetLost(target=copy.target, problem=problem)
        case SayNotice():
            return unsaid(step, request, never)
        case BringQuestion(number=number):
            return QuestionDelivered(number=number, problem=problem)
        case InformAbsent(person=person):
            return AbsentInformed(person=person, problem=problem)
        case TellRequester():
            return RequesterTold(problem=problem)
        case TellAskedIn():
            return AskedInTold(problem=problem)
