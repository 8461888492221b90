"""The jobs that RQ may run: one per lane, no arguments. They carry no work, only a nudge."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rq.job import Job

from app.domain.due import Lane


class _Worker:
    """What this process works with; set once before the first job."""

    serve: Callable[[Lane], None]


def equip(serve: Callable[[Lane], None]) -> None:
    """Say what this process does in a lane, for one shift."""
    _Worker.serve = staticmethod(serve)


def run_timers() -> None:
    """Whatever time has come for: expiry, the end of retention."""
    _Worker.serve(Lane.TIME)


def sync_cards() -> None:
    """Cards that are to be posted or brought up to date."""
    _Worker.serve(Lane.SLACK)


def send_callbacks() -> None:
    """Callbacks that are to be sent."""
    _Worker.serve(Lane.CALLBACK)


def move_work() -> None:
    """Open requests of people whose absence begins or ends."""
    _Worker.serve(Lane.PEOPLE)


def draw_homes() -> None:
    """Home tabs that are to be drawn."""
    _Worker.serve(Lane.HOME)


_JOBS = (run_timers, sync_cards, send_callbacks, move_work, draw_homes)
_ALLOWED: Mapping[str, Callable[[], None]] = {
    f"{job.__module__}.{job.__name__}": job for job in _JOBS
}


class ForbiddenJob(Exception):
    """Somebody put a job into Redis that is none of ours."""


class AllowedJob(Job):
    """A job that runs one of our functions and nothing else, whoever wrote it into Redis.

    RQ imports whatever a job names; here a name is looked up, and callbacks are never imported.
    """

    @property
    def func(self) -> Callable[[], None]:
        job = _ALLOWED.get(self.func_name or "")
        if job is None:
            raise ForbiddenJob(self.func_name)
        return job

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None
