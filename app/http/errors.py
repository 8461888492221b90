"""What this door refuses before, or instead of, asking the service. The codes are stable."""

from __future__ import annotations

from app.domain.errors import CountersignError


class Unauthenticated(CountersignError):
    """No key, or none that is known here."""

    code = "unauthenticated"


class RateLimited(CountersignError):
    """The client calls more often than it may; in `wait_ms` it may again."""

    code = "rate_limited"

    def __init__(self, message: str, advice: str | None = None, wait_ms: int = 1000) -> None:
        super().__init__(message, advice)
        self.wait_ms = wait_ms


class PathNotFound(CountersignError):
    """Nothing is served under this path."""

    code = "not_found"


class MethodNotAllowed(CountersignError):
    """The path is served, but not with this method."""

    code = "method_not_allowed"


class UnsupportedContentType(CountersignError):
    """The body is not declared as JSON."""

    code = "unsupported_content_type"


class BodyTooLarge(CountersignError):
    """More bytes than any request needs; what came after the cap was not read."""

    code = "body_too_large"


class BodyIncomplete(CountersignError):
    """The body did not arrive whole, or not in time."""

    code = "body_incomplete"


class InvalidHttp(CountersignError):
    """What came over a connection is no HTTP."""

    code = "invalid_http"


class HeadTooLarge(CountersignError):
    """More bytes of headers than any call needs."""

    code = "head_too_large"


class InvalidJson(CountersignError):
    """Not JSON, or JSON that two readers could understand in two ways."""

    code = "invalid_json"


class IdempotencyKeysDiffer(CountersignError):
    """The header names one idempotency key, the body another."""

    code = "idempotency_keys_differ"


class InternalError(CountersignError):
    """Our fault. What went wrong is in the log alone."""

    code = "internal_error"


class FieldsRefused(CountersignError):
    """Refused because of single fields: `problems` holds (field, what is wrong) pairs."""

    def __init__(
        self, message: str, problems: tuple[tuple[str, str], ...], advice: str | None = None
    ) -> None:
        super().__init__(message, advice)
        self.problems = problems


class InvalidRequest(FieldsRefused):
    """Fields that are unknown, missing, or not what they should be."""

    code = "invalid_request"


class NumberTooLarge(FieldsRefused):
    """A number that most readers of JSON would change without a word."""

    code = "number_too_large"


class FieldTooLarge(FieldsRefused):
    """One field is larger than what a reviewer or the store should carry."""

    code = "field_too_large"
