"""Set the bot up and look after it: `manifest`, `doctor`, `settings`, `installations`, `key`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.shared import Commands, configured

if TYPE_CHECKING:
    import argparse


def register(commands: Commands) -> None:
    """Register the commands."""
    manifest = commands.add("manifest", "print the manifest that creates the Slack app", _manifest)
    manifest.add_argument(
        "--url", default="", help="the bot's public https:// address, for HTTP instead of Socket Mode"
    )
    commands.add("doctor", "check tokens, scopes, database and model, and say how to fix what is wrong", _doctor)
    settings = commands.add("settings", "write the channels' settings to a TOML file, or apply one", _settings)
    acts = Commands(settings, "act")
    export = acts.add("export", "write the current settings to the file")
    apply = acts.add("apply", "show what would change, ask, and change it")
    for act in (export, apply):
        act.add_argument("file", type=Path)
    apply.add_argument("--yes", action="store_true", help="don't ask")
    installations = commands.add(
        "installations", "list the workspaces that installed the bot, or re-encrypt their tokens", _installations
    )
    acts = Commands(installations, "act")
    acts.add("list", "list them")
    acts.add("reseal", "re-encrypt their tokens with the first key of PARLEY_ENCRYPTION_KEY")
    commands.add("key", "make a key for PARLEY_ENCRYPTION_KEY", _key)


def _manifest(options: argparse.Namespace) -> int:
    from bot.slack.manifest import manifest

    print(json.dumps(manifest(options.url), indent=2))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from bot.cli import doctor

    findings = asyncio.run(doctor.examine(configured()))
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


def _key(_: argparse.Namespace) -> int:
    from bot.db.vault import new_key

    print(new_key())
    return 0
