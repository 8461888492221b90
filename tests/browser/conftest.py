"""A sandbox process, the app behind it, and a page of a real Chromium."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect, sync_playwright
from slack_sdk import WebClient

from tests.browser.approval_app import ApprovalApp

LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
START_S = 20
expect.set_options(timeout=15_000)


@contextlib.contextmanager
def running_sandbox(app_url: str, port: int = 0, state: Path | None = None) -> Iterator[str]:
    """A sandbox of its own, and its address."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--app-url", app_url]
    command += ["--bot-token", "xoxb-sandbox", "--signing-secret", "S"]
    command += ["--state", str(state)] if state else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], START_S)
            line = process.stdout.readline() if ready else ""
            assert line.startswith("sandbox ready "), f"the sandbox did not start: {line!r}"
            yield line.removeprefix("sandbox ready ").strip()
        finally:
            process.terminate()
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()


def client(sandbox: str) -> WebClient:
    return WebClient("xoxb-sandbox", base_url=f"{sandbox}/api/slack/")


@pytest.fixture(scope="module")
def approval_app() -> Iterator[ApprovalApp]:
    with ApprovalApp() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def sandbox(approval_app: ApprovalApp) -> Iterator[str]:
    with running_sandbox(approval_app.url) as url:
        approval_app.slack = client(url)
        yield url


@pytest.fixture
def app(approval_app: ApprovalApp) -> ApprovalApp:
    """The app as it begins: told nothing, and with nothing in its hands."""
    approval_app.on.clear()
    approval_app.got.clear()
    approval_app.submitted.clear()
    return approval_app


@pytest.fixture(scope="module")
def slack(sandbox: str) -> WebClient:
    return client(sandbox)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("COUNTERSIGN_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        reason = "no chromium on PATH; install it or set COUNTERSIGN_CHROMIUM"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when its scripts fail or break the content security policy."""
    context = browser.new_context()
    page = context.new_page()
    failures: list[str] = []

    def refuse(dialog: Dialog) -> None:
        failures.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def listen(line: ConsoleMessage) -> None:
        if "Content Security Policy" in line.text:
            failures.append(line.text)

    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("dialog", refuse)
    page.on("console", listen)
    yield page
    context.close()
    assert failures == []
