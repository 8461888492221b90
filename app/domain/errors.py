"""Everything that the product refuses, one class each, with a stable code.

Each edge maps these once: to an HTTP problem, a message for one person in Slack, an exit code.
Nobody matches on the text of an error.
"""

from __future__ import annotations

from typing import ClassVar


class CountersignError(Exception):
    """A refusal: `code` is stable, `message` says what is wrong, `advice` what to do about it."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class RequestNotFound(CountersignError):
    """No such request, or not this client's: the two look the same from outside."""

    code = "request_not_found"


class PolicyNotFound(CountersignError):
    """The request names a policy that is not loaded."""

    code = "policy_not_found"


class PolicyNotAllowed(CountersignError):
    """The client's key may not use this policy."""

    code = "policy_not_allowed"


class InputsRefused(CountersignError):
    """The payload or the signals do not fit the policy's inputs.

    `problems` holds (field, what is wrong) pairs, a field written as a path: `payload.amount`.
    """

    code = "inputs_refused"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("The request does not fit the inputs of its policy.")
        self.problems = problems


class DraftRefused(CountersignError):
    """The text of a draft is no policy that could be used.

    `problems` holds (place in the text, what is wrong) pairs.
    """

    code = "draft_refused"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("The draft is not a policy that could be used.")
        self.problems = problems


class CallbackUrlRefused(CountersignError):
    """The guard would not send to this address."""

    code = "callback_url_refused"


class IdempotencyKeyReused(CountersignError):
    """The same key came with another body."""

    code = "idempotency_key_reused"


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


class AbsenceDaysRefused(AbsenceRefused):
    """The days of an absence are none, or too many."""

    code = "absence_days_refused"


class FormRefused(CountersignError):
    """A form that asks by hand says too little, or was sent before."""

    code = "form_refused"


class NotAMonitor(CountersignError):
    """Only clients that are monitors say something about other clients' requests."""

    code = "not_a_monitor"


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


class NotRevisable(CountersignError):
    """Nobody asked for changes, or it was asked again already."""

    code = "not_revisable"


class RevisionUnchanged(CountersignError):
    """The same would be asked again."""

    code = "revision_unchanged"


class NothingToReport(CountersignError):
    """Nothing can have come of a request that is not approved."""

    code = "nothing_to_report"


class CommentRequired(CountersignError):
    """Revise says what to change, a free choice what to do, Stop why."""

    code = "comment_required"


class NothingToRedeliver(CountersignError):
    """The request has no callback to send again."""

    code = "nothing_to_redeliver"


class RequestUnreadable(CountersignError):
    """A stored request that this version can't read; it is set aside, not dropped."""

    code = "request_unreadable"


class StoreUnavailable(CountersignError):
    """Redis can't be reached or refuses to write; what was asked can safely be repeated."""

    code = "store_unavailable"


class TooBusy(CountersignError):
    """The request changed under us again and again; trying later helps."""

    code = "too_busy"


class ClientNameRefused(CountersignError):
    """Not a name that a client can have."""

    code = "client_name_refused"


class ClientExists(CountersignError):
    """There is a client of that name."""

    code = "client_exists"


class ClientNotFound(CountersignError):
    """There is no client of that name."""

    code = "client_not_found"


class ServerUnfit(CountersignError):
    """This Redis would lose what was acknowledged."""

    code = "server_unfit"


class EmbeddedServerFailed(CountersignError):
    """The server that the demo brings along could not be started."""

    code = "embedded_server_failed"


class SettingsRefused(CountersignError):
    """The environment does not say all that is needed, or says it wrong."""

    code = "settings_refused"


class DemoFailed(CountersignError):
    """The demo can't start, or can't go on."""

    code = "demo_failed"


class PoliciesRefused(CountersignError):
    """The folder of policies can't be used; the message lists every problem."""

    code = "policies_refused"
