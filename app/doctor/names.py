"""Everybody and everything in Slack that the policies name, with where they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.atoms import is_group
from policies.compiled import LoadedPolicy
from policies.plan import ReviewPlan, Stage

Where = dict[str, list[str]]
"""A name, and the places that name it."""


@dataclass(frozen=True)
class Names:
    """`stages` are the different ones of each policy, `private` the channels that are named by one
    which lets nobody of another organisation read along."""

    channels: Where = field(default_factory=dict)
    private: Where = field(default_factory=dict)
    people: Where = field(default_factory=dict)
    groups: Where = field(default_factory=dict)
    stages: dict[str, list[Stage]] = field(default_factory=dict)


def named(policies: Mapping[str, LoadedPolicy]) -> Names:
    """Of every plan that may come of these."""
    names = Names()
    for policy, loaded in policies.items():
        for plan in (loaded.plan, *loaded.plans.values()):
            _note_plan(names, policy, plan)
    return names


def _note_plan(names: Names, policy: str, plan: ReviewPlan) -> None:
    if plan.channel is not None:
        _put(names.channels, plan.channel, policy)
        if not plan.shared_channels:
            _put(names.private, plan.channel, policy)
    for ref, part in _people(plan):
        _put(names.groups if is_group(ref) else names.people, ref, f"{policy} {part}")
    stages = names.stages.setdefault(policy, [])
    stages += [stage for stage in plan.stages if stage not in stages]


def _people(plan: ReviewPlan) -> Iterator[tuple[str, str]]:
    parts = {
        "reviewers": plan.reviewers,
        "backups": plan.backups,
        "overflow": plan.overflow,
        "viewers": plan.viewers,
    }
    for part, refs in parts.items():
        yield from ((ref, part) for ref in refs)


def _put(where: Where, name: str, place: str) -> None:
    places = where.setdefault(name, [])
    if place not in places:
        places.append(place)
