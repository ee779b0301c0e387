"""Summarise a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.channel_settings import Creativity
from bot.core.command import answering, check_text
from bot.core.conversation import Record, shorten
from bot.core.ports import Purpose, Request, Role, Turn
from bot.core.quoting import quoted
from bot.core.reply import too_long, write

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.ports import Bookmark, Chat, Model, Store

MAX_OUTPUT = 2_000  # tokens

_ROLE_FIRST = re.compile(r"as (?P<role>(?:an? |the )[^:\n]{1,80}):(?!//)\s*(?P<text>.+)", re.IGNORECASE | re.DOTALL)
_ROLE_LAST = re.compile(
    r"(?P<text>[\"“].+[\"”])\s+as (?P<role>(?:an? |the )[^:\n.]{1,80})\.?", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Source:
    """A text to summarise, and the point of view to take, "" for none."""

    text: str
    role: str = ""


def parse(typed: str) -> Source:
    """Read `as a literary analyst: TEXT`, `"TEXT" as a literary analyst`, or just a text. Raises `UsageError`."""
    text = check_text("summarize", typed)
    for pattern in (_ROLE_FIRST, _ROLE_LAST):
        if match := pattern.fullmatch(text):
            return Source(match["text"].strip(), match["role"].strip())
    return Source(text)


def prompt(source: Source) -> str:
    """Word the request; the text goes in as data."""
    role = f", as {source.role}" if source.role else ""
    return f"Summarize the text in this document{role}.\n\n{quoted('document', {'text': source.text})}"


async def summarize(command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Summarise what was typed, and return what the thread's history should keep. Raises `ChatError`."""
    source = parse(command.text)
    settings = await store.settings(command.place)
    text, cut = shorten(source.text, model.room(MAX_OUTPUT, settings))
    request = Request(
        purpose=Purpose.SUMMARIZE,
        turns=(Turn(Role.USER, prompt(Source(text, source.role))),),
        max_output=MAX_OUTPUT,
        person=f"{command.place.workspace}/{command.asker.person}",
        creativity=Creativity.MEDIUM,
        settings=settings,
    )
    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        written = await write(
            request, visible, model=model, reference=bookmark.reference, notes=too_long(characters=cut)
        )
    return command.record(written)
