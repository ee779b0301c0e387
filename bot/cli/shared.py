"""What the operator's commands share: how a command is registered, and where its settings come from."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bot import log, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.settings import Settings


class Commands:
    """The commands of a parser, or the subcommands of one; `dest` is the option that names which."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str = "") -> None:
        self._parsers = parser.add_subparsers(required=True, metavar=dest or "command", dest=dest or argparse.SUPPRESS)

    def add(
        self, name: str, summary: str, run: Callable[[argparse.Namespace], int] | None = None
    ) -> argparse.ArgumentParser:
        """Add a command; `run` carries it out and returns the exit status. A subcommand is run by its command."""
        parser = self._parsers.add_parser(name, help=summary, description=summary)
        if run:
            parser.set_defaults(run=run)
        return parser


def configured(environ: Mapping[str, str] | None = None, *, for_slack: bool = False) -> Settings:
    """Read the settings, from the environment and `.env` by default, and log as they say. Raises `SettingsError`."""
    read = settings.read(settings.environment() if environ is None else environ, for_slack=for_slack)
    log.configure(read.log_level, read.log_format)
    return read
