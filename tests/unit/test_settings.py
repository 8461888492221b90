"""Settings come from the environment, are documented, and complain without quoting secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import SettingsRefused
from app.settings import Settings, load

ENOUGH = {
    "REDIS_URL": "redis://127.0.0.1/0",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "shh",
    "COUNTERSIGN_SECRET": "s" * 32,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    for name, value in ENOUGH.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_little_that_is_needed_is_enough(environment: pytest.MonkeyPatch):
    settings = load()
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.retention_s == 90 * 86_400


def test_lists_and_durations_are_read_as_people_write_them(environment: pytest.MonkeyPatch):
    environment.setenv("COUNTERSIGN_CALLBACK_ALLOW", "n8n.internal, 10.0.0.0/8,")
    environment.setenv("COUNTERSIGN_RETENTION", "30d")
    environment.setenv("COUNTERSIGN_ADMINS", "ana@example.com, @ops,U0BEN00001")
    settings = load()
    assert settings.admins == ("ana@example.com", "@ops", "U0BEN00001")
    assert settings.callback_allow == ("n8n.internal", "10.0.0.0/8")
    assert settings.retention_s == 30 * 86_400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERSIGN_SECRET", "hunter2"),
        ("COUNTERSIGN_RETENTION", "a while"),
        ("PORT", "http"),
        ("REDIS_URL", "redis://:hunter2#x@127.0.0.1:6379/0"),
        ("REDIS_URL", "redis://127.0.0.1:99999/0"),
        ("COUNTERSIGN_AUDIT_CHANNEL", "audit"),
    ],
)
def test_a_wrong_one_is_named_and_not_quoted(
    environment: pytest.MonkeyPatch, name: str, value: str
):
    environment.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        load()
    assert name in refused.value.message
    assert "hunter2" not in refused.value.message


def test_one_way_in_for_slack_is_needed(environment: pytest.MonkeyPatch):
    environment.delenv("SLACK_SIGNING_SECRET")
    with pytest.raises(SettingsRefused, match=r"SLACK_SIGNING_SECRET .* SLACK_APP_TOKEN"):
        load()


def test_every_setting_stands_in_the_readme():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    missing = [
        field.alias for field in Settings.model_fields.values() if f"`{field.alias}`" not in readme
    ]
    assert missing == []
