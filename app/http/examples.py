"""Answers as the API description shows them; a test holds them to the schemas."""

from __future__ import annotations

from typing import Any

_ID = "req_01kah5v3q8m2c7n9x4r6t0wz1b"
_DIGEST = "5f0c1a9e" * 8
_POLICY_HASH = "8c7b2d14" * 8
_BEN = {"kind": "person", "id": "U0BEN00001", "name": "Ben", "email": "ben@example.com"}
_FLAG = {
    "question": "impact_radius",
    "raised": False,
    "because": "It reaches far: many people, or much money.",
    "phrase": "payload.amount >= 1000: no, amount is 240",
}
_PAYLOAD = {"amount": 240, "customer": "Acme", "tier": "standard"}

DECIDED: dict[str, Any] = {
    "id": _ID,
    "root_id": _ID,
    "revision": 1,
    "title": "Refund 240.00 USD to Acme",
    "status": "approved",
    "policy": "refund",
    "policy_hash": _POLICY_HASH,
    "payload": _PAYLOAD,
    "context": {"ticket": "https://support.example.com/t/4711"},
    "signals": {"confidence": 0.7},
    "signals_by": "requester",
    "reports": [],
    "metadata": {"run": "8f2c"},
    "on_behalf_of": "ana@example.com",
    "callback_url": "https://workflow.example.com/hooks/decided",
    "callback_on": "always",
    "digest": _DIGEST,
    "nonce": "9b1d6f0a4c8e2357b1d9f3a5c7e08642",
    "evaluation": {
        "route": "review",
        "rule": "otherwise",
        "because": "Anything else gets one look.",
        "error": None,
        "trace": [
            {
                "rule": "routine",
                "matched": False,
                "phrase": "payload.amount < 50: no, amount is 240",
            },
            {
                "rule": "otherwise",
                "matched": True,
                "phrase": "applies to every request that gets this far",
            },
        ],
        "flags": [_FLAG],
    },
    "review": {
        "stage": 1,
        "stages": [
            {
                "name": None,
                "reviewers": ["@finance-approvers"],
                "quorum": 1,
                "approvals": [
                    {"by": _BEN, "at": "2026-11-20T12:31:04.120Z", "choice": None, "comment": None}
                ],
            }
        ],
        "choices": [],
        "watch": None,
        "stopped": None,
        "rejections": [],
        "reject_quorum": 1,
        "assigned": [],
        "overflow": [],
        "away": [],
        "claim": None,
        "questions": [],
        "next": [],
        "reminders": 0,
        "backups": ["cfo@example.com"],
        "escalated": False,
    },
    "held": None,
    "revises": None,
    "edited": None,
    "undoable": None,
    "decision": {
        "outcome": "approved",
        "choice": None,
        "comment": None,
        "by": [_BEN],
        "at": "2026-11-20T12:31:04.120Z",
        "payload": _PAYLOAD,
        "digest": _DIGEST,
        "policy": "refund",
        "valid_until": "2026-11-20T12:46:04.120Z",
        "break_glass": None,
    },
    "consumed": {"at": "2026-11-20T12:31:04.700Z"},
    "result": {
        "ok": True,
        "text": "Refund sent, re_123",
        "link": "https://pay.example.com/refunds/re_123",
        "at": "2026-11-20T12:31:05.900Z",
    },
    "unused": False,
    "expires_at": "2026-11-21T12:30:00.000Z",
    "created_at": "2026-11-20T12:30:00.000Z",
    "callback": {
        "id": "msg_01kah5v3q8m2c7n9x4r6t0wz1b",
        "outcome": "delivered",
        "next_attempt_at": None,
        "attempts": [
            {"at": "2026-11-20T12:31:04.180Z", "status": 204, "error": None, "took_ms": 41}
        ],
    },
    "slack": {"posted": 1, "problem": None},
    "links": {"request": f"https://countersign.example.com/v1/requests/{_ID}"},
}

TRAIL: dict[str, Any] = {
    "events": [
        {
            "type": "request.decided",
            "version": 3,
            "at": "2026-11-20T12:31:04.120Z",
            "actor_kind": "person",
            "actor": "U0BEN00001",
            "detail": {"outcome": "approved", "digest": _DIGEST, "comment_sha256": None},
        }
    ],
    "cursor": None,
}

SIGNALLED: dict[str, Any] = {
    "id": _ID,
    "status": "pending",
    "watched": False,
    "reports": [
        {"name": "anomaly", "value": True, "by": "watchdog", "at": "2026-11-20T12:30:41.007Z"}
    ],
}

EXPLAINED: dict[str, Any] = {
    "policy": "refund",
    "policy_hash": _POLICY_HASH,
    "draft": False,
    "route": "review",
    "rule": "otherwise",
    "because": "Anything else gets one look.",
    "error": None,
    "summary": {
        "why": "Anything else gets one look. (Policy refund, rule otherwise.)",
        "buttons": ["Approve: the workflow goes on with exactly what is shown."],
        "silence": "If it is not decided within 1 day the request expires: it is not approved, and "
        "the workflow is told.",
        "watching": None,
    },
    "rules": [
        {
            "rule": "routine",
            "then": "approve",
            "because": "Refunds under 50 are routine.",
            "reached": True,
            "matched": False,
            "phrase": "payload.amount < 50 && signals.confidence >= 0.8: no, amount is 240 and "
            "confidence is 0.7",
            "joined_by": "&&",
            "parts": [
                {
                    "text": "payload.amount < 50",
                    "holds": False,
                    "phrase": "payload.amount < 50: no, amount is 240",
                },
                {
                    "text": "signals.confidence >= 0.8",
                    "holds": False,
                    "phrase": "signals.confidence >= 0.8: no, confidence is 0.7",
                },
            ],
            "limit": "at most 20 in 1 day",
        },
        {
            "rule": "otherwise",
            "then": "review",
            "because": "Anything else gets one look.",
            "reached": True,
            "matched": True,
            "phrase": "applies to every request that gets this far",
            "joined_by": None,
            "parts": [],
            "limit": None,
        },
    ],
    "flags": [_FLAG],
    "people": {
        "channel": "#approvals",
        "stages": [
            {
                "name": None,
                "reviewers": ["@finance-approvers"],
                "quorum": 1,
                "assign": "everyone",
            }
        ],
        "reject_quorum": 1,
        "buttons": [
            {
                "label": "Approve",
                "outcome": "approve",
                "effect": "the workflow goes on with exactly what is shown.",
            }
        ],
        "checklist": [],
        "viewers": [],
        "hours": None,
    },
    "valid": "15 minutes",
    "timeline": [
        {
            "after_s": 0,
            "after": "at once",
            "since": "shown",
            "at": "2026-11-20T12:30:00.000Z",
            "what": "asked in #approvals: @finance-approvers, one of whom has to approve",
        },
        {
            "after_s": 86_400,
            "after": "1 day",
            "since": "shown",
            "at": "2026-11-21T12:30:00.000Z",
            "what": "it expires: not approved, and the workflow is told",
        },
    ],
}

STATUS: dict[str, Any] = {
    "paused": {
        "by": "client ops",
        "since": "2026-11-25T16:31:40.580Z",
        "reason": "Refunds look odd since noon",
    },
    "open": 41,
    "held_by_pause": 30,
    "held_by_limit": 0,
    "callbacks_waiting": 4,
    "callbacks_under_way": 0,
    "lanes": {
        lane: {"overdue": 0, "set_aside": 0, "set_aside_ids": []}
        for lane in ("time", "slack", "callback", "people", "home")
    },
}

OVERSEEN: dict[str, Any] = {
    "id": _ID,
    "root_id": _ID,
    "revision": 1,
    "client": "billing",
    "status": "approved",
    "policy": "refund",
    "policy_hash": _POLICY_HASH,
    "rule": "otherwise",
    "digest": _DIGEST,
    "asked": [],
    "held": None,
    "decision": {
        "outcome": "approved",
        "by": [_BEN],
        "at": "2026-11-20T12:31:04.120Z",
        "digest": _DIGEST,
    },
    "callback": None,
    "slack": {"posted": 1, "problem": None},
    "expires_at": None,
    "created_at": "2026-11-20T12:30:00.000Z",
}
