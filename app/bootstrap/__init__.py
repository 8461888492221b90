"""The one place where everything is wired: settings in, the parts of each process out."""

from .exporting import build_erasing, build_exporter
from .operators import (
    build_absences,
    build_break_glass,
    build_clients,
    build_gate,
    build_leaving,
    build_orders,
    build_policies,
    build_reviewing,
)
from .processes import build_clock, build_pulse, build_shifts
from .record import build_sealing_key
from .web import build_web

__all__ = [
    "build_absences",
    "build_break_glass",
    "build_clients",
    "build_clock",
    "build_erasing",
    "build_exporter",
    "build_gate",
    "build_leaving",
    "build_orders",
    "build_policies",
    "build_pulse",
    "build_reviewing",
    "build_sealing_key",
    "build_shifts",
    "build_web",
]
