"""What all commands of the operator share: how one is entered, and where it has its settings from."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bot import log, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.settings import Settings


class Commands:
    """The commands of a parser, or the acts of one of them: there, `dest` is the option that tells which."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str = "") -> None:
        self._parsers = parser.add_subparsers(required=True, metavar=dest or "command", dest=dest or argparse.SUPPRESS)

    def add(
        self, name: str, summary: str, run: Callable[[argparse.Namespace], int] | None = None
    ) -> argparse.ArgumentParser:
        """Enter a command that `run` carries out and returns the exit status of; an act is its command's to run."""
        parser = self._parsers.add_parser(name, help=summary, description=summary)
        if run:
            parser.set_defaults(run=run)
        return parser


def configured(environ: Mapping[str, str] | None = None, *, for_slack: bool = False) -> Settings:
    """Read the settings, from the environment and `.env` unless told, and log as they say. Raises `SettingsError`."""
    read = settings.read(settings.environment() if environ is None else environ, for_slack=for_slack)
    log.configure(read.log_level, read.log_format)
    return read
