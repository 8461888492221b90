"""Admins pause everything, and end the pause, out of Slack."""

from __future__ import annotations

from dataclasses import dataclass

from .domain.errors import NotAnAdmin
from .domain.gate import Pause, reason_of
from .domain.viewing import Viewer
from .ports import Gate


@dataclass(frozen=True)
class Pausing:
    """The gate, for those who run this deployment. The admins are told of each change."""

    gate: Gate

    def pause(self, viewer: Viewer, reason: str) -> Pause:
        """Everything is paused; gives the pause that there is, which may be an earlier one.

        Raises `NotAnAdmin`, `ReasonRefused`.
        """
        _check(viewer)
        return self.gate.pause(_named(viewer), reason_of(reason))

    def resume(self, viewer: Viewer) -> Pause | None:
        """Everything goes on; gives the pause that this ended. Raises `NotAnAdmin`."""
        _check(viewer)
        return self.gate.resume(_named(viewer))


def _check(viewer: Viewer) -> None:
    if not viewer.admin:
        raise NotAnAdmin(
            "Only those who run this deployment can do that.",
            "Ask one of them; COUNTERSIGN_ADMINS names them.",
        )


def _named(viewer: Viewer) -> str:
    """By whom, as it goes on record: a name can be anybody's, an id is one person's."""
    return f"{viewer.name} ({viewer.id})"
