"""Continue or regenerate an answer with code that the length limit cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import CONTINUE_CODE
from bot.core.answer.answer import draft
from bot.core.answer.buttons import UNKNOWN, find, heard
from bot.core.code.generate import CodeContext
from bot.core.code.revise import continue_code, opening, with_sources
from bot.core.code_blocks import resume
from bot.core.code_blocks.files import read
from bot.core.domain.message import Message, Role
from bot.core.ephemeral import tell

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint, Model, Store


async def press_cut_code(press: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Do what a button below a cut answer says, in a new message. Raises `ChatError`, transient `ModelError`s."""
    conversation = await store.threads.load(press.place)
    question, answered = find(conversation, CONTINUE_CODE.read(press).message)
    if question is None or answered is None:
        return await tell(press.place, press.asker, UNKNOWN, chat=chat)
    goes_on = press.name == CONTINUE_CODE.name
    asked = replace(question, author=press.asker.person)
    end = conversation.messages.index(question)
    if goes_on:
        asked = Message(Role.USER, press.asker.person, resume.GO_ON, f"press {press.id}")
        end = conversation.messages.index(answered) + 1
    earlier = replace(conversation, messages=conversation.messages[:end])
    ready = await draft(heard(press, asked), asked, earlier, model=model, chat=chat)
    if goes_on:
        await read(answered.text)
    async with chat.answers.begin(press.place, press.asker, checkpoint, to=press.message) as visible:
        desk = CodeContext(
            press.place,
            press.asker,
            ready.request,
            visible,
            checkpoint,
            model,
            chat,
            known=with_sources(await store.code_files.load(press.place), ready.own.attachments),
            question=f"press {press.id}",
            begun=resume.unfinished(answered.text) if goes_on else "",
            opening=opening(press, "Continue" if goes_on else "Regenerate", chat),
            notes=ready.notes,
        )
        product = await continue_code(desk)
    said = replace(asked, id=f"press {press.id}")
    record = product.written.record(press.place, said, began_with_bot=conversation.began_with_bot)
    return replace(record, code_files=product.files)
