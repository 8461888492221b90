"""`countersign audit key` and `public-key`."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result

from app.audit.keys import PublicKey, SealingKey
from app.cli import main

SECRET = "s" * 32


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")  # nobody is asked there
    monkeypatch.setenv("COUNTERSIGN_SECRET", SECRET)
    monkeypatch.delenv("COUNTERSIGN_AUDIT_KEY", raising=False)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["audit", *words])

    return run


def test_a_pair_fits_together_and_says_where_each_half_belongs(typed):
    said = typed("key").output
    private, public = (re.search(rf"{kind}_\S+", said) for kind in ("csas", "csap"))
    assert private is not None
    assert public is not None
    made = SealingKey.of(private[0]).public
    assert PublicKey.of(public[0]).id == made.id
    assert f"(id {made.id})" in said
    assert "COUNTERSIGN_AUDIT_KEY" in said
    assert typed("key").output != said


def test_the_public_half_is_that_of_the_key_that_is_set_else_of_the_secret(
    typed, monkeypatch: pytest.MonkeyPatch
):
    derived = SealingKey.derived(SECRET.encode()).public.text
    assert typed("public-key").output == f"{derived}\n"
    own = SealingKey.new()
    monkeypatch.setenv("COUNTERSIGN_AUDIT_KEY", own.text)
    assert typed("public-key").output == f"{own.public.text}\n"


def test_what_is_no_key_is_refused_and_not_quoted(typed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COUNTERSIGN_AUDIT_KEY", "hunter2")
    refused = typed("public-key")
    assert refused.exit_code == 2
    assert "countersign audit key" in refused.stderr
    assert "hunter2" not in refused.output + refused.stderr
