"""The log of a process, in lines for people or as JSON for machines; what each line is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

Form = Literal["text", "json"]

_about: ContextVar[Mapping[str, str]] = ContextVar("about")


@contextmanager
def about(**what: str) -> Iterator[None]:
    """Have every line from in here say what it is about.

    `request` is the id of a request of ours, `call` the X-Request-Id of a call.
    """
    token = _about.set({**_about.get({}), **what})
    try:
        yield
    finally:
        _about.reset(token)


def set_up(process: str, form: Form) -> None:
    """Everything that this process logs, whichever library does, goes to stderr in this form."""
    handler = logging.StreamHandler()
    handler.addFilter(_note)
    handler.setFormatter(_json(process) if form == "json" else _text(process))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _note(record: logging.LogRecord) -> bool:
    """Put onto a line what it is about, unless it says so itself."""
    for name, value in _about.get({}).items():
        record.__dict__.setdefault(name, value)
    return True


def _text(process: str) -> logging.Formatter:
    return logging.Formatter(f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s")


def _json(process: str) -> logging.Formatter:
    """One object a line: `ts` (UTC), `level`, `logger`, `process`, `message`, what it is about."""
    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        static_fields={"process": process},
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for terminals
        timestamp="ts",
    )
