"""The workspace: token and scopes, channels, people and groups; enough of them to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from app.domain.commands import Standing
from app.domain.refusals import BY_HAND
from app.ports import SlackAgain
from app.slack import naming
from app.slack.inquiry import Inquiry, Token
from app.slack.scopes import needed
from policies.plan import Stage
from policies.wording import listing

from .lines import Check, Line, mend, note, ok
from .names import Names

_STANDINGS: dict[Standing, str] = {
    "deactivated": "is deactivated",
    "bot": "is a bot",
    "guest": "is a guest",
    "stranger": "belongs to another workspace",
    "unverified": "could not be looked up",
}
_NOT_THERE = "Name somebody else in the policy; write an e-mail address or a user id (U…)."


_PLACES = 2


@dataclass(frozen=True)
class Workspace:
    """What is asked of Slack about what the policies and settings name."""

    inquiry: Inquiry

    def checks(self, names: Names, of_settings: Mapping[str, str | None]) -> Iterator[Check]:
        """Those of what policies name, and of the channels in the settings of these names."""
        channels, private = dict(names.channels), dict(names.private)
        for setting, channel in of_settings.items():
            if channel is not None:
                channels[channel] = [setting, *channels.get(channel, ())]
                private[channel] = [setting, *private.get(channel, ())]
        for name, places in channels.items():
            yield Check(name, partial(self._channel, name, places, private.get(name, ())))
        for look, where in (
            (self._group, names.groups),
            (self._person, names.people),
        ):
            for name, places in where.items():
                yield Check(name, partial(look, name, places))
        for policy, stages in names.stages.items():
            about = f"policy {policy}"
            yield Check(about, partial(self._enough, about, stages))

    def _channel(self, name: str, places: Sequence[str], private: Sequence[str]) -> Line:
        named, invite = _where(places), f"/invite @{self.inquiry.bot()}"
        found = self.inquiry.channel(name)
        if found is None:
            advice = f"Make it, or name another in {named}. If it is private, write {invite} in it."
            return mend(name, "There is no such channel that the bot can see.", advice)
        if found.is_archived:
            return mend(name, "It is archived.", f"Unarchive it, or name another in {named}.")
        if not found.is_member:
            return mend(name, "The bot is not in it.", f"Write {invite} in it.")
        if found.shared and private:
            return _read_along(name, private)
        if found.shared:
            return note(name, f"People of another organisation read along, as they may ({named}).")
        return ok(name, f"The bot is in it ({named}).")

    def _person(self, ref: str, places: Sequence[str]) -> Line:
        found = self.inquiry.person(ref)
        if found is None:
            return mend(
                ref, f"Nobody who is active here goes by that ({_where(places)}).", _NOT_THERE
            )
        if found.standing != "trusted":
            words = f"{found.name} {_STANDINGS[found.standing]}, and can't decide"
            return mend(ref, f"{words} ({_where(places)}).", _NOT_THERE)
        return ok(ref, f"{found.name} ({_where(places)}).")

    def _group(self, ref: str, places: Sequence[str]) -> Line:
        named, found = _where(places), self.inquiry.group(ref)
        if found is None:
            advice = (
                "Make the user group, or name another; write its handle with @, or its id (S…)."
            )
            return mend(ref, f"There is no such user group ({named}).", advice)
        if found.date_delete:
            return mend(ref, f"It is disabled ({named}).", "Enable it, or name another.")
        members = self.inquiry.members(found.id)
        if not members:
            return mend(ref, f"Nobody is in it ({named}).", "Add people to it, or name another.")
        return ok(ref, f"{_people(len(members))} in it ({named}).")

    def _enough(self, about: str, stages: Sequence[Stage]) -> list[Line]:
        """Whether each stage has its quorum, even where one of its people is the requester."""
        most: dict[tuple[str, ...], Stage] = {}
        for stage in sorted(stages, key=lambda one: one.quorum):
            most[stage.reviewers] = stage
        short = [line for stage in most.values() if (line := self._short(about, stage)) is not None]
        return short or [ok(about, "Enough people for every quorum.")]

    def _short(self, about: str, stage: Stage) -> Line | None:
        able = self._able(stage, stage.quorum + 1)
        verb = "has" if stage.quorum == 1 else "have"
        asked = f"{stage.quorum} of {listing(stage.reviewers)} {verb} to approve"
        if len(able) < stage.quorum:
            words = f"{asked}, and {_people(len(able))} can: nothing is ever approved there."
            return mend(about, words, "Name more people, or mend what is said of them above.")
        if len(able) == stage.quorum:
            words = f"{asked}, and no more than that can: what one of them asks for never is."
            return note(about, words, "Name one person more.")
        return None

    def _able(self, stage: Stage, enough: int) -> set[str]:
        """People who can decide in this stage; no more are looked up once these are enough."""
        able: set[str] = set()
        for ref in self._each(stage.reviewers):
            person = self.inquiry.person(ref)
            if person is not None and person.standing == "trusted":
                able.add(person.id)
            if len(able) >= enough:
                break
        return able

    def _each(self, refs: Sequence[str]) -> Iterator[str]:
        for ref in refs:
            if not naming.is_group(ref):
                yield ref
                continue
            group = self.inquiry.group(ref)
            if group is not None and not group.date_delete:
                yield from self.inquiry.members(group.id)


def token(inquiry: Inquiry) -> list[Line]:
    """Whose token it is and what it may do. Raises `SlackAgain`, `SlackNever`."""
    try:
        found = inquiry.token()
    except SlackAgain as again:
        if again.problem not in BY_HAND:
            raise
        advice = "Copy the Bot User OAuth Token anew from OAuth & Permissions to SLACK_BOT_TOKEN."
        return [mend("token", f"Slack refuses SLACK_BOT_TOKEN ({again.problem}).", advice)]
    return [_whose(found), _allowed(found)]


def _whose(found: Token) -> Line:
    who = found.who
    if who.bot_id is None:
        advice = "Set SLACK_BOT_TOKEN to the Bot User OAuth Token, xoxb-…"
        return mend("token", f"It is the token of a person ({who.user}), not of a bot.", advice)
    return ok("token", f"The bot @{who.user} in {who.team} ({who.url}).")


def _allowed(found: Token) -> Line:
    if found.scopes is None:
        return note("scopes", "Slack does not say what the token may do.")
    if missing := [scope for scope in needed() if scope not in found.scopes]:
        advice = "Add that under OAuth & Permissions and install the app anew; see docs/slack.md."
        return mend("scopes", f"The token lacks {listing(missing)}.", advice)
    if more := sorted(found.scopes.difference(needed())):
        return note("scopes", f"All that is needed, and {listing(more)}, which nothing here uses.")
    return ok("scopes", f"All {len(needed())} that are needed, and no more.")


def _read_along(name: str, private: Sequence[str]) -> Line:
    words = f"People of another organisation read along; {_where(private)} may not be shown there."
    advice = (
        "Name a channel of your own; until then the cards go to reviewers by direct message. "
        "`shared_channels: true` under `review` would allow it."
    )
    return mend(name, words, advice)


def _where(places: Sequence[str]) -> str:
    shown = list(places[:_PLACES])
    return listing([*shown, f"{len(places) - _PLACES} more"] if len(places) > _PLACES else shown)


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
