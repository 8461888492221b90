"""What a form that asks by hand remembers from one step to the next. Pure."""

from __future__ import annotations

from pydantic import ValidationError

from app.domain.cards import Place
from policies.plan import Frozen

from .blocks.text import cut
from .ids import CardUnreadable
from .payloads import MessageShortcut

_QUOTE = 1_000
"""Characters of a message that go along; escaped they stay below the 3,000 of private metadata."""


class Asking(Frozen):
    """The policy, once it is chosen; and the message in whose thread it is asked for."""

    policy: str = ""
    asked_in: Place | None = None
    quote: str = ""

    def as_value(self) -> str:
        """The private metadata of the form."""
        return self.model_dump_json(exclude_defaults=True)

    def under(self, policy: str) -> Asking:
        return self.model_copy(update={"policy": policy})


def about(used: MessageShortcut) -> Asking:
    """Asking from a message, which is quoted as it reads."""
    text = used.message.text or ""
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, char)
    quote = cut(text.strip(), _QUOTE, "in the message") if text.strip() else ""
    return Asking(asked_in=used.thread, quote=quote)


def parse(value: str) -> Asking:
    """What `as_value` wrote. Raises `CardUnreadable`."""
    try:
        return Asking.model_validate_json(value)
    except ValidationError as error:
        raise CardUnreadable("This form can't be read any more.", "Open it again.") from error
