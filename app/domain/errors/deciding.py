"""What is refused to those who decide, and to whoever else presses something in Slack."""

from __future__ import annotations

from .base import CountersignError


class AlreadyDecided(CountersignError):
    """The request has left `pending`; the message says who decided it and how."""

    code = "already_decided"


class RequestExpired(CountersignError):
    """The time to decide has passed."""

    code = "request_expired"


class DecisionRefused(CountersignError):
    """This person may not take this decision. A refusal is recorded, capped per person."""

    code = "decision_refused"


class NotAReviewer(DecisionRefused):
    """The plan does not ask this person."""

    code = "not_a_reviewer"


class RequesterCannotDecide(DecisionRefused):
    """Nobody decides what was asked on their own behalf."""

    code = "requester_cannot_decide"


class RequesterUnknown(DecisionRefused):
    """Slack can't say on whose behalf it was asked, so it might be whoever decides."""

    code = "requester_unknown"


class PersonNotTrusted(DecisionRefused):
    """Deactivated, a bot, a guest, a stranger, or somebody Slack could not tell us about."""

    code = "person_not_trusted"


class PersonUnverified(PersonNotTrusted):
    """Slack could not tell us about this person just now, and may in a moment."""

    code = "person_unverified"


class DigestMismatch(DecisionRefused):
    """What was shown is not what the request holds."""

    code = "digest_mismatch"


class AlreadyVoted(CountersignError):
    """Everybody answers once; somebody else's answer is still missing."""

    code = "already_voted"


class ClaimRefused(CountersignError):
    """Somebody else is on it, or nobody is."""

    code = "claim_refused"


class HandOverRefused(CountersignError):
    """The person to hand it to may not decide it."""

    code = "hand_over_refused"


class QuestionRefused(CountersignError):
    """There is nobody to ask, nothing was asked, or enough was asked."""

    code = "question_refused"


class AbsenceRefused(CountersignError):
    """An absence that can't be: of nobody, into the past, or with a delegate who is away too."""

    code = "absence_refused"


class CardNotShown(CountersignError):
    """Nobody else gets a card of their own of this request, or Slack takes none for this person."""

    code = "card_not_shown"


class NotAViewer(CountersignError):
    """Whoever looks may not see this request, or not all that has to be seen for it."""

    code = "not_a_viewer"


class AbsenceDaysRefused(AbsenceRefused):
    """The days of an absence are none, or too many."""

    code = "absence_days_refused"


class NotAnAdmin(CountersignError):
    """Only those who run this deployment may do that."""

    code = "not_an_admin"


class ReasonRefused(CountersignError):
    """No reason, or none that fits into one line."""

    code = "reason_refused"


class OutcomeNotOffered(CountersignError):
    """The plan has no such button."""

    code = "outcome_not_offered"


class RequestHeld(CountersignError):
    """It stands still, so nobody is asked about it."""

    code = "request_held"


class EditRefused(CountersignError):
    """What a reviewer made of the payload can't be approved by them, or can't be at all."""

    code = "edit_refused"


class ConfirmationWrong(CountersignError):
    """The value that has to be typed was not."""

    code = "confirmation_wrong"


class UndoRefused(CountersignError):
    """There is nothing to take back, or not by this person, or not any more."""

    code = "undo_refused"


class CommentRequired(CountersignError):
    """Revise says what to change, a free choice what to do, Stop why."""

    code = "comment_required"
