"""Answer in a threaded conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.conversation import Message, Record, fit, wants_answer
from bot.core.ports import Asker, Purpose, Request, Role
from bot.core.reply import Written, too_long, write

if TYPE_CHECKING:
    from bot.core.conversation import Heard
    from bot.core.ports import Bookmark, Chat, Model, Store

GREETING = (
    "Hello! Ask me anything here, and go on in this thread without mentioning me again. "
    "There are also `/summarize`, `/classify` and `/code`; `/parley help` tells more."
)
NO_FILES = "I can't read attached files yet; please paste what matters as text."


async def answer(heard: Heard, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Answer a message if it is for the bot, and return what the thread's history should keep.

    Raises `ChatError` when the answer could not be shown.
    """
    conversation = await store.conversation(heard.place)
    if not wants_answer(heard, conversation):
        return Record(heard.place, heard.author)
    settings = conversation.settings
    question = Message(Role.USER, heard.author, heard.text, heard.id)
    asker = Asker(heard.author, heard.home)
    async with chat.answer(heard.place, asker, bookmark, to=heard.id) as visible:
        if not heard.text:
            sentence = NO_FILES if heard.has_files else GREETING
            written = Written(sentence, await visible.replace(sentence))
        else:
            room = model.room(settings.max_output, settings)
            # A turn that failed and is tried anew finds its question in the history already.
            before = [message for message in conversation.messages if message.id != heard.id]
            fitted = fit((*before, question), room, chat.mention)
            request = Request(
                purpose=Purpose.ANSWER,
                turns=fitted.turns,
                max_output=settings.max_output,
                person=f"{heard.place.workspace}/{heard.author}",
                settings=settings,
            )
            notes = too_long(messages=fitted.messages_left_out, characters=fitted.characters_cut)
            notes += f"\n\n_{NO_FILES}_" if heard.has_files else ""
            written = await write(request, visible, model=model, reference=bookmark.reference, notes=notes)
    began_with_bot = conversation.began_with_bot or heard.answers_bot or heard.opens_thread
    return written.record(heard.place, question, began_with_bot=began_with_bot)
