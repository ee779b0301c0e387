from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.admin import is_named
from bot.errors import SettingsError
from bot.settings import Settings, environment, has_slack_tokens, read, written

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cr3t"
SOUND = {
    "SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
    "SLACK_SIGNING_SECRET": SECRET,
    "ANTHROPIC_API_KEY": f"sk-ant-{SECRET}",
}
MALFORMED = [
    ("SLACK_BOT_TOKEN", f"xoxp-{SECRET}"),
    ("SLACK_BOT_TOKEN", f"xoxb-{SECRET} {SECRET}"),
    ("SLACK_BOT_TOKEN", f"xoxb-{SECRET}\n"),
    ("SLACK_BOT_TOKEN", "xoxb-"),
    ("SLACK_APP_TOKEN", f"xoxb-{SECRET}"),
    ("SLACK_SIGNING_SECRET", f"{SECRET} {SECRET}"),
    ("ANTHROPIC_API_KEY", f" {SECRET}"),
    ("ANTHROPIC_API_KEY", " "),
    ("SLACK_API_URL", "slack.com/api"),
    ("SLACK_API_URL", "ftp://slack.com/api/"),
    ("SLACK_API_URL", "https://"),
    ("SLACK_API_URL", "https://slack.com /api/"),
    ("ANTHROPIC_BASE_URL", f"https://user:{SECRET}@example.com:port"),
    ("ANTHROPIC_BASE_URL", "https://example.com:99999"),
    ("ANTHROPIC_BASE_URL", f"https://[{SECRET}/"),
    ("CLAUDE_MODEL", "claude-haiku-99"),
    ("CLAUDE_MODEL", "gpt-5"),
    ("PORT", "http"),
    ("PORT", "70000"),
    ("PORT", "-1"),
    ("PORT", "3000.5"),
    ("PARLEY_ADMINS", "@ada"),
    ("PARLEY_ADMINS", "U012ABC, ada"),
    ("PARLEY_ADMINS", "T1:ada"),
    ("PARLEY_COMMAND_PREFIX", "/ai-"),
    ("PARLEY_COMMAND_PREFIX", "Team"),
    ("PARLEY_COMMAND_PREFIX", "ai "),
    ("PARLEY_COMMAND_PREFIX", "-"),
    ("PARLEY_COMMAND_PREFIX", "x" * 21),
    ("PARLEY_COMMAND_PREFIX", "größer-"),
    ("SLACK_WORKSPACES", "acme"),
    ("SLACK_WORKSPACES", "T012ABC, U012ABC"),
    ("SLACK_WORKSPACES", " , "),
    ("PARLEY_ENCRYPTION_KEY", SECRET),
    ("MAX_RUNNING_TURNS", "0"),
    ("MAX_RUNNING_TURNS", "many"),
    ("SHUTDOWN_GRACE", "-1"),
    ("SHUTDOWN_GRACE", "nan"),
    ("SHUTDOWN_GRACE", "inf"),
    ("SHUTDOWN_GRACE", "25s"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_FORMAT", "xml"),
]


def faults(environ: dict[str, str], *, for_slack: bool = False) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(environ, for_slack=for_slack)
    return caught.value.faults


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_setting_has_its_sentence(name: str, value: str) -> None:
    (sentence,) = faults(SOUND | {name: value}, for_slack=True)
    assert re.fullmatch(rf"{name}: \S.*[^.]\.", sentence)
    assert SECRET not in sentence


def test_all_faults_are_told_at_once() -> None:
    bad = dict(MALFORMED)
    told = faults(bad, for_slack=True)
    assert {sentence.split(":")[0].split()[0] for sentence in told} == set(bad)
    assert len(told) == len(bad)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_missing_is_named(name: str) -> None:
    for environ in ({k: v for k, v in SOUND.items() if k != name}, SOUND | {name: ""}):
        (sentence,) = faults(environ, for_slack=True)
        # Without any transport, the way that needs no public address is advised.
        named = "SLACK_APP_TOKEN" if name == "SLACK_SIGNING_SECRET" else name
        assert sentence.startswith(f"{named} is missing: ")
        assert name in sentence


def test_missing_and_malformed_come_together() -> None:
    told = faults({"SLACK_BOT_TOKEN": SECRET, "PORT": "x"}, for_slack=True)
    assert [sentence.split(":")[0] for sentence in told] == [
        "ANTHROPIC_API_KEY is missing",
        "SLACK_APP_TOKEN is missing",
        "SLACK_BOT_TOKEN",
        "PORT",
    ]


MANY = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": SECRET,
    "SLACK_STATE_SECRET": SECRET,
    "PARLEY_ENCRYPTION_KEY": f"{'a' * 43}=, {'b' * 43}=",
}


def test_many_workspaces_need_no_bot_token() -> None:
    environ = {**SOUND, **MANY, "SLACK_BOT_TOKEN": ""}
    settings = read(environ, for_slack=True)
    assert settings.serves_many
    assert settings.encryption_keys == ["a" * 43 + "=", "b" * 43 + "="]
    assert read(environ | {"SLACK_BOT_TOKEN": "xoxb-1"}, for_slack=True).serves_many
    assert not read(SOUND, for_slack=True).serves_many


@pytest.mark.parametrize("name", MANY)
def test_many_workspaces_need_all_of_it(name: str) -> None:
    (sentence,) = faults({**SOUND, **MANY, name: ""}, for_slack=True)
    assert sentence.startswith(f"{name} is missing: ")


def test_admins_of_many_workspaces_name_theirs() -> None:
    (sentence,) = faults({**SOUND, **MANY, "PARLEY_ADMINS": "T012ABC:U012ABC, U034DEF"}, for_slack=True)
    assert "T012ABCDEF:U034DEF, not U034DEF" in sentence
    named = read({**SOUND, **MANY, "PARLEY_ADMINS": "T012ABC:U012ABC"}, for_slack=True).parley_admins
    assert is_named(named, "T012ABC", "U012ABC")
    assert not is_named(named, "T034DEF", "U012ABC")
    assert not is_named(named, "T012ABC", "U034DEF")
    assert is_named({"U012ABC"}, "T034DEF", "U012ABC")


def test_a_socket_needs_no_signing_secret() -> None:
    environ = {**SOUND, "SLACK_APP_TOKEN": f"xapp-{SECRET}", "SLACK_SIGNING_SECRET": ""}
    assert read(environ, for_slack=True).transport == "socket"
    assert read(SOUND, for_slack=True).transport == "http"


def test_a_retired_model_names_its_replacement() -> None:
    (sentence,) = faults({"CLAUDE_MODEL": "claude-3-5-sonnet-20241022"})
    assert re.fullmatch(r"CLAUDE_MODEL: The model \S+ is retired; use claude-\S+ instead\.", sentence)


def test_a_misspelt_model_gets_a_hint() -> None:
    (sentence,) = faults({"CLAUDE_MODEL": "claude-haiku-5.5"})
    assert "Did you mean claude-haiku-5-5?" in sentence


def test_nothing_set_gives_the_defaults() -> None:
    settings = read({})
    assert settings == Settings()
    assert (settings.claude_model, settings.port, settings.host) == ("claude-haiku-5-5", 3000, "127.0.0.1")
    assert settings.slack_bot_token is None


def test_empty_counts_as_unset() -> None:
    assert read(dict.fromkeys((name.upper() for name in Settings.model_fields), "")) == Settings()


def test_values_are_read() -> None:
    read_back = read(
        SOUND
        | {
            "SLACK_API_URL": "http://127.0.0.1:3900/api",
            "PARLEY_ADMINS": " U012ABC,W034DEF\n U012ABC",
            "SLACK_WORKSPACES": "T012ABC, T034DEF",
            "PORT": "0",
            "LOG_LEVEL": "debug",
            "SHUTDOWN_GRACE": "2.5",
        }
    )
    assert read_back.slack_api_url == "http://127.0.0.1:3900/api/"
    assert read_back.parley_admins == {"U012ABC", "W034DEF"}
    assert read_back.slack_workspaces == {"T012ABC", "T034DEF"}
    assert (read_back.port, read_back.log_level, read_back.shutdown_grace) == (0, "DEBUG", 2.5)


def test_secrets_are_not_printed() -> None:
    assert SECRET not in repr(read(SOUND)) + str(read(SOUND)) + read(SOUND).model_dump_json()


@settings(max_examples=50, deadline=None, database=None)
@given(st.sampled_from([name.upper() for name in Settings.model_fields]), st.text())
def test_any_value_is_taken_or_explained(name: str, value: str) -> None:
    told = []
    try:
        read({name: value})
    except SettingsError as error:
        told = error.faults
    assert [fault.startswith(f"{name}: ") for fault in told] in ([], [True])


@pytest.mark.parametrize(
    ("environ", "are_there"),
    [
        ({}, False),
        ({"ANTHROPIC_API_KEY": "k"}, False),
        ({"SLACK_BOT_TOKEN": ""}, False),
        ({"SLACK_BOT_TOKEN": "x"}, True),
        ({"SLACK_APP_TOKEN": "x"}, True),
    ],
)
def test_tokens_decide_where_to_start(environ: dict[str, str], are_there: bool) -> None:  # noqa: FBT001 (a column)
    assert has_slack_tokens(environ) is are_there


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HOST", "PORT", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_environment_beats_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("PORT=1\nHOST=from-file\nLOG_LEVEL=\n# HOST=comment\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "2")
    read_back = environment()
    assert (read_back["PORT"], read_back["HOST"]) == ("2", "from-file")
    assert "LOG_LEVEL" not in read_back


def test_without_a_file_the_environment_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not (folder / ".env").exists()
    monkeypatch.setenv("PORT", "2")
    monkeypatch.setenv("HOST", "")
    assert environment()["PORT"] == "2"
    assert "HOST" not in environment()


def test_a_file_that_is_no_text_is_said(folder: Path) -> None:
    (folder / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError) as caught:
        environment()
    assert caught.value.faults == [".env is not in UTF-8: save it again with that encoding."]


def test_written_settings_read_the_same() -> None:
    many = {"PARLEY_ADMINS": "U012ABC, U034DEF", "SLACK_RATE_FACTOR": "2.5", "DATABASE_URL": "sqlite:///data/x.db"}
    whole = read(SOUND | many, for_slack=True)
    assert read(written(whole), for_slack=True) == whole
    assert SECRET in written(whole)["ANTHROPIC_API_KEY"]
