"""The commands of the operator, `python -m bot …`: a module for each group of them."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from bot import PROGRAM, __version__
from bot.cli import measure, playground, privacy, serve, setup, work
from bot.cli.shared import Commands
from bot.errors import ChatError, ModelError, SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 2 for faulty settings, printed one per line without a traceback."""
    options = parser().parse_args(arguments)
    os.umask(0o077)  # the database holds what people wrote, and is no one else's to read
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (SettingsError, UsageError, ModelError) as error:
        return _fail(2, *(error.faults if isinstance(error, SettingsError) else [error.sentence]))
    except ChatError as error:
        return _fail(1, f"Slack refused the bot: {error}. `{PROGRAM} doctor` shows more.")
    except (OSError, UnicodeError) as error:
        return _fail(1, f"The bot can't start: {error}.")
    except DBAPIError as error:
        return _fail(1, f"The database can't be used: {type(error.orig).__name__}. Check DATABASE_URL.")
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Build the parser of the command line, with every command."""
    made = argparse.ArgumentParser(prog=PROGRAM, description="Parley: a self-hosted Claude for a team's Slack.")
    made.add_argument("--version", action="version", version=f"Parley {__version__}")
    commands = Commands(made)
    for group in (playground, serve, setup, work, measure, privacy):
        group.register(commands)
    return made


def _fail(status: int, *sentences: str) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return status
