"""Set the bot up and look after it: `manifest`, `doctor`, `settings`, `installations`, `knowledge`, `key`."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from bot import log, settings
from bot.cli.shared import Commands, configured
from bot.errors import SettingsError

EXAMPLE = "https://parley.example.com"


def register(commands: Commands) -> None:
    """Register the commands."""
    manifest = commands.add(
        "manifest",
        "print the manifest that creates the Slack app",
        _manifest,
        example="manifest --url https://parley.example.com > manifest.json",
    )
    manifest.add_argument(
        "--url",
        type=_address,
        help="the bot's public address, which begins with https://, for HTTP (default: none, for Socket Mode)",
    )
    commands.add("doctor", "check tokens, scopes, database and model, and say how to fix what is wrong", _doctor)
    written = commands.add(
        "settings",
        "write the channels' settings to a TOML file, or apply one",
        _settings,
        example="settings export channels.toml",
    )
    acts = Commands(written, "act")
    export = acts.add("export", "write the current settings to the file", example="settings export channels.toml")
    apply = acts.add("apply", "show what would change, ask, and change it", example="settings apply channels.toml")
    for act in (export, apply):
        act.add_argument("file", type=Path, help="the TOML file")
    apply.add_argument("--yes", action="store_true", help="don't ask (default: ask)")
    installations = commands.add(
        "installations",
        "list the workspaces that installed the bot, or re-encrypt their tokens",
        _installations,
        example="installations list",
    )
    acts = Commands(installations, "act")
    acts.add("list", "list them", example="installations list")
    acts.add(
        "reseal",
        "re-encrypt their tokens with the first key of PARLEY_ENCRYPTION_KEY",
        example="installations reseal",
    )
    sources = commands.add(
        "knowledge",
        "list the sources that the bot answers from: when each was read, what failed",
        _knowledge,
        example="knowledge list",
    )
    Commands(sources, "act").add(
        "list", "list them; exit with 1 if the last reading of one failed", example="knowledge list"
    )
    commands.add("key", "make a key for PARLEY_ENCRYPTION_KEY", _key)


def _address(typed: str) -> str:
    """Read the address that Slack is to call; the rest of it is ours."""
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise argparse.ArgumentTypeError(f"{typed} is not an address; give one like {EXAMPLE}") from None
    if parts.scheme != "https" or not host:
        raise argparse.ArgumentTypeError(f"Slack only calls addresses that begin with https://, like {EXAMPLE}")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise argparse.ArgumentTypeError(f"give only the host, like {EXAMPLE}: /slack/events is added to it")
    if host == "localhost" or "." not in host or re.search(r"\s", typed):
        raise argparse.ArgumentTypeError(f"Slack can't reach {host}; give a public address, like {EXAMPLE}")
    return f"https://{host}" + (f":{port}" if port else "")


def _manifest(options: argparse.Namespace) -> int:
    from bot.slack.manifest import manifest

    read, faults = settings.sound(settings.environment())  # with any other fault, there is a manifest all the same
    if fault := faults.get("PARLEY_COMMAND_PREFIX"):
        raise SettingsError([f"PARLEY_COMMAND_PREFIX: {fault}."])
    print(json.dumps(manifest(options.url or "", read.parley_command_prefix), indent=2))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from bot.cli import doctor

    read, faults = settings.sound(settings.environment())
    log.configure(read.log_level, read.log_format)
    findings = asyncio.run(doctor.examine(read, faults=faults))
    for finding in findings:
        print(finding)
    return 0 if all(finding.is_well for finding in findings) else 1


def _settings(options: argparse.Namespace) -> int:
    from bot.cli import settings_file

    read = configured()
    if options.act == "export":
        return settings_file.export_to(options.file, read)
    return settings_file.apply_from(options.file, read, is_sure=options.yes)


def _installations(options: argparse.Namespace) -> int:
    from bot.cli import installations as installing

    print(asyncio.run((installing.listed if options.act == "list" else installing.reseal)(configured())))
    return 0


def _knowledge(_: argparse.Namespace) -> int:
    from bot.cli import knowledge_list

    told, is_well = asyncio.run(knowledge_list.listed(configured()))
    print(told)
    return 0 if is_well else 1


def _key(_: argparse.Namespace) -> int:
    from bot.db.vault import new_key

    print(new_key())
    return 0
