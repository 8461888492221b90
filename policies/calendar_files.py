"""The calendar files beside a policy: read within its folder, in bounded size, each once."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from policies.holidays import days_off
from policies.wording import printable

MAX_BYTES = 1024 * 1024


class CalendarsBeside:
    """Reads the calendars that a policy's file names; what repeats, from `first_year` on."""

    def __init__(self, policy: Path, first_year: int) -> None:
        self._folder = policy.parent
        self._first_year = first_year
        self._read: dict[str, bytes] = {}
        self._days_off: dict[tuple[str, str], tuple[str, ...]] = {}

    def __call__(self, name: str, zone: str) -> tuple[str, ...]:
        """The days off of a calendar, as dates. ValueError says what is wrong with the file."""
        if (name, zone) not in self._days_off:
            self._days_off[name, zone] = self._found(name, zone)
        return self._days_off[name, zone]

    @property
    def hashes(self) -> tuple[tuple[str, str], ...]:
        """The calendars that were read, by name, each with the SHA-256 of its bytes."""
        read = sorted(self._read.items())
        return tuple((name, hashlib.sha256(raw).hexdigest()) for name, raw in read)

    def _found(self, name: str, zone: str) -> tuple[str, ...]:
        try:
            if name not in self._read:
                self._read[name] = _bytes(self._folder, name)
            return days_off(self._read[name], zone, self._first_year)
        except ValueError as error:
            raise ValueError(f"{printable(name)} can't be used: {error}") from error


def _bytes(folder: Path, name: str) -> bytes:
    """The bytes of a regular file that is within the folder, links followed."""
    if not name.isprintable() or "\\" in name:
        raise ValueError("this is no name of a file")
    try:
        file = (folder / name).resolve()
        if Path(name).is_absolute() or not file.is_relative_to(folder.resolve()):
            raise ValueError("it lies outside of the policy's folder; put it beside the policy")
        if not stat.S_ISREG(file.stat().st_mode):
            raise ValueError("it is no regular file")
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ValueError("there is no such file in the policy's folder") from error
    except OSError as error:
        raise ValueError(error.strerror) from error
    except RuntimeError as error:  # what resolve() says of links up to Python 3.12
        raise ValueError("its links lead in a circle") from error
    if len(raw) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES // 1024:,} kB")
    return raw
