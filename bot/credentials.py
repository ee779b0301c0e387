"""What tokens and keys look like, and what is wrong with one, without ever repeating it."""

from __future__ import annotations

import re

# How what is easily recognized begins: what it is, and the setting that it belongs in, if any.
KINDS = {
    "xoxb-": ("a bot token", "SLACK_BOT_TOKEN"),
    "xapp-": ("an app-level token", "SLACK_APP_TOKEN"),
    "sk-ant-": ("a key for Claude", "ANTHROPIC_API_KEY"),
    "xoxp-": ("a user token", ""),
    "xoxe": ("a token of an app with token rotation", ""),
    "https:": ("an address", ""),
}
BEGINNINGS = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}  # of settings that are of one kind only
# Slack's signing secrets and client secrets look the same.
SECRET, CLIENT_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"\d{6,}\.\d{6,}")
PLACEHOLDER = re.compile(r"…|\.\.\.|^<|^your[-_]")  # as instructions write it
QUOTES = "\"'`“”‘’"  # noqa: RUF001 (word processors write these)


def kind_of(value: str) -> str:
    """Return how a token or key of a known kind begins, "" for anything else."""
    return next((start for start in KINDS if value.startswith(start)), "")


def fault(setting: str, value: str) -> str:
    """Return what is wrong with a setting's token or key, "" if nothing is."""
    begins = BEGINNINGS.get(setting, "")
    if value[:1] in QUOTES or value[-1:] in QUOTES:
        return "is in quotes: remove them"
    if re.search(r"\s", value):
        return "must not contain spaces or line breaks, not even at its end"
    if PLACEHOLDER.search(value.removeprefix(begins)):
        return "is still the placeholder from the instructions"
    if not value.isascii() or not value.isprintable():
        return "has a character that no token or key has: copy it again"
    found = _named(setting, value)
    if value.startswith(begins):
        return f"ends after {begins}: copy all of it" if value == begins else found
    return f"{found}; it must begin with {begins}" if found else f"must begin with {begins}"


def _named(setting: str, value: str) -> str:
    """Say what a value is, if that can be told and is not what belongs here."""
    if kind := kind_of(value):
        what, belongs = KINDS[kind]
        if belongs == setting:
            return ""
        return f"is {what} ({kind}…)" + (f", which belongs in {belongs}" if belongs else "")
    if setting in BEGINNINGS and SECRET.fullmatch(value):
        return "looks like a signing secret or a client secret"
    if setting != "ANTHROPIC_API_KEY" and CLIENT_ID.fullmatch(value):
        return "looks like a client ID"
    return ""
