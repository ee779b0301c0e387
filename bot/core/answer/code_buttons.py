"""Continue or regenerate an answer with code that the length limit cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import ACTIONS, CONTINUE_CODE, USED
from bot.core.answer.answer import draft
from bot.core.answer.buttons import UNKNOWN, find, incoming, was_continued
from bot.core.code.draft import CodeContext
from bot.core.code.revise import continue_code, opening, with_sources
from bot.core.code_blocks import resume
from bot.core.code_blocks.blocks import read
from bot.core.domain.message import Message, Role
from bot.core.ephemeral import send_ephemeral
from bot.language import _

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint, Model, Store


async def on_cut_code_action(
    action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat
) -> Record:
    """Do what a button below a cut answer says, in a new message. Raises `ChatError`, transient `ModelError`s."""
    conversation = await store.threads.load(action.place)
    question, answered = find(conversation, CONTINUE_CODE.read(action).message)
    if question is None or answered is None:
        return await send_ephemeral(action.place, action.asker, _(UNKNOWN), answers=chat.answers)
    goes_on = action.name == CONTINUE_CODE.name
    asked = replace(question, author=action.asker.person)
    end = conversation.messages.index(question)
    if goes_on and was_continued(answered, conversation):
        return await send_ephemeral(action.place, action.asker, _(USED), answers=chat.answers)
    if goes_on:
        asked = Message(Role.USER, action.asker.person, resume.GO_ON, f"press {action.id}")
        end = conversation.messages.index(answered) + 1
    elif question.text == resume.GO_ON:  # a continuation that failed is tried again
        goes_on, answered = True, conversation.messages[end - 1]
    earlier = replace(conversation, messages=conversation.messages[:end])
    ready = await draft(incoming(action, asked), asked, earlier, model=model, chat=chat)
    if goes_on:
        await read(answered.text)
    async with chat.answers.begin(action.place, action.asker, checkpoint, to=action.message) as visible:
        context = CodeContext(
            action.place,
            action.asker,
            ready.request,
            visible,
            checkpoint,
            model,
            chat,
            known=with_sources(await store.code_files.load(action.place), ready.own.attachments),
            question=f"press {action.id}",
            begun=resume.unfinished(answered.text) if goes_on else "",
            opening=opening(action, _(ACTIONS[action.name].label), chat.names),
            notes=ready.notes,
        )
        product = await continue_code(context)
    said = replace(asked, id=f"press {action.id}")
    record = product.written.record(action.place, said, began_with_bot=conversation.began_with_bot)
    return replace(record, code_files=product.files)
