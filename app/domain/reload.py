"""A reload of the policies: who asked for it, and what came of it in one process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from policies.plan import Frozen


class Order(Frozen):
    """Somebody wants the policies loaded anew. `id` is None when nobody waits for an answer."""

    by: str
    id: str | None = None


HANGUP = Order(by="SIGHUP")


class Change(Frozen):
    """What a reload changed: names of policies, and how many stayed as they were."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class Report(Frozen):
    """What one process did. `change` is None when it refused, for `problems`.

    `process` tells it from others of the same host and pid, which containers can have. `digest`
    stands for the whole set that is in force there now.
    """

    process: str
    host: str
    pid: int
    digest: str
    change: Change | None
    problems: tuple[str, ...] = ()


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> Change:
    """What is different between two sets of policies, each a hash by name."""
    both = sorted(before.keys() & after.keys())
    other = tuple(name for name in both if before[name] != after[name])
    return Change(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=other,
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=len(both) - len(other),
    )


def in_words(made: Change) -> str:
    """`added payout; changed refund; 3 unchanged`."""
    kinds = (("added", made.added), ("changed", made.changed), ("removed", made.removed))
    parts = [f"{verb} {', '.join(names)}" for verb, names in kinds if names]
    return "; ".join([*(parts or ["nothing changed"]), f"{made.unchanged} unchanged"])


def digest(hashes: Mapping[str, str]) -> str:
    """One name for a set of policies, each a hash by name."""
    lines = "".join(f"{name} {hashes[name]}\n" for name in sorted(hashes))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
