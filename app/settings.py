"""Every setting, from the environment. Read by `bootstrap` and the processes alone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from policies.calendar import duration_s

from .domain.errors import SettingsRefused

S = TypeVar("S", bound="StoreSettings")

_CHANNEL = r"^(#\S{1,80}|[CG][A-Z0-9]{6,20})$"


class StoreSettings(BaseSettings):
    """What is needed to reach the store, and no Slack: enough for `countersign clients`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    redis_url: str = Field(alias="REDIS_URL")
    secret: SecretStr = Field(alias="COUNTERSIGN_SECRET")
    allow_unsafe_redis: bool = Field(False, alias="COUNTERSIGN_ALLOW_UNSAFE_REDIS")
    audit_key: SecretStr | None = Field(None, alias="COUNTERSIGN_AUDIT_KEY")
    audit_dir: Path | None = Field(None, alias="COUNTERSIGN_AUDIT_DIR")

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("use 32 random characters or more")
        return value

    @field_validator("redis_url")
    @classmethod
    def _of_redis(cls, value: str) -> str:
        if not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("write it as redis://host:6379/0, rediss://… or unix:///path")
        with suppress(ValueError):  # its text may quote a part of the password
            _ = urlsplit(value).port
            return value
        raise ValueError("it can't be read; write / ? # in a password as %2F %3F %23")


class Settings(StoreSettings):
    """One field per environment variable; the alias is its name."""

    port: int = Field(8000, alias="PORT", ge=0, le=65535)
    slack_bot_token: SecretStr = Field(alias="SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    slack_app_token: SecretStr | None = Field(None, alias="SLACK_APP_TOKEN")
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL")
    host: str = Field("0.0.0.0", alias="COUNTERSIGN_HOST")  # noqa: S104 (a Procfile's platform needs it)
    policy_dir: Path | None = Field(None, alias="COUNTERSIGN_POLICY_DIR")
    public_url: str = Field("http://127.0.0.1:8000", alias="COUNTERSIGN_PUBLIC_URL")
    callback_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), alias="COUNTERSIGN_CALLBACK_ALLOW"
    )
    admin_channel: str | None = Field(None, alias="COUNTERSIGN_ADMIN_CHANNEL", pattern=_CHANNEL)
    audit_channel: str | None = Field(None, alias="COUNTERSIGN_AUDIT_CHANNEL", pattern=_CHANNEL)
    command: str = Field("/approvals", alias="COUNTERSIGN_COMMAND", pattern=r"^/[a-z0-9_-]{1,31}$")
    admins: Annotated[tuple[str, ...], NoDecode] = Field((), alias="COUNTERSIGN_ADMINS")
    log: Literal["text", "json"] = Field("text", alias="COUNTERSIGN_LOG")
    retention_s: int = Field(90 * 86400, alias="COUNTERSIGN_RETENTION", ge=60)

    @field_validator("callback_allow", "admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """`host, 10.0.0.0/8` as a list."""
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("retention_s", mode="before")
    @classmethod
    def _duration(cls, value: object) -> object:
        """`90d` as seconds."""
        return duration_s(value) if isinstance(value, str) else value

    @field_validator("slack_api_url")
    @classmethod
    def _with_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @model_validator(mode="after")
    def _one_way_in(self) -> Settings:
        if self.slack_signing_secret is None and self.slack_app_token is None:
            raise ValueError(
                "set SLACK_SIGNING_SECRET (interactions over HTTP) or SLACK_APP_TOKEN (Socket Mode)"
            )
        return self


def load() -> Settings:
    """The settings of this process. Raises `SettingsRefused` with every problem at once."""
    return _read(Settings)


def load_store_settings() -> StoreSettings:
    """The settings of a command that needs the store alone. Raises `SettingsRefused`."""
    return _read(StoreSettings)


def _read(kind: type[S]) -> S:
    try:
        return kind()
    except ValidationError as error:
        problems = [_problem(one) for one in error.errors()]
        raise SettingsRefused(
            "Some settings are missing or wrong:\n" + "\n".join(f"  - {one}" for one in problems),
            "To try the product without any of them, run: countersign demo",
        ) from error


def _problem(error: ErrorDetails) -> str:
    """One problem without the value that caused it, which may be a secret."""
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "missing":
        return f"{name} is not set"
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}: {message}".removeprefix(": ")
