"""What is refused to those who ask: clients, and people who ask by hand."""

from __future__ import annotations

from .base import CountersignError


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
        super().__init__(
            "The request does not fit the inputs of its policy.",
            "Mend the fields that `errors` names. `countersign policy example NAME` prints"
            " a request that fits.",
        )
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


class FormRefused(CountersignError):
    """A form that asks by hand says too little, or was sent before."""

    code = "form_refused"


class NotAMonitor(CountersignError):
    """Only clients that are monitors say something about other clients' requests."""

    code = "not_a_monitor"


class AdminRequired(CountersignError):
    """Only a client that is an admin can do this."""

    code = "admin_required"


class NotRevisable(CountersignError):
    """Nobody asked for changes, or it was asked again already."""

    code = "not_revisable"


class RevisionUnchanged(CountersignError):
    """The same would be asked again."""

    code = "revision_unchanged"


class NotApproved(CountersignError):
    """There is no approval to use, or not yet."""

    code = "not_approved"


class NotYetCounted(NotApproved):
    """It is decided, and whoever decided can still take that back."""

    code = "not_yet_counted"


class AlreadyConsumed(CountersignError):
    """The approval was used before."""

    code = "already_consumed"


class ApprovalLapsed(CountersignError):
    """The time in which the approval could be used is over."""

    code = "approval_lapsed"


class EverythingPaused(CountersignError):
    """Nothing starts before somebody resumes."""

    code = "paused"


class NothingToReport(CountersignError):
    """Nothing can have come of a request that is not approved."""

    code = "nothing_to_report"


class NothingToRedeliver(CountersignError):
    """The request has no callback to send again."""

    code = "nothing_to_redeliver"
