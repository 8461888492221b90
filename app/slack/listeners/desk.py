"""What the listeners work with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from app.by_hand import ByHand
from app.domain.errors import PersonNotTrusted, StoreUnavailable
from app.domain.reviewers import distrust
from app.domain.viewing import Viewer
from app.editing import Editing
from app.looking import Looking
from app.pausing import Pausing
from app.ports import Homes
from app.reviewing import At, Reviewing
from app.slack.answers import Done
from app.slack.api import SlackApi
from app.slack.blocks import details
from app.slack.blocks.text import Message
from app.slack.ids import Shown
from app.slack.interaction import Interaction
from app.slack.payloads import Press
from app.slack.replies import Replies
from app.slack.submission import Submission

_OPEN_S = 1.4
"""Slack waits 3 s for the acknowledgement, and the trigger of a form lives as long. Before a form
opens there may be a look-up of 1.5 s."""

LOOKED_UP_S = 1.4
"""What is left of that once whoever pressed was looked up."""


@dataclass(frozen=True)
class Desk:
    """The use cases, and the little of Slack that a listener needs. `team` is our workspace,
    `command` the name of our slash command."""

    reviewing: Reviewing
    looking: Looking
    pausing: Pausing
    by_hand: ByHand
    editing: Editing
    homes: Homes
    api: SlackApi
    team: Callable[[], str]
    replies: Replies
    command: str

    def person(self, interaction: Interaction) -> str:
        """Who did it. Raises `PersonNotTrusted` for people of other workspaces."""
        if not interaction.is_from(self.team()):
            raise PersonNotTrusted("You belong to another workspace.")
        return interaction.user.id

    def trusted(self, interaction: Interaction, do: str, *, unsure_too: bool = False) -> str:
        """Who did it, as long as Slack vouches for them now. Within 1.5 s.

        `do` is what they want, in words. With `unsure_too` those may as well of whom Slack does
        not say anything just now. Raises `PersonNotTrusted`.
        """
        person = self.reviewing.person(self.person(interaction))
        distrusted = distrust(person, do)
        if distrusted is not None and not (unsure_too and person.standing == "unverified"):
            raise distrusted
        return person.id

    def viewer(self, interaction: Interaction) -> Viewer:
        """Who did it, as Slack knows them now. Raises `PersonNotTrusted`."""
        return self.looking.viewer(self.person(interaction))

    def at(self, interaction: Interaction, shown: Shown) -> At:
        """Who did it, and what they were shown; people of other workspaces are refused there, so
        that it goes on record."""
        foreign = not interaction.is_from(self.team())
        user_id = interaction.user.id
        return At(shown.request_id, user_id, shown.digest, shown.place, foreign=foreign)

    def open(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Open a modal for whoever began anew. Raises `SlackAgain`, `SlackNever`."""
        opens = self.api.web.views_open
        self.api.bounded(
            lambda: self.api.step(Done, opens, trigger_id=trigger_id, view=view), _OPEN_S
        )

    def tell(self, interaction: Interaction, reply_to: str | None, message: Message) -> None:
        """Say it where it was pressed; on their Home, where there is no address to answer to."""
        if reply_to is not None:
            self.replies.tell(reply_to, message)
            return
        with suppress(StoreUnavailable):  # it is an answer; what it is about stands already
            self.homes.say(interaction.user.id, message.text)

    def open_form(self, press: Press, view: dict[str, Any], within_s: float = _OPEN_S) -> None:
        """Open a modal for whoever pressed, on top of the one that they pressed in.

        Raises `SlackAgain`, `SlackNever`.
        """
        web, trigger_id = self.api.web, press.trigger_id
        opens = web.views_open if press.modal is None else web.views_push
        self.api.bounded(
            lambda: self.api.step(Done, opens, trigger_id=trigger_id, view=view), within_s
        )

    def turn(self, view_id: str, view: dict[str, Any]) -> None:
        """Put another page in the place of an open modal, for whoever was looked up.

        Raises `SlackAgain`, `SlackNever`.
        """
        update = self.api.web.views_update
        self.api.bounded(
            lambda: self.api.step(Done, update, view_id=view_id, view=view), LOOKED_UP_S
        )

    def say(self, press: Press, message: Message) -> None:
        """To the one who pressed: where they did, or in place of the modal they pressed in."""
        if press.modal is None:
            self.tell(press, press.response_url, message)
        else:
            self.replies.show(self.api, press.modal, details.told(message))


def close(ack: Ack, sent: Submission) -> None:
    """Take a form, and with it all that lies beneath: a modal that was answered has no use."""
    if sent.on_top:
        ack(response_action="clear")
    else:
        ack()
