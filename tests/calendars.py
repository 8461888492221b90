"""iCalendar files for tests."""

from __future__ import annotations


def calendar(*events: str) -> bytes:
    """A calendar file; each event is its lines but for BEGIN and END, an id comes by itself."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
    for number, event in enumerate(events):
        own = event.split("\n")
        own += [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *own, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
