"""What the operator's commands share: how one is registered, its settings, the files that it is given."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot import PROGRAM, log, settings
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bot.settings import Settings


class Commands:
    """The commands of a parser, or the subcommands of one; `dest` is the option that names which."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str = "") -> None:
        self._parsers = parser.add_subparsers(required=True, metavar=dest or "command", dest=dest or argparse.SUPPRESS)

    def add(
        self, name: str, summary: str, run: Callable[[argparse.Namespace], int] | None = None, *, example: str = ""
    ) -> argparse.ArgumentParser:
        """Add a command; `run` carries it out and returns the exit status. A subcommand is run by its command.

        `example`: what to type after the program's name, the command by itself unless it says more.
        """
        parser = self._parsers.add_parser(
            name, help=summary, description=_sentence(summary), epilog=f"Example: {PROGRAM} {example or name}"
        )
        if run:
            parser.set_defaults(run=run)
        return parser


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def configured(environ: Mapping[str, str] | None = None, *, for_slack: bool = False) -> Settings:
    """Read the settings, from the environment and `.env` by default, and log as they say. Raises `SettingsError`."""
    read = settings.read(settings.environment() if environ is None else environ, for_slack=for_slack)
    log.configure(read.log_level, read.log_format)
    return read


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Say what is wrong with a file that the command line names. Raises `UsageError`."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder, not a file.") from None
    except PermissionError:
        raise UsageError(f"You don't have permission to open {path}.") from None
    except UnicodeError:
        raise UsageError(f"{path} is not a text file in UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{path} can't be used: {error.strerror}.") from None


def counted(count: int, noun: str) -> str:
    """Write a number of things."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def read_text(path: Path) -> str:
    """Read a text file that the command line names. Raises `UsageError`."""
    with using(path):
        return path.read_text(encoding="utf-8-sig")
