"""Answer in a threaded conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.calls import Purpose
from bot.core.answer import overtaken
from bot.core.answer.addressees import resolve_addressees, with_names
from bot.core.answer.catch_up import catch_up
from bot.core.answer.offer_again import REFUSAL
from bot.core.answer.stop_or_continue import is_stop
from bot.core.answer.thread_summary import is_due
from bot.core.answer.whom_to_answer import is_refused, wants_answer, was_answered
from bot.core.attachments.attach import Attached, attach
from bot.core.cancel import cancel_on
from bot.core.code.draft import CodeContext
from bot.core.code.generate import Product
from bot.core.code.revise import continue_code, is_for_code, with_sources
from bot.core.domain.message import Message, Role
from bot.core.domain.people import Requester
from bot.core.domain.thread import FinishedAnswer, Record
from bot.core.memory.reading import remembered
from bot.core.ports import Request
from bot.core.tokens import estimate_tokens
from bot.core.writing.fit import fit, preface
from bot.core.writing.kept_answer import kept, show
from bot.core.writing.notes import too_long, unapplied
from bot.core.writing.stream import report_failure, write
from bot.errors import ChatError, ModelStoppedError, ReaderUnavailableError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.core.access import Judge
    from bot.core.domain.attachment import Attachment
    from bot.core.domain.command import MentionCommand
    from bot.core.domain.message import IncomingMessage
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Answer, Chat, Checkpoint, Model, Store
    from bot.core.tools.toolbox import Toolbox
    from bot.core.writing.below import Below
    from bot.core.writing.fit import Fitted

GREETING = N_(
    "Hello! Ask me anything here; in this thread, you don't need to mention me again. "
    "You can also use `/summarize`, `/classify` and `/code`, or say them; “help” explains how."
)
# The words of someone who mentions the bot below others' messages and writes nothing else.
CALLED = (
    "(I mentioned you and said nothing else: help with what was said last here.)"  # not for people: Claude is told this
)
# Tokens that earlier messages' files can take, so that a follow-up need not attach them again.
EARLIER_FILES = 30_000
TITLE = 80  # characters of a question that name its thread
# Words of those who want to see a page's code, and not what it says.
_MARKUP = re.compile(r"\b(?:code|css|debug|fix|html|javascript|markup|scripts?|source|tags?)\b", re.IGNORECASE)
MOST_EARLIER = 5  # messages whose files are fetched again


class MentionCommands(Protocol):
    """The commands that people say."""

    def find(self, incoming: IncomingMessage, said: Message, conversation: Conversation) -> MentionCommand | None:
        """Return the command that a message is, None if it is for Claude."""

    async def run(
        self,
        command: MentionCommand,
        incoming: IncomingMessage,
        said: Message,
        conversation: Conversation,
        *,
        checkpoint: Checkpoint,
    ) -> Record | None:
        """Run a command; return None if it is answered as any question is. Raises as the command does."""


async def answer(  # noqa: PLR0913 (the ports, and what others do)
    incoming: IncomingMessage,
    *,
    checkpoint: Checkpoint,
    store: Store,
    model: Model,
    chat: Chat,
    judge: Judge,
    commands: MentionCommands,
    toolbox: Toolbox,
    controls: Callable[[Message], Below] | None = None,
) -> Record:
    """Answer a message if it is for the bot, and return what the thread's history should keep.

    `judge` returns why it may not be answered, "" if it may; `commands` runs it if it is one; `toolbox` has what can be
    looked up; `controls` returns the buttons below the answer to a message. In a thread that the bot knows, it keeps
    messages that are not for it, too. Raises `ChatError` if the answer could not be shown.
    """
    conversation = await store.threads.load(incoming.place)
    incoming = await resolve_addressees(incoming, conversation, chat)
    question = asked(incoming, conversation)
    if question is None or not wants_answer(incoming, conversation) or was_answered(incoming, conversation):
        return overheard(incoming, question, conversation)
    command = commands.find(incoming, question, conversation)
    if refusal := await refused(command, incoming, conversation, judge):
        record: Record | None = replace(overheard(incoming, question, conversation), refusal=refusal)
    elif command is not None:
        record = await commands.run(command, incoming, question, conversation, checkpoint=checkpoint)
    else:
        record = None
    if record is not None:
        return record
    said = f"/{command.name} {command.text}" if command is not None else question.text
    asker = Requester(incoming.author, incoming.home)
    title = incoming.text.partition("\n")[0][:TITLE] if incoming.opens_thread else ""
    async with chat.answers.begin(incoming.place, asker, checkpoint, to=incoming.id, title=title) as visible:
        if (before := kept(checkpoint)) is not None and not is_for_code(said, conversation):
            question = question if question.text or question.files else replace(question, text=CALLED)
            return _kept(incoming, question, conversation, Product(await show(before, visible)))
        reading = catch_up(
            incoming, conversation, visible.progress, checkpoint=checkpoint, store=store.threads, chat=chat
        )
        try:
            conversation, read = await cancel_on(checkpoint.turn.cancelled, reading)
        except ModelStoppedError as error:
            await report_failure(error, visible, checkpoint)
            return Record(incoming.place, incoming.author)  # the next question reads on
        conversation = await with_names(incoming, conversation, chat.names)
        if not question.text and not question.files:
            if not conversation.summary and not any(one.text or one.files for one in conversation.messages):
                greeting = _(GREETING) + read
                return _kept(
                    incoming, question, conversation, Product(FinishedAnswer(greeting, await visible.replace(greeting)))
                )
            question = replace(question, text=CALLED)
        ready = await draft(incoming, question, conversation, model=model, chat=chat)
        context = CodeContext(
            incoming.place,
            asker,
            ready.request,
            visible,
            checkpoint,
            model,
            chat,
            said=said,
            question=question.id,
            notes=ready.notes + read,
            is_first=is_first(conversation),
        )
        with_tools = partial(converse, incoming=incoming, question=question, toolbox=toolbox.at(conversation))
        product = await _reply(
            context, ready, conversation, store, with_tools, controls(question) if controls else None
        )
    return _kept(incoming, question, conversation, product)


async def refused(
    command: MentionCommand | None, incoming: IncomingMessage, conversation: Conversation, judge: Judge
) -> str:
    """Return why a message, or the command that it is, may not be answered, "" if it may. Raises `ChatError`."""
    if command is not None and command.is_for_anyone:
        return ""
    return await judge(incoming, conversation.settings, command=command.name if command is not None else "")


async def _reply(
    context: CodeContext,
    ready: AnswerDraft,
    conversation: Conversation,
    store: Store,
    converse: Callable[..., Awaitable[FinishedAnswer]],
    controls: Below | None,
) -> Product:
    """Report unreadable files if there is nothing else, write code if it is asked for, or else converse."""
    if ready.is_empty:
        sentence = "\n".join(ready.own.faults)
        return Product(FinishedAnswer(sentence, await context.visible.replace(sentence)))
    if is_for_code(context.said, conversation):
        known = await store.code_files.load(context.place) if conversation.has_code else ()
        return await continue_code(replace(context, known=with_sources(known, ready.own.attachments)))
    written = await converse(
        context.request,
        context.visible,
        model=context.model,
        checkpoint=context.checkpoint,
        notes=context.notes,
        controls=controls,
        is_first=context.is_first,
    )
    return Product(written)


async def converse(  # noqa: PLR0913 (what `write` needs, and for whom)
    request: Request,
    visible: Answer,
    *,
    incoming: IncomingMessage,
    question: Message,
    toolbox: Toolbox,
    model: Model,
    checkpoint: Checkpoint,
    notes: str = "",
    controls: Below | None = None,
    is_first: bool = False,
) -> FinishedAnswer:
    """Let the model answer a question, with the tools that it has where it was asked. Raises `ChatError`."""
    request, unapplied = await toolbox.equip(request, incoming)
    if unapplied and is_first:
        notes += f"\n\n_{unapplied}_"
    return await write(
        request,
        visible,
        model=model,
        checkpoint=checkpoint,
        notes=notes,
        controls=controls,
        is_first=is_first,
        ask=toolbox.asking(request, incoming, question, checkpoint),
    )


def _kept(incoming: IncomingMessage, question: Message, conversation: Conversation, product: Product) -> Record:
    """Return what the thread's history should keep of a question that was answered."""
    began_with_bot = conversation.began_with_bot or incoming.answers_bot or incoming.opens_thread
    record = product.written.record(incoming.place, question, began_with_bot=began_with_bot)
    if any(message.id == question.id and message != question for message in conversation.messages):
        record = replace(record, rewritten=record.messages[:1])  # it was kept before an edit mentioned the bot
    grown = replace(conversation, messages=(*conversation.messages, *record.messages))
    record = replace(record, people=conversation.people)
    return replace(record, is_outgrown=is_due(grown), code_files=product.files)


def is_first(conversation: Conversation) -> bool:
    """Return whether the bot has not answered in the thread yet."""
    return not conversation.summary and all(message.role is Role.USER for message in conversation.messages)


def asked(incoming: IncomingMessage, conversation: Conversation) -> Message | None:
    """Return a message as it was last edited, to be answered and kept; None if it has been deleted."""
    question = Message(Role.USER, incoming.author, incoming.text, incoming.id, incoming.files, is_bot=incoming.is_bot)
    stored = next((message for message in conversation.messages if message.id == incoming.id), None)
    if stored is None or not stored.is_edited:
        return question
    return replace(question, text=stored.text, files=stored.files) if stored.text or stored.files else None


def overheard(incoming: IncomingMessage, question: Message | None, conversation: Conversation) -> Record:
    """Return what a thread that the bot knows keeps of a message that it does not answer there."""
    nothing = Record(
        incoming.place, incoming.author, refusal=_(REFUSAL) if is_refused(incoming, conversation.settings) else ""
    )
    if question is None or not conversation.is_known or is_stop(incoming.text):
        return nothing
    grown = replace(conversation, messages=(*conversation.messages, question))
    return replace(nothing, messages=(question,), is_outgrown=is_due(grown))


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """A request that is ready to send, and the notes that end its answer."""

    request: Request
    notes: str
    own: Attached

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to ask: the message had only files, and none of them could be read."""
        return not self.request.turns


async def draft(
    incoming: IncomingMessage, question: Message, conversation: Conversation, *, model: Model, chat: Chat
) -> AnswerDraft:
    """Decide what goes into the request. Raises a transient `ChatError`."""
    settings = conversation.settings
    # A turn that is retried finds its question in the history already.
    before = [message for message in conversation.messages if message.id != incoming.id]
    said: tuple[Message, ...] = (*before, question)
    late = ""
    if overtaken.is_overtaken(incoming.id, before):
        said, late = overtaken.in_place(question, conversation.messages), overtaken.asking(question)
    opening = preface(conversation, remembered(conversation, incoming.id, chat))
    room = model.facts.room(settings.max_output, settings)
    least = estimate_tokens(question.text) + estimate_tokens(opening) + estimate_tokens(late)
    as_source = is_for_code(question.text, conversation) or bool(_MARKUP.search(question.text))
    own = await attach(question.files, incoming.place, max(0, room - least), chat, as_source=as_source)
    left = min(EARLIER_FILES, room - least - own.tokens)
    earlier = await _earlier_files(incoming, before, left, chat, as_source=as_source)
    attached: dict[str, tuple[Attachment, ...]] = {
        identity: found.attachments for identity, found in {**earlier, incoming.id: own}.items()
    }
    left = room - own.tokens - sum(found.tokens for found in earlier.values())
    # The question can be as long as the model accepts. The history gets twice its budget at most, because the summary
    # that keeps it within the budget is made in the background.
    tokens = min(left, 2 * settings.context + least)

    def compose(attached: Mapping[str, tuple[Attachment, ...]]) -> tuple[Fitted, Request]:
        named = bool(conversation.people)
        room_for_all = tokens - estimate_tokens(late) if late else tokens
        fitted = fit(said, room_for_all, chat.names.mention, before=opening, attached=attached, named=named)
        request = Request(
            purpose=Purpose.ANSWER,
            turns=overtaken.asked(fitted.turns, late) if late else fitted.turns,
            max_output=settings.max_output,
            person=incoming.place.opaque(incoming.author),
            settings=settings,
        )
        return fitted, request

    fitted, request = compose(attached)
    if not question.text and not own.files:
        request = replace(request, turns=())
    notes = too_long(
        messages=fitted.messages_left_out,
        more=conversation.left_out,
        characters=fitted.characters_cut + sum(file.characters_cut for file in own.files),
    )
    notes += own.told
    notes += overtaken.told(chat.history.permalink(incoming.place, incoming.id)) if late else ""
    notes += unapplied(settings, model) if is_first(conversation) else ""
    return AnswerDraft(request, notes, own)


async def _earlier_files(
    incoming: IncomingMessage, before: Sequence[Message], room: int, chat: Chat, *, as_source: bool
) -> dict[str, Attached]:
    """Fetch earlier messages' files, newest first, while there is room; the model gets only the names of the others."""
    found: dict[str, Attached] = {}
    for message in reversed(before):
        if not message.files:
            continue
        try:
            attached = await attach(message.files, incoming.place, room, chat, as_source=as_source)
        except (ChatError, ReaderUnavailableError):  # the answer is worth more without it than late
            break
        if not attached.files:
            continue
        found[message.id] = attached
        room -= attached.tokens
        if len(found) == MOST_EARLIER:
            break
    return found
