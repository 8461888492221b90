"""What all has in common that people do in Slack, checked before anything looks at it. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A part of a payload; what we do not know of it is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Team(Part):
    """A workspace."""

    id: str


class Clicker(Part):
    """Who pressed. People of other workspaces come with their own `team_id`."""

    id: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,30}$")]
    team_id: str | None = None


class Option(Part):
    """An entry of a menu, or of a list to choose from."""

    value: str


class Interaction(Part):
    """Somebody did something. Forms of old say `true` in letters."""

    user: Clicker
    team: Team | None = None
    is_enterprise_install: bool | Literal["true", "false"] = False

    def is_from(self, team: str) -> bool:
        """Whether the person, and the place where they did it, both belong to this workspace.

        Older payloads have only the place. One by an installation for a whole organisation is of
        no workspace: the app is installed in one.
        """
        if self.is_enterprise_install in (True, "true"):
            return False
        return {self.user.team_id, self.team.id if self.team else None} - {None} == {team}
