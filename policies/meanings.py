"""What each key of a policy file means, in a line: what an editor shows beside it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_INPUT = {
    "type": "What it holds.",
    "label": "Its name on the card; otherwise the key itself.",
    "format": "How it is drawn: money with its currency, a date, a link.",
    "currency": "The currency of money, such as USD.",
    "enum": "The values that it may have.",
    "minimum": "The least number that is taken.",
    "maximum": "The greatest number that is taken.",
    "max_length": "The most characters of a string, or elements of a list.",
    "required": "Whether it has to be there.",
    "secret": "It is executed and never shown.",
    "editable": "A reviewer may change it while approving.",
    "visible": "Who is shown it: everyone who sees the card, or reviewers alone.",
}
MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Policy": {
            "policy": "The name by which requests ask for this policy.",
            "description": "What these requests are, in a sentence.",
            "reversible": "Whether what is asked for here can be undone; left out, requests say.",
            "by_hand": "Whether people may ask for it in Slack; they may unless it says false.",
            "valid": "How long after the decision an approval can be used; for good unless set.",
            "inputs": "The fields of the payload, by name. Left out, any payload is taken.",
            "signals": "What a request may say about itself beside the four that all have.",
            "risk": "Questions, by name; each that holds raises a flag, and rules count them.",
            "auto": "Without rules: approve what raises no flag.",
            "review": "Who is asked, where, and how long they have.",
            "rules": "Read from the top; the first whose condition holds decides.",
            "tests": "Requests and what has to come of them, for countersign policy test.",
        },
        "Input": _INPUT,
        "Signal": _INPUT,
        "Question": {
            "when": "The condition under which the flag is raised.",
            "because": "What people are told then.",
        },
        "Review": {
            "channel": "Where the card is posted.",
            "reviewers": "Who is asked: groups, e-mail addresses, Slack user ids.",
            "quorum": "How many of them must approve.",
            "stages": "Reviewers who are asked one after another.",
            "assign": "Whom it asks: everyone, or as many as it needs, the least loaded.",
            "cap": "Nobody is asked who has so many requests open already.",
            "overflow": "Who is asked, and may decide, once all are at their cap.",
            "reject_quorum": "How many people have to reject; one unless set.",
            "backups": "Who may decide as well, once it is escalated.",
            "outcomes": "Which of the usual buttons there are.",
            "choices": "Buttons of the policy's own in their place.",
            "sla": "How long people have.",
            "checklist": "Lines on the card: what to look at before approving.",
            "viewers": "Who may look and not decide.",
            "shared_channels": "Whether people of another organisation may read along.",
            "confirm": "The input whose value has to be typed to approve.",
            "undo": "How long whoever decided can take it back, before the workflow hears of it.",
            "revisions": "Asked again more often than this, the backups are asked at once.",
        },
        "StageForm": {
            "name": "What the stage is called on the card.",
            "reviewers": "Who is asked together.",
            "quorum": "How many of them must approve before the next stage.",
            "assign": "Whom this stage asks: everyone, or the least loaded.",
        },
        "ChoiceForm": {
            "id": "What the workflow is told.",
            "label": "What the button says.",
            "outcome": "What it means to the workflow.",
            "effect": "What it does, in a sentence on the card.",
            "comment": "Whether it opens a form for a comment.",
        },
        "Sla": {
            "remind": "When to remind those who are asked; several, in order.",
            "escalate": "When to ask the backups as well.",
            "further": "Later steps, each asking more people.",
            "expire": "When the request ends without an approval.",
            "claim": "How long it holds that somebody is on it; 30m unless set.",
            "result": "An approval is flagged whose result is not told within so long.",
            "hours": "Working hours: reminders, steps and expiry run in these alone.",
        },
        "StepForm": {
            "after": "When, from when people were asked first.",
            "ask": "Who may decide as well from then on.",
        },
        "HoursForm": {
            "zone": "A time zone such as Europe/London.",
            "days": "Working days, such as mon-fri.",
            "open": "Working hours, such as 09:00-17:00, or several with commas.",
            "holidays": "Days off, such as 2026-12-25, and calendars such as holidays.ics.",
        },
        "Rule": {
            "id": "The name of the rule, on record with what it decided.",
            "when": "The condition; left out, the rule always holds.",
            "then": "What is done: approve, watch, review or reject.",
            "because": "Why, in words for people.",
            "for": "Of a watch: how long people can stop it.",
            "stop": "Of a watch: what stopping makes of it.",
            "limit": "How much the rule lets through by itself.",
            "review": "What differs from the policy's own review.",
        },
        "Limit": {
            "count": "At most so many requests.",
            "sum": "The input that is added up.",
            "most": "At most so much in all.",
            "per": "The input whose values are counted each by itself.",
            "window": "Within so long, up to now.",
        },
        "Expectation": {
            "name": "What is tested, in words.",
            "payload": "The payload of the request that is tried.",
            "signals": "Its signals.",
            "spent": "Rules whose limit is taken to be used up.",
            "expect": "The id of the rule that has to decide; the route where no rule does.",
            "quorum": "How many people have to approve.",
        },
    }
)
