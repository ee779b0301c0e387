"""Answer `/code`: write code, show it, and save each of its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.calls import Purpose
from bot.core import command as commands
from bot.core.code.draft import CodeContext
from bot.core.code.generate import produce
from bot.core.code.parse import CodeRequest, parse, prompt
from bot.core.command import answering
from bot.core.domain.message import Role
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Request, Turn
from bot.core.tokens import shorten
from bot.core.writing.notes import too_long, unapplied

if TYPE_CHECKING:
    from bot.core.domain.command import Command
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint, Model, Store


async def open_thread(command: Command, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Command:
    """Open the thread of `/code`, if it can be paid for. Raises `OverBudgetError` before that, `ChatError`."""
    await model.afford((await _request(command, store, model))[0])
    return await commands.open_thread(command, chat=chat, checkpoint=checkpoint)


async def code(command: Command, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Write what was asked for, and return what the thread's history should keep. Raises `ChatError`."""
    request, cut = await _request(command, store, model)
    async with answering(command, answers=chat.answers, checkpoint=checkpoint, once=True) as visible:
        context = CodeContext(
            command.place,
            command.asker,
            request,
            visible,
            checkpoint,
            model,
            chat,
            question=command.answered,
            notes=too_long(characters=cut) + unapplied(request.settings, model),
            is_private=command.is_private,
            is_first=True,
        )
        product = await produce(context)
    record = command.record(product.written)
    return record if command.is_private else replace(record, code_files=product.files)


async def _request(command: Command, store: Store, model: Model) -> tuple[Request, int]:
    """Return the request for what was asked for, and how many characters of that did not fit."""
    settings = await store.settings.load(command.place)
    wanted = parse(command.text)
    text, cut = shorten(wanted.text, model.facts.room(settings.max_output, settings))
    request = Request(
        purpose=Purpose.CODE,
        turns=(Turn(Role.USER, prompt(CodeRequest(text, wanted.language), usual=settings.code_language)),),
        max_output=settings.max_output,
        person=command.place.opaque(command.asker.person),
        settings=settings,
        creativity=Creativity.LOW,
    )
    return request, cut
