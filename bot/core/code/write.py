"""Write code, show it, and save each file of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.core.channel_settings import Creativity
from bot.core.code.files import CodeFile, files
from bot.core.code.request import CodeRequest, parse, prompt
from bot.core.command import answering
from bot.core.conversation import shorten
from bot.core.ports import Purpose, Request, Role, Turn, Upload
from bot.core.reply import too_long, write
from bot.errors import ChatError

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.conversation import Record
    from bot.core.ports import Bookmark, Chat, Model, Store

log = logging.getLogger(__name__)

MAX_OUTPUT = 8_000  # tokens


def saved(names: list[str], where: str = "") -> str:
    """Tell which files were saved."""
    return f"\n\nCode saved to {', '.join(names)}{where}" if names else ""


async def code(command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Write what was asked for, and return what the thread's history should keep. Raises `ChatError`."""
    settings = await store.settings(command.place)
    wanted = parse(command.text)
    text, cut = shorten(wanted.text, model.room(MAX_OUTPUT, settings))
    request = Request(
        purpose=Purpose.CODE,
        turns=(Turn(Role.USER, prompt(CodeRequest(text, wanted.language))),),
        max_output=MAX_OUTPUT,
        person=f"{command.place.workspace}/{command.asker.person}",
        creativity=Creativity.LOW,
        settings=settings,
    )

    async def save(answer: str) -> str:
        found = files(answer)
        return await _save(found, command, bookmark=bookmark, chat=chat) if found else ""

    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        written = await write(
            request, visible, model=model, reference=bookmark.reference, notes=too_long(characters=cut), after=save
        )
    return command.record(written)


async def _save(found: list[CodeFile], command: Command, *, bookmark: Bookmark, chat: Chat) -> str:
    """Upload the files to the thread, or to the asker's direct messages where the command was private."""
    names = [file.name for file in found]
    try:
        place = await chat.open_direct(command.place, command.asker) if command.is_private else command.place
        await chat.upload(place, [Upload(file.name, file.content.encode()) for file in found], bookmark)
    except ChatError as error:  # the answer itself can still be shown
        log.warning("upload failed: %s", error)
        return f"\n\n_I could not save {', '.join(names)}: the upload failed._"
    return saved(names, " in our direct messages" if command.is_private else "")
