"""What all has in common that people do in Slack, checked before anything looks at it. Pure."""

from __future__ import annotations

from typing import Annotated

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
    """Somebody did something."""

    user: Clicker
    team: Team | None = None

    @property
    def team_id(self) -> str | None:
        """The workspace of the person; older payloads have only that of the place."""
        return self.user.team_id or (self.team.id if self.team else None)
