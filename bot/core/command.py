"""The slash commands: what a person typed, and where its answer goes."""

from __future__ import annotations

import difflib
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import UsageError
from bot.language import _, and_list

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.core.commands import CommandSpec
    from bot.core.domain.command import Command
    from bot.core.ports import Answer, Chat, ChatAnswers, Checkpoint

# Phones and some desktops turn two hyphens into a dash.
_PRIVATE = re.compile(r"\A\s*(?:--|—|\u2013)private(?=\s|\Z)|(?:\A|(?<=\s))(?:--|—|\u2013)private\s*\Z", re.IGNORECASE)
_OPTION = re.compile(r"(?P<sign>--|[—\u2013])(?P<name>[A-Za-z][\w-]{0,40})(?P<value>=\S{0,80})?")
LONGEST_WORD = 40  # characters of a word that is looked for among those that we know
LONGEST_LINE = 2_000  # characters: what is longer is a text, whatever is at its ends
SHOWN_OF_REQUEST = 1_000  # characters of what was typed that open the thread


def take_private(text: str) -> tuple[str, bool]:
    """Remove `--private` from what was typed if it is the first or last word; elsewhere it is part of the text."""
    rest, count = _PRIVATE.subn("", text)
    more = _PRIVATE.sub("", rest)  # said twice, it counts once
    return more.strip(), count > 0


def check_text(spec: CommandSpec, typed: str) -> str:
    """Return what was typed, stripped. Raises `UsageError`, with how the command is used, for nothing and for help."""
    if (text := typed.strip()).casefold().lstrip("-\u2013\u2014") in {"", "?", "help", "hilfe"}:
        raise UsageError(_(spec.help))
    return text


def check_options(
    text: str, known: Sequence[str], otherwise: str, *, beside: Sequence[str] = (), may_end_so: bool = False
) -> None:
    """Raise `UsageError` for an unknown option at the start or the end of a single line.

    Elsewhere it is part of the text, as it is in a line below others. So is a word after a dash, as in “—said Anna”,
    unless it is nearly one of ours. `otherwise`: what to do instead. `beside`: what else people may mean,
    written in another way. `may_end_so`: a text may well end with an option of something else, as code does; then only
    what is nearly one of ours counts.
    """
    words = text.split(None) if len(text) <= LONGEST_LINE and "\n" not in text.strip() else text[:60].split()[:1]
    for word in dict.fromkeys((words[0], words[-1]) if words else ()):
        is_last = word is not words[0]
        match = _OPTION.fullmatch(word)
        if match is None or (match["sign"] != "--" and not match["name"].islower()):
            continue
        name = f"--{match['name'].casefold()}"
        near = meant(name, (*known, *beside))
        if name in known and match["value"]:
            raise UsageError(
                _("`{option}` takes no value: leave out {value}.", option=name, value=shown(match["value"]))
            )
        is_said = match["sign"] != "--" and not match["value"]  # "—anna"
        if name not in known and (near or not (is_said or (may_end_so and is_last))):
            unknown = _("There is no option {option} here.", option=shown(word))
            options = and_list(f"`{one}`" for one in known)
            instead = _("I know {options}; {otherwise}.", options=options, otherwise=otherwise)
            raise UsageError(f"{unknown}{near} {instead}")


def meant(word: str, known: Sequence[str], *, before: str = "") -> str:
    """Return the question whether the nearest of the known words was meant, "" where none is near."""
    near = difflib.get_close_matches(word[:LONGEST_WORD].casefold(), known, n=1)
    return " " + _("Did you mean `{word}`?", word=before + near[0]) if near else ""


def shown(typed: str) -> str:
    """Return what was typed as code, on one line and shortened."""
    line = " ".join(typed[: 2 * LONGEST_WORD].split()).replace("`", "'")
    return f"`{line[:LONGEST_WORD]}{'…' if len(typed) > LONGEST_WORD else ''}`"


def opening(command: Command, mention: str) -> str:
    """Write the message that starts a command's thread: who asked what."""
    text = command.text[:SHOWN_OF_REQUEST] + ("…" if len(command.text) > SHOWN_OF_REQUEST else "")
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    asked = _("{person} asked `/{command}`", person=mention, command=command.name)
    return f"{asked}\n{quoted}"


async def open_thread(command: Command, *, chat: Chat, checkpoint: Checkpoint) -> Command:
    """Post who asked what to the channel, and return the command with that thread. Raises `ChatError`."""
    text = opening(command, chat.names.mention(command.asker.person))
    return command.in_thread(await chat.answers.open_thread(command.place, text, checkpoint))


@asynccontextmanager
async def answering(
    command: Command, *, answers: ChatAnswers, checkpoint: Checkpoint, once: bool = False
) -> AsyncIterator[Answer]:
    """Start the answer where the command wants it: in its thread, or only for the asker.

    `once`: an ephemeral answer is shown at most once, see `bot.core.ephemeral_once`.
    """
    answer = (
        answers.ephemeral(command.place, command.asker, checkpoint if once else None)
        if command.is_private
        else answers.begin(command.place, command.asker, checkpoint, to=command.answered)
    )
    async with answer as visible:
        yield visible
