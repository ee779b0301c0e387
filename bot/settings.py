"""The settings: the only reader of the environment."""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
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

from bot import PROGRAM, credentials, language
from bot.claude import catalog
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ENV_FILE = Path(".env")

FOR_ONE, FOR_ALL = ("SLACK_BOT_TOKEN",), ("ANTHROPIC_API_KEY",)
FOR_MANY = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_STATE_SECRET", "PARLEY_ENCRYPTION_KEY")
"""What the bot can't serve Slack without, whatever the transport: in one workspace, in any, in many."""

TOKENS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")

WHERE = {
    "SLACK_BOT_TOKEN": "copy the Bot User OAuth Token (xoxb-…) from your app's OAuth & Permissions page",
    "SLACK_APP_TOKEN": "create an app-level token (xapp-…) with the scope connections:write on your app's Basic "
    "Information page",
    "SLACK_SIGNING_SECRET": "copy the Signing Secret from your app's Basic Information page",
    "ANTHROPIC_API_KEY": "create a key in the Claude Console",
    "SLACK_CLIENT_ID": "copy the Client ID from your app's Basic Information page, as several workspaces need it",
    "SLACK_CLIENT_SECRET": "copy the Client Secret from your app's Basic Information page",
    "SLACK_STATE_SECRET": "set it to any long random text",
    "PARLEY_ENCRYPTION_KEY": f"make one with `{PROGRAM} key`",
}
"""Where the value of a setting comes from."""

NO_TRANSPORT = (
    f"SLACK_APP_TOKEN is missing: {WHERE['SLACK_APP_TOKEN']}. (Only if Slack is to call a public address of yours, set "
    "SLACK_SIGNING_SECRET instead.)"
)


def _credential(secret: SecretStr, info: ValidationInfo) -> SecretStr:
    if fault := credentials.fault((info.field_name or "").upper(), secret.get_secret_value()):
        raise ValueError(fault)
    return secret


def _unbroken(secret: SecretStr) -> SecretStr:
    if re.search(r"\s", secret.get_secret_value()):
        raise ValueError("must not contain spaces or line breaks")
    return secret


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
        catalog.lookup(value, (info.context or {}).get("on"))
    except SettingsError as error:
        raise ValueError(" ".join(error.faults)) from error
    return value


def _prefix(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,19}", value):
        raise ValueError("takes up to 20 lowercase letters, digits, hyphens and underscores, such as ai- for /ai-code")
    return value


def _folder(value: str) -> str:
    if value and not Path(value).is_dir():
        raise ValueError("takes the path of a folder that is there")
    return value


def _language(value: str) -> str:
    if not (found := language.supported(value)):
        raise ValueError(f"takes a language that Parley speaks: {' or '.join(language.LANGUAGES)}")
    return found


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Credential = Annotated[SecretStr, AfterValidator(_credential)]
LongText = Annotated[SecretStr, AfterValidator(_unbroken)]
Url = Annotated[str, AfterValidator(_http_url)]
People = Annotated[frozenset[str], _ids(r"(?:T[A-Z0-9]{2,}:)?[UW][A-Z0-9]{2,}", "Slack user IDs such as U012ABCDEF")]
Hosts = Annotated[frozenset[str], _ids(r"[a-z0-9.-]+(?::\d{1,5})?", "hosts such as docs.example.internal")]
Workspaces = Annotated[frozenset[str], _ids(r"T[A-Z0-9]{2,}", "IDs of Slack workspaces such as T012ABCDEF")]


class Settings(BaseModel):
    """Everything that an operator can set. A setting's environment variable is the field's name in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, hide_input_in_errors=True)

    slack_bot_token: Credential | None = None
    slack_app_token: Credential | None = None
    socket_connections: int = Field(default=2, ge=1, le=10)
    slack_signing_secret: Credential | None = None
    slack_client_id: str | None = None
    slack_client_secret: Credential | None = None
    slack_state_secret: LongText | None = None
    slack_workspaces: Workspaces = frozenset()
    parley_encryption_key: Annotated[SecretStr, AfterValidator(_keys)] | None = None
    slack_api_url: Annotated[Url, AfterValidator(_slashed)] = "https://slack.com/api/"
    slack_rate_factor: float = Field(default=1, ge=0.1, le=10_000)
    anthropic_api_key: Credential | None = None
    anthropic_base_url: Url = "https://api.anthropic.com"
    claude_model: Annotated[str, AfterValidator(_known_model)] = "claude-haiku-5-5"
    database_url: str = "sqlite:///data/parley.db"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    parley_admins: People = frozenset()
    parley_locale: Annotated[str, AfterValidator(_language)] = ""
    parley_command_prefix: Annotated[str, AfterValidator(_prefix)] = ""
    triage_webhook_secret: LongText | None = None
    triage_github_token: Credential | None = None
    triage_github_webhook_secret: LongText | None = None
    triage_github_url: Annotated[Url, AfterValidator(_slashed)] = "https://api.github.com/"
    knowledge_folder: Annotated[str, AfterValidator(_folder)] = ""
    knowledge_hosts: Hosts = frozenset()
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

    Raises `SettingsError` for a `.env` that can't be read.
    """
    merged = {**_from_file(), **os.environ}
    return {name: value for name, value in merged.items() if value}


def _from_file() -> dict[str, str | None]:
    try:
        text = ENV_FILE.read_text(encoding="utf-8-sig")  # with the mark that some editors on Windows begin a file with
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SettingsError([f"{ENV_FILE} is not in UTF-8: save it again with that encoding."]) from None
    except OSError as error:
        raise SettingsError([f"{ENV_FILE} can't be read: {error.strerror}."]) from None
    wrong = [one.original.line for one in parse_stream(StringIO(text)) if one.error]
    if wrong:
        raise SettingsError(
            [
                f"Line {line} of {ENV_FILE} is not a setting: write NAME=value, without an unclosed quotation mark."
                for line in wrong
            ]
        )
    return dotenv_values(stream=StringIO(text))


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
    settings, wrong = sound(environ, on)
    faults = [*(missing(environ) if for_slack else []), *(f"{name}: {fault}." for name, fault in wrong.items())]
    if faults:
        raise SettingsError(faults)
    return settings


def sound(environ: Mapping[str, str], on: date | None = None) -> tuple[Settings, dict[str, str]]:
    """Read the settings that are well-formed; return them with the faults of the others, by name."""
    given = {name: value for name, value in environ.items() if value}
    context = {"on": on}
    try:
        settings, faults = Settings.model_validate(given, context=context), dict[str, str]()
    except ValidationError as error:
        faults = {str(one["loc"][0]): _told(str(one["loc"][0]), one["type"], one["msg"]) for one in error.errors()}
        sane = {name: value for name, value in given.items() if name not in faults}
        settings = Settings.model_validate(sane, context=context)
    if _are_swapped(given):
        for name, other in (TOKENS, TOKENS[::-1]):
            begins = credentials.BEGINNINGS[name]
            faults[name] = f"is swapped with {other}: the token that begins with {begins} belongs here"
    if settings.serves_many and (bare := sorted(one for one in settings.parley_admins if ":" not in one)):
        faults["PARLEY_ADMINS"] = f"with several workspaces, say which one: T012ABCDEF:{bare[0]}, not {bare[0]}"
    return settings, faults


def missing(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each setting without which the bot can't serve Slack."""
    many = any(environ.get(name) for name in FOR_MANY[:3])
    names = [name for name in (*(FOR_MANY if many else FOR_ONE), *FOR_ALL) if not environ.get(name)]
    has_transport = environ.get("SLACK_APP_TOKEN") or environ.get("SLACK_SIGNING_SECRET")
    return [f"{name} is missing: {WHERE[name]}." for name in names] + ([] if has_transport else [NO_TRANSPORT])


def _are_swapped(environ: Mapping[str, str]) -> bool:
    kinds = [credentials.kind_of(environ.get(name, "")) for name in TOKENS]
    return kinds == [credentials.BEGINNINGS[name] for name in reversed(TOKENS)]


def _told(name: str, kind: str, message: str) -> str:
    """Say what is wrong with a setting, without a full stop."""
    if kind == "value_error":
        return message.removeprefix("Value error, ").rstrip(".")
    field = Settings.model_fields[name.lower()]
    if kind == "literal_error":
        *others, last = get_args(field.annotation)
        return f"must be {', '.join(others)} or {last}"
    least, most = (next(getattr(one, end) for one in field.metadata if hasattr(one, end)) for end in ("ge", "le"))
    return f"must be a {'whole ' if field.annotation is int else ''}number from {least} to {most}"
