"""Slack's refusals that are about more than one step of one request. Pure.

Codes: docs.slack.dev/reference/methods, each method's list of errors.
"""

from __future__ import annotations

from .request import Request
from .slack_steps import next_step

BY_HAND = frozenset(
    {
        "access_denied",
        "account_inactive",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Our token, or what it may do: nothing is lost by waiting, and somebody has to mend it."""


def refused(request: Request) -> str | None:
    """The code of `BY_HAND` that keeps this request from being shown as it stands."""
    problem = request.state.cards.problem
    return problem if problem in BY_HAND and next_step(request) is not None else None


def lost_channel(request: Request) -> tuple[str, str] | None:
    """The channel of the plan, and why Slack takes no card of this request into it any more."""
    lost, plan = dict(request.state.cards.lost), request.plan
    if not lost or plan is None or plan.channel is None or plan.channel not in lost:
        return None
    return plan.channel, lost[plan.channel]
