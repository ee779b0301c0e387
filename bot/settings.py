"""The settings: the only reader of the environment."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)

from bot import PROGRAM
from bot.claude import catalogue
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ENV_FILE = Path(".env")

FOR_ONE, FOR_ALL = ("SLACK_BOT_TOKEN",), ("ANTHROPIC_API_KEY",)
FOR_MANY = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_STATE_SECRET", "PARLEY_ENCRYPTION_KEY")
"""What the bot can't serve Slack without, whatever the transport: in one workspace, in any, in many."""

_WHERE = {
    "SLACK_BOT_TOKEN": "copy the Bot User OAuth Token (xoxb-…) from your app's OAuth & Permissions page",
    "SLACK_SIGNING_SECRET": "copy the Signing Secret from your app's Basic Information page, "
    "or set SLACK_APP_TOKEN for Socket Mode",
    "ANTHROPIC_API_KEY": "create a key in the Claude Console",
    "SLACK_CLIENT_ID": "copy the Client ID from your app's Basic Information page, as several workspaces need it",
    "SLACK_CLIENT_SECRET": "copy the Client Secret from your app's Basic Information page",
    "SLACK_STATE_SECRET": "set it to any long random text",
    "PARLEY_ENCRYPTION_KEY": f"make one with `{PROGRAM} key`",
}


def _prefixed(prefix: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not re.fullmatch(re.escape(prefix) + r"\S+", secret.get_secret_value()):
            raise ValueError(
                f"must begin with {prefix} and not contain spaces" if prefix else "must not contain spaces"
            )
        return secret

    return AfterValidator(check)


def _http_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that can't be; its words may repeat a password
        is_usable = False
    if not is_usable or re.search(r"\s", value):
        raise ValueError("must be an address that begins with http:// or https://")
    return value


def _slashed(value: str) -> str:
    return value if value.endswith("/") else value + "/"


def _ids(pattern: str, what: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, str):
            return value
        ids = frozenset(filter(None, re.split(r"[\s,]+", value)))
        wrong = sorted(one for one in ids if not re.fullmatch(pattern, one))
        if wrong or not ids:  # a list that is set, and lets no one through, must not count as none
            raise ValueError(f"takes {what}, separated by commas, not {', '.join(wrong) or 'none'}")
        return ids

    return BeforeValidator(check)


def _keys(secret: SecretStr) -> SecretStr:
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key.strip()) for key in secret.get_secret_value().split(",")):
        raise ValueError(f"takes keys made by `{PROGRAM} key`, separated by commas")
    return secret


def _known_model(value: str, info: ValidationInfo) -> str:
    try:
        catalogue.lookup(value, (info.context or {}).get("on"))
    except SettingsError as error:
        raise ValueError(" ".join(error.faults)) from error
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Url = Annotated[str, AfterValidator(_http_url)]
People = Annotated[frozenset[str], _ids(r"(?:T[A-Z0-9]{2,}:)?[UW][A-Z0-9]{2,}", "Slack user ids such as U012ABCDEF")]
Workspaces = Annotated[frozenset[str], _ids(r"T[A-Z0-9]{2,}", "ids of Slack workspaces such as T012ABCDEF")]


class Settings(BaseModel):
    """Everything that an operator can set. A setting's environment variable is the field's name in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, _prefixed("xoxb-")] | None = None
    slack_app_token: Annotated[SecretStr, _prefixed("xapp-")] | None = None
    socket_connections: int = Field(default=2, ge=1, le=10)
    slack_signing_secret: Annotated[SecretStr, _prefixed("")] | None = None
    slack_client_id: str | None = None
    slack_client_secret: Annotated[SecretStr, _prefixed("")] | None = None
    slack_state_secret: Annotated[SecretStr, _prefixed("")] | None = None
    slack_workspaces: Workspaces = frozenset()
    parley_encryption_key: Annotated[SecretStr, AfterValidator(_keys)] | None = None
    slack_api_url: Annotated[Url, AfterValidator(_slashed)] = "https://slack.com/api/"
    slack_rate_factor: float = Field(default=1, ge=0.1, le=10_000)
    anthropic_api_key: Annotated[SecretStr, _prefixed("")] | None = None
    anthropic_base_url: Url = "https://api.anthropic.com"
    claude_model: Annotated[str, AfterValidator(_known_model)] = "claude-haiku-5-5"
    database_url: str = "sqlite:///data/parley.db"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    parley_admins: People = frozenset()
    triage_webhook_secret: Annotated[SecretStr, _prefixed("")] | None = None
    triage_github_token: Annotated[SecretStr, _prefixed("")] | None = None
    triage_github_url: Annotated[Url, AfterValidator(_slashed)] = "https://api.github.com/"
    max_running_turns: int = Field(default=200, ge=1, le=10_000)
    retention_days: int = Field(default=365, ge=0, le=36_500)
    turn_attempts: int = Field(default=12, ge=1, le=1000)
    turn_patience: float = Field(default=600, ge=1, le=86_400)
    takeover_after: float = Field(default=15, ge=3, le=300)
    shutdown_grace: float = Field(default=25, ge=0, le=600)
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    log_format: Literal["auto", "pretty", "json"] = "auto"

    @property
    def transport(self) -> Literal["socket", "http"]:
        """How Slack reaches the bot: by Socket Mode if there is an app token, otherwise by HTTP."""
        return "socket" if self.slack_app_token else "http"

    @property
    def serves_many(self) -> bool:
        """Whether workspaces install the bot themselves; otherwise it has the one token that was set."""
        return self.slack_client_id is not None

    @property
    def encryption_keys(self) -> list[str]:
        """The keys for tokens: the first encrypts, any of them decrypts."""
        return [key.strip() for key in reveal(self.parley_encryption_key).split(",") if key.strip()]


def reveal(secret: SecretStr | None) -> str:
    """Return a secret's value, "" if it is not set."""
    return secret.get_secret_value() if secret else ""


def written(settings: Settings) -> dict[str, str]:
    """Return the settings as an environment for one of our own processes, including secrets."""

    def text(value: object) -> str:
        if isinstance(value, SecretStr):
            return value.get_secret_value()
        return ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)

    values = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {name.upper(): text(value) for name, value in values.items() if value is not None}


def environment() -> dict[str, str]:
    """Return the values of `.env` and the environment; the environment wins. Empty values count as unset.

    Raises `SettingsError` for a `.env` that can't be read as text.
    """
    try:
        merged = {**dotenv_values(ENV_FILE), **os.environ}
    except UnicodeDecodeError:
        raise SettingsError([f"{ENV_FILE} is not valid UTF-8."]) from None
    return {name: value for name, value in merged.items() if value}


def hide_from_libraries() -> None:
    """Remove Slack's settings from the process's environment, where Bolt would read and apply them by itself."""
    for name in [name for name in os.environ if name.startswith("SLACK_")]:
        del os.environ[name]


def has_slack_tokens(environ: Mapping[str, str]) -> bool:
    """Return whether a token or credential for Slack is set."""
    return any(environ.get(name) for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_CLIENT_ID"))


def read(environ: Mapping[str, str], *, for_slack: bool = False, on: date | None = None) -> Settings:
    """Read the settings; `for_slack`: everything needed to serve Slack must be set. `on`: the day, today by default.

    Raises `SettingsError` with one sentence per fault. No sentence repeats a secret.
    """
    faults = _missing(environ) if for_slack else []
    try:
        settings = Settings.model_validate({k: v for k, v in environ.items() if v}, context={"on": on})
    except ValidationError as error:
        faults += [_sentence(str(fault["loc"][0]), fault["type"], fault["msg"]) for fault in error.errors()]
        raise SettingsError(faults) from None
    if settings.serves_many and (bare := sorted(one for one in settings.parley_admins if ":" not in one)):
        faults.append(f"PARLEY_ADMINS: with several workspaces, say which one: T012ABCDEF:{bare[0]}, not {bare[0]}.")
    if faults:
        raise SettingsError(faults)
    return settings


def _missing(environ: Mapping[str, str]) -> list[str]:
    many = any(environ.get(name) for name in FOR_MANY[:3])
    names = [name for name in (*(FOR_MANY if many else FOR_ONE), *FOR_ALL) if not environ.get(name)]
    if not environ.get("SLACK_APP_TOKEN") and not environ.get("SLACK_SIGNING_SECRET"):
        names.append("SLACK_SIGNING_SECRET")
    return [f"{name} is missing: {_WHERE[name]}." for name in names]


def _sentence(name: str, kind: str, message: str) -> str:
    if kind == "value_error":
        reason = message.removeprefix("Value error, ")
        return f"{name}: {reason}." if not reason.endswith(".") else f"{name}: {reason}"
    return f"{name}: {message[0].lower()}{message[1:]}."
