"""The commands of the operator, `python -m bot …`: a module for each group of them.

doctor.py           the doctor: one line for each thing that the bot needs, and what to do about it
evaluate.py         `python -m bot evaluate`: how well messages are classified, against labels from people
evaluate_knowledge.py  `evaluate knowledge`: how well questions are answered from the knowledge
installations.py    the operator's side of installations: `python -m bot installations list|reseal`
knowledge_list.py   the operator's list of sources: `python -m bot knowledge list`
measure.py          how well the model does, with nothing posted: `evaluate`, `triage --dry-run`
model.py            what the operator's commands that call the model share
playground.py       try the bot without any account
playground_channel.py  what the playground's feedback channel has from the start
playground_tracker.py  how to send there what a tracker would send
privacy.py          what is stored of people's messages: export, forget and purge
process.py          the bot as a process of its own: until a signal ends it
quarantined.py      a separate process for jobs that seem to kill theirs
serve.py            serve Slack, and migrate the database, which that needs first
settings_faults.py  what is wrong with a file of settings, in words of the settings, for someone who writes one
settings_file.py    settings as code · settings_sources.py: the sources of knowledge in that file
setup.py            set the bot up and look after it
shared.py           what the operator's commands share
triage_dry_run.py   `python -m bot triage --dry-run`: show what triage would do with exported posts
work.py             what failed for good: `work list|retry|discard`
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from bot import PROGRAM, __version__
from bot.cli import measure, playground, privacy, serve, setup, work
from bot.cli.shared import Commands
from bot.errors import (
    BotError,
    ChatError,
    ModelBudgetError,
    ModelError,
    ModelMisconfiguredError,
    SettingsError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 2 if what was typed or set is at fault, 1 for any other failure.

    What is wrong is printed to stderr, one sentence per line, without a traceback.
    """
    options = parser().parse_args(arguments)
    os.umask(0o077)  # the database holds what people wrote, and is no one else's to read
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except BrokenPipeError:  # as by `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except (BotError, OSError, DBAPIError) as error:
        status, sentences = _explained(error)
        print(*sentences, sep="\n", file=sys.stderr)
        return status


def _explained(error: BotError | OSError | DBAPIError) -> tuple[int, list[str]]:
    """Return the exit status, and what is wrong. Raises what no operator can act on."""
    match error:
        case SettingsError():
            return 2, error.faults
        case UsageError():
            return 2, [error.sentence]
        case ModelError():
            return _from_claude(error)
        case ChatError():
            told = f"{'Slack is unavailable' if error.is_transient else 'Slack refused the bot'}: {error}."
        case DBAPIError():
            told = f"The database can't be used: {type(error.orig).__name__}."
        case socket.gaierror():
            told = "A host's name is not known: check the host in DATABASE_URL, and HOST."
        case ConnectionError() | TimeoutError():  # Slack and Claude have errors of their own
            told = f"The database can't be reached: {type(error).__name__}."
        case OSError():
            at = f" ({error.filename})" if error.filename else ""
            told = f"That failed: {error.strerror or error}{at}."
        case _:
            raise error
    return 1, [f"{told} `{PROGRAM} doctor` shows more."]


def _from_claude(error: ModelError) -> tuple[int, list[str]]:
    """Say to an operator what people are told to ask their administrator about."""
    if isinstance(error, ModelMisconfiguredError):
        return 2, [f"Claude refuses the key or the model: {error}. `{PROGRAM} doctor` shows more."]
    if isinstance(error, ModelBudgetError):
        return 1, ["The spend limit at Anthropic is used up: raise it in the Claude Console."]
    return 1, [error.sentence]


class _Parser(argparse.ArgumentParser):
    """A parser that knows the one command of two words."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 (overloaded there)
        """Parse what was typed, with those two words as one."""
        typed = list(sys.argv[1:] if args is None else args)
        if " ".join(typed[:2]) == measure.EVALUATE_KNOWLEDGE:
            typed[:2] = [measure.EVALUATE_KNOWLEDGE]
        return super().parse_known_args(typed, namespace)


def parser() -> argparse.ArgumentParser:
    """Build the parser of the command line, with every command."""
    made = _Parser(prog=PROGRAM, description="Parley: a self-hosted Claude for a team's Slack.")
    made.add_argument("--version", action="version", version=f"Parley {__version__}")
    commands = Commands(made)
    for group in (playground, serve, setup, work, measure, privacy):
        group.register(commands)
    return made
