"""Commands, typed after a slash or said to the bot: run where their answers belong."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import ephemeral_once, mention_commands
from bot.core.answer.answer import overheard
from bot.core.answer.catch_up import catch_up
from bot.core.cancel import cancel_on
from bot.core.commands import CLASSIFY, CODE, PARLEY, SUMMARIZE
from bot.core.domain.command import Command, MentionCommand
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.core.settings import subcommands
from bot.core.summarize import sources as summary_source
from bot.errors import ChatError, ModelStoppedError, NotAllowedError, NotInChannelError, UsageError
from bot.jobs.deliveries import command_delivery

if TYPE_CHECKING:
    from bot.core.domain.message import IncomingMessage, Message
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Chat, Checkpoint, Store
    from bot.jobs.classify import ClassifyJobs
    from bot.jobs.permissions import Permissions
    from bot.jobs.registry import Registry
    from bot.work import Inbox

log = logging.getLogger(__name__)

_CHANNEL = re.compile(r"#(?P<name>[^\s,;:#?!]{1,80})")
# Answers that stay out of any history: `/parley triage secret`.
_SECRET = subcommands.BY_WORDS["triage secret"]  # not for people: what is typed


class CommandJobs:
    """Runs commands. Implements `bot.core.answer.answer.MentionCommands`."""

    def __init__(
        self,
        inbox: Inbox,
        registry: Registry,
        *,
        store: Store,
        chat: Chat,
        permissions: Permissions,
        classify: ClassifyJobs,
    ) -> None:
        self._inbox, self._registry, self._permissions, self._classify = inbox, registry, permissions, classify
        self._store, self._chat = store, chat

    async def carry_out(self, command: Command, checkpoint: Checkpoint) -> Record | None:
        """Run a slash command; return None if it opened a thread, where it goes on. Raises as the command does."""
        if told := await ephemeral_once.shown_before(command, checkpoint=checkpoint, chat=self._chat):
            return told
        if refusal := await self._permissions.refusal_of_command(command):
            return await send_ephemeral(command.place, command.asker, refusal, answers=self._chat.answers)
        if command.place.thread or (command.is_private and not summary_source.is_request(command)):
            return await self._run(command, checkpoint)
        try:
            await self._open(command, checkpoint)
        except (NotAllowedError, NotInChannelError, UsageError) as error:
            await send_ephemeral(command.place, command.asker, error.sentence, answers=self._chat.answers)
        return None

    def find(self, incoming: IncomingMessage, said: Message, conversation: Conversation) -> MentionCommand | None:
        """Return the command that a message is, None if it is for Claude."""
        if incoming.is_bot:
            return None
        is_first = incoming.opens_thread or not conversation.messages  # the agent pane has its thread before that
        is_ours = incoming.is_direct or conversation.began_with_bot or incoming.answers_bot
        occasion = mention_commands.Occasion(
            is_called=incoming.mentions_bot or (incoming.is_direct and is_first),
            thread="" if incoming.opens_thread else "ours" if is_ours else "others",
            has_files=bool(said.files),
        )
        return mention_commands.read(said.text, occasion)

    async def run(
        self,
        command: MentionCommand,
        incoming: IncomingMessage,
        said: Message,
        conversation: Conversation,
        *,
        checkpoint: Checkpoint,
    ) -> Record | None:
        """Run a command that was said; return None for code, which a conversation can be about.

        It answers in the message's thread, unless only its asker may see the answer. Raises as the command does.
        """
        if command.name == CODE.name and not command.is_private:
            return None
        typed = await self._typed(command, incoming)
        try:
            if command.name != CLASSIFY.name or not said.files:  # a file's options are read together with it
                self._registry.commands[command.name].parse(typed.text)
                if typed.is_private and not summary_source.is_request(typed):
                    return await self._run(typed, checkpoint)
            return await self._answer(typed, incoming, said, conversation, checkpoint)
        except (NotAllowedError, NotInChannelError, UsageError) as error:
            return await self._refuse(error.sentence, typed, incoming, said, conversation, checkpoint)

    async def _answer(
        self,
        command: Command,
        incoming: IncomingMessage,
        said: Message,
        conversation: Conversation,
        checkpoint: Checkpoint,
    ) -> Record:
        """Answer a command in its message's thread, or open a thread in direct messages. Raises as `run` does."""
        is_here = command.name != SUMMARIZE.name or (
            not command.is_private and await summary_source.begin_here(command, store=self._store, chat=self._chat)
        )
        if not is_here:
            await self._open(replace(command, place=incoming.private_place), checkpoint)
            return overheard(incoming, said, conversation)
        reading = catch_up(
            incoming, conversation, _unseen, checkpoint=checkpoint, store=self._store.threads, chat=self._chat
        )
        try:
            await cancel_on(checkpoint.turn.cancelled, reading)
        except ModelStoppedError:
            return Record(incoming.place, incoming.author)
        if command.name == CLASSIFY.name:
            return await self._classify.said(command, said, checkpoint=checkpoint)
        return await self._run(command, checkpoint)

    async def _refuse(
        self,
        sentence: str,
        command: Command,
        incoming: IncomingMessage,
        said: Message,
        conversation: Conversation,
        checkpoint: Checkpoint,
    ) -> Record:
        """Tell the asker alone what is wrong with a command; about a file, in the thread where it is."""
        if not (incoming.is_direct or said.files):
            await send_ephemeral(incoming.private_place, command.asker, sentence, answers=self._chat.answers)
            if incoming.opens_thread:  # kept, as a file of it may still come
                return Record(incoming.place, incoming.author, began_with_bot=True, messages=(said,))
            return overheard(incoming, said, conversation)
        async with self._chat.answers.begin(incoming.place, command.asker, checkpoint, to=incoming.id) as visible:
            await visible.replace(sentence)
        return overheard(incoming, said, conversation)

    async def _typed(self, command: MentionCommand, incoming: IncomingMessage) -> Command:
        """Return the command as if it had been typed after a slash. Raises a transient `ChatError`."""
        is_secret = command.name == PARLEY.name and subcommands.find(command.text) is _SECRET
        is_private = command.is_private and (is_secret or not incoming.is_direct)
        return Command(
            id=f"message:{incoming.place.channel}:{incoming.id}",
            name=command.name,
            text=command.text,
            place=incoming.private_place if is_private else incoming.place,
            asker=Requester(incoming.author, incoming.home),
            is_private=is_private,
            channels=await self._channels(command.text, incoming),
            to=incoming.id,
        )

    async def _channels(self, text: str, incoming: IncomingMessage) -> tuple[tuple[str, str], ...]:
        """Return the channels that a text names, those that were typed by hand, too."""
        wanted = {match["name"].rstrip(".").casefold() for match in _CHANNEL.finditer(text)}
        known = {name.casefold(): id_ for name, id_ in incoming.channels}
        try:
            for id_ in [id_ for name, id_ in incoming.channels if name == id_ and not wanted <= known.keys()]:
                venue = await self._chat.directory.venue(Place(incoming.place.workspace, id_), incoming.author)
                known.setdefault(venue.name.casefold(), id_)
            if not wanted <= known.keys():
                shared = await self._chat.directory.channels(incoming.place, incoming.author)
                known = {one.name.casefold(): one.id for one in shared} | known
        except ChatError as error:
            if error.is_transient:
                raise
            log.info("a channel that was named could not be looked up: %s", error)
        return tuple((name, id_) for name, id_ in known.items() if name in wanted)

    async def _run(self, command: Command, checkpoint: Checkpoint) -> Record:
        return await self._registry.commands[command.name].run(command, checkpoint=checkpoint)

    async def _open(self, command: Command, checkpoint: Checkpoint) -> None:
        opened = await self._registry.commands[command.name].open_thread(command, checkpoint=checkpoint)
        await self._inbox.accept(command_delivery(opened))


def _unseen(_progress: str) -> None:
    """Show nothing: the command shows its own progress."""
