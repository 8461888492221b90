"""What is refused to operators, and what is wrong with a deployment."""

from __future__ import annotations

from .base import CountersignError


class RequestUnreadable(CountersignError):
    """A stored request that this version can't read; it is set aside, not dropped."""

    code = "request_unreadable"

    @classmethod
    def of_newer(cls, what: str) -> RequestUnreadable:
        """What a newer version wrote, in words for people, who can only wait."""
        return cls(
            f"Countersign is being upgraded, and {what} was written by its newer version.",
            "Nothing is lost. Try again in a minute.",
        )


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


class KeysEnough(CountersignError):
    """A client has as many keys as can live at once."""

    code = "keys_enough"


class RotationRefused(CountersignError):
    """A callback secret is being rotated already."""

    code = "rotation_refused"


class ClientBusy(CountersignError):
    """A client has open requests, so it can't be deleted just like that."""

    code = "client_busy"


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


class EraseRefused(CountersignError):
    """Not a request whose data may be erased now."""

    code = "erase_refused"


class RecordUnsealed(CountersignError):
    """The record is not sealed far enough to be exported."""

    code = "record_unsealed"


class RecordMoved(CountersignError):
    """What was being exported was moved out of the store meanwhile."""

    code = "record_moved"


class ExportUnreadable(CountersignError):
    """A file that is to be verified can't be read at all."""

    code = "export_unreadable"


class PoliciesRefused(CountersignError):
    """The folder of policies can't be used; the message lists every problem."""

    code = "policies_refused"
