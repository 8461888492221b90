"""Slack's way to us: an address that answers and knows the secret, or Socket Mode."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2

from app.domain.refusals import BY_HAND
from app.ports import SlackAgain
from app.slack.inquiry import Inquiry
from app.slack.manifest import EVENTS_PATH

from .lines import Line, mend, note, ok

_WAIT_S = 5.0
_RUNS = (
    "See that web runs (python -m app.main), and that the proxy in front of it lets this path by."
)


def https(public_url: str, api_url: str) -> Line:
    """Whether it is an address that Slack would call."""
    if urlsplit(public_url).scheme == "https":
        return ok("address", public_url)
    if not (urlsplit(api_url).hostname or "").endswith("slack.com"):
        return note("address", f"{public_url} is not https, which this stand-in for Slack accepts.")
    advice = "Set COUNTERSIGN_PUBLIC_URL to the https address that leads to your web processes."
    return mend("address", f"Slack calls https addresses alone, not {public_url}.", advice)


def alive(public_url: str) -> Line:
    """Whether our own web answers there, as seen from this machine."""
    url = public_url.rstrip("/") + "/healthz"
    answer = _asked("GET", url)
    if isinstance(answer, str):
        return mend("web", f"{url} does not answer ({answer}).", _RUNS)
    if answer.status_code != 200 or b'"ok"' not in answer.content:
        words = f"{url} answers {answer.status_code}, and not as our web does."
        return mend("web", words, _RUNS)
    return ok("web", f"{url} answers.")


def signed(public_url: str, secret: str, clock: Callable[[], int]) -> Line:
    """Whether what Slack sends is taken: its own test of an address, signed with our secret.

    `clock` is the store's (ms), which the age of a signature is told by.
    """
    url, challenge = public_url.rstrip("/") + EVENTS_PATH, secrets.token_hex(8)
    body = json.dumps({"type": "url_verification", "token": "", "challenge": challenge})
    stamp = str(clock() // 1000)
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    answer = _asked("POST", url, content=body, headers=headers)
    if isinstance(answer, str):
        return mend("request URL", f"{url} does not answer ({answer}).", _RUNS)
    if answer.status_code == 401:
        advice = "Give web the Signing Secret from Basic Information as SLACK_SIGNING_SECRET."
        return mend("request URL", "Web has another signing secret than is set here.", advice)
    if answer.status_code != 200 or challenge not in answer.text:
        words = f"{url} answers {answer.status_code} to what Slack sends to test it."
        return mend("request URL", words, _RUNS)
    return ok("request URL", f"{url} takes what is signed with our secret.")


def socket(inquiry: Inquiry, app_token: str) -> Line:
    """Whether Socket Mode can be opened. Raises `SlackAgain`, `SlackNever`."""
    try:
        inquiry.socket(app_token)
    except SlackAgain as again:
        if again.problem not in BY_HAND:
            raise
        advice = (
            "Make an App-Level Token with connections:write under Basic Information, switch Socket "
            "Mode on, and set SLACK_APP_TOKEN to it."
        )
        return mend("Socket Mode", f"Slack refuses SLACK_APP_TOKEN ({again.problem}).", advice)
    return ok("Socket Mode", "Slack opens a connection for SLACK_APP_TOKEN.")


def _asked(method: str, url: str, **sent: object) -> httpx2.Response | str:
    """An answer, or what kept it from coming."""
    try:
        with httpx2.Client(timeout=_WAIT_S, trust_env=False, follow_redirects=False) as client:
            return client.request(method, url, **sent)  # type: ignore[arg-type]
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return type(error).__name__
