"""Answer what a thread with code is asked next, by words or by buttons: changes, tests, questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.calls import Purpose
from bot.core.actions import SAVE_CODE, TEST_CODE
from bot.core.code import render
from bot.core.code.draft import CodeContext
from bot.core.code.generate import Product, produce, upload
from bot.core.code.parse import parse
from bot.core.commands import CODE
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import Message, Role
from bot.core.domain.setting_choices import Creativity
from bot.core.domain.thread import FinishedAnswer, Record
from bot.core.memory.reading import remembered
from bot.core.ports import ChatNames, Request
from bot.core.prompt_data import quoted
from bot.core.tokens import estimate_tokens
from bot.core.writing.fit import fit, preface
from bot.core.writing.notes import too_long
from bot.errors import ChatError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.attachment import Attachment
    from bot.core.domain.interaction import Action
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Chat, Checkpoint, Model, Store

GONE = N_("I no longer have the files of this thread. Please ask for the code again.")
TOO_LONG = "(too long to be shown here)"  # not for people: told to the model


def is_for_code(text: str, conversation: Conversation) -> bool:
    """Return whether a thread's message is about code: the thread has files, or the message asks for some."""
    return conversation.has_code or _is_command(text)


def _is_command(text: str) -> bool:
    return text.split(maxsplit=1)[:1] == [f"/{CODE.name}"]


async def continue_code(context: CodeContext) -> Product:
    """Answer what is asked next in a thread with code: a change, tests, a question.

    The context's request is the one for any answer. Raises `ChatError`, and a `ModelError` for the turn to be retried.
    """
    if _is_command(context.said):
        try:
            parse(context.said.removeprefix(f"/{CODE.name}"))
        except UsageError as error:
            return Product(FinishedAnswer(error.sentence, await context.visible.replace(error.sentence)))
    room = context.model.facts.room(context.request.max_output, context.request.settings)
    return await produce(replace(context, request=as_code(context.request, context.known, room)))


def with_sources(known: Sequence[CodeFile], attached: Sequence[Attachment]) -> tuple[CodeFile, ...]:
    """Add the texts that came with a message to the thread's files, replacing those of the same name."""
    by_name = {file.name.casefold(): file for file in known}
    for source in attached:
        if source.media_type == "text/plain":
            before = by_name.get(source.name.casefold(), CodeFile(source.name, "", 0))
            by_name[source.name.casefold()] = replace(before, content=source.data.decode(errors="replace"))
    return tuple(by_name.values())


def as_code(request: Request, known: Sequence[CodeFile], room: int) -> Request:
    """Turn a conversation's request into one for code, with those of the thread's files that it does not show.

    `room` is in tokens; files that don't fit into what is left of it are only named.
    """
    shown = [turn.text for turn in request.turns]
    room -= sum(map(estimate_tokens, shown))
    attached = (attachment for turn in request.turns for attachment in turn.attachments)
    shown += [one.data.decode(errors="replace") for one in attached if one.media_type == "text/plain"]
    told: list[dict[str, str]] = []
    for file in known:
        if any(file.content.strip() in text for text in shown):
            continue
        room -= estimate_tokens(file.content)
        told.append({"name": file.name, "text": file.content if room > 0 else TOO_LONG})
    usual = "" if known else request.settings.code_language
    blocks = [quoted("files", told)] if told else []
    blocks += [quoted("usual_language", usual)] if usual else []
    *before, newest = request.turns
    newest = replace(newest, text="\n\n".join((newest.text, *blocks)))
    return replace(request, purpose=Purpose.CODE, creativity=Creativity.LOW, turns=(*before, newest))


async def on_code_action(action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat) -> Record:
    """Do what a button below the code says, as if the person had typed it. Raises `ChatError`."""
    known = await store.code_files.load(action.place)
    if action.name == SAVE_CODE.name:
        return await _save_again(action, known, checkpoint=checkpoint, chat=chat)
    conversation = await store.threads.load(action.place)
    words = render.request_text(action.name, TEST_CODE.read(action).names, action.choice)
    question = Message(Role.USER, action.asker.person, words, f"press {action.id}")
    async with chat.answers.begin(action.place, action.asker, checkpoint, to=action.message) as visible:
        if not known:
            return FinishedAnswer("", await visible.replace(_(GONE))).record(
                action.place, question, began_with_bot=False
            )
        before = [message for message in conversation.messages if message.id != question.id]
        settings = conversation.settings
        fitted = fit(
            (*before, question),
            model.facts.room(settings.max_output, settings),
            chat.names.mention,
            before=preface(conversation, remembered(conversation, action.place.thread, chat)),
            named=bool(conversation.people),
        )
        request = Request(
            purpose=Purpose.CODE,
            turns=fitted.turns,
            max_output=settings.max_output,
            person=action.place.opaque(action.asker.person),
            settings=settings,
        )
        context = CodeContext(
            action.place,
            action.asker,
            request,
            visible,
            checkpoint,
            model,
            chat,
            known=known,
            question=question.id,
            opening=opening(action, words, chat.names),
            notes=too_long(messages=fitted.messages_left_out),
        )
        product = await continue_code(context)
    record = product.written.record(action.place, question, began_with_bot=conversation.began_with_bot)
    return replace(record, code_files=product.files)


def opening(action: Action, words: str, names: ChatNames) -> str:
    """Return the line that says who asked for the answer below, since no one has typed it."""
    return f"_{names.mention(action.asker.person)}: {words}_\n\n"


async def _save_again(action: Action, known: Sequence[CodeFile], *, checkpoint: Checkpoint, chat: Chat) -> Record:
    """Upload the thread's files, as they are now, once more."""
    wanted = [file for file in known if file.name in SAVE_CODE.read(action).names]
    async with chat.answers.begin(action.place, action.asker, checkpoint, to=action.message) as visible:
        if not wanted:
            await visible.replace(_(GONE))
        else:
            try:
                await chat.posts.upload(action.place, [upload(file) for file in wanted], checkpoint)
            except ChatError as error:
                if error.is_transient:
                    raise
                await visible.replace(render.unsaved(wanted, error.sentence))
            else:
                await visible.replace(render.saved_again(wanted))
    return Record(action.place, action.asker.person)
