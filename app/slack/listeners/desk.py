"""What the listeners work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.by_hand import ByHand
from app.domain.errors import PersonNotTrusted
from app.editing import Editing
from app.reviewing import At, Reviewing
from app.slack.answers import Done
from app.slack.api import SlackApi
from app.slack.blocks.text import Message
from app.slack.ids import Shown
from app.slack.payloads import Interaction
from app.slack.replies import Replies

_OPEN_S = 2.0
"""Slack waits 3 s for the acknowledgement, and the trigger of a form lives as long."""


@dataclass(frozen=True)
class Desk:
    """The use cases, and the little of Slack that a listener needs. `team` is our workspace."""

    reviewing: Reviewing
    api: SlackApi
    team: Callable[[], str]
    replies: Replies
    by_hand: ByHand
    editing: Editing

    def person(self, interaction: Interaction) -> str:
        """Who did it. Raises `PersonNotTrusted` for people of other workspaces."""
        if interaction.team_id != self.team():
            raise PersonNotTrusted("You belong to another workspace.")
        return interaction.user.id

    def at(self, interaction: Interaction, shown: Shown) -> At:
        """Who did it, and what they were shown. Raises `PersonNotTrusted`."""
        return At(shown.request_id, self.person(interaction), shown.digest, shown.place)

    def write(self, user_id: str, message: Message) -> None:
        """A direct message, off the path of the acknowledgement: best effort."""

        def send() -> None:
            post = self.api.web.chat_postMessage
            self.api.call(Done, post, channel=user_id, text=message.text, blocks=message.blocks)

        self.replies.run(send)

    def open_form(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Open a modal for whoever pressed. Raises `SlackAgain`, `SlackNever`."""

        def opening() -> Done:
            return self.api.step(Done, self.api.web.views_open, trigger_id=trigger_id, view=view)

        self.api.bounded(opening, _OPEN_S)
