"""`/parley knowledge`: list sources, add and remove them, read them again, ask, and see what had no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.actions import EDIT_KNOWLEDGE
from bot.core.command import answering
from bot.core.domain.knowledge import KnowledgeSource, SourceKind
from bot.core.domain.message import Message, Place, Role
from bot.core.domain.thread import Record
from bot.core.knowledge import gaps, listing
from bot.core.knowledge.adding import IN_DIRECT, Adding
from bot.core.knowledge.answer import Inquiry, answer
from bot.core.knowledge.citations import left_out
from bot.core.knowledge.unanswered import Unanswered
from bot.core.ports import Chat, Model, Store
from bot.core.ports.knowledge import KnowledgeStore
from bot.core.settings.command import check_may_change
from bot.core.settings.knowledge_command import KnowledgeCommand, parse
from bot.core.writing.sources import listed
from bot.core.writing.stream import report_failure
from bot.errors import ModelError, NotAllowedError, UsageError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from bot.calls import Call
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Control
    from bot.core.ports import Answer, Checkpoint

NO_SUCH = N_("There is no source {number} here. `/parley knowledge` lists those that there are.")
ADDED = N_("Added as source {number}: {name}. I'll read it now and tell you when I'm done.")
REMOVED = N_("Removed source {number}: {name}, with all that I had read of it.")
OWN_TEXT = N_("An article has nothing to be read again: its text is kept here.")


@dataclass(frozen=True, slots=True)
class KnowledgeCommands:
    """Runs the command. `start` has a source read that is due."""

    knowledge: KnowledgeStore
    adding: Adding
    unanswered: Unanswered
    start: Callable[[KnowledgeSource], Awaitable[None]]
    store: Store
    model: Model
    chat: Chat
    admins: frozenset[str]

    async def run(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Answer a command; only the asker sees it. Raises `ChatError`, a `ModelError` that is transient."""
        calls: tuple[Call, ...] = ()
        place, person = replace(command.place, thread=""), command.asker.person
        controls: tuple[Control, ...] = ()
        async with answering(command, answers=self.chat.answers, checkpoint=checkpoint) as visible:
            try:
                parsed = parse(command.text)
                if parsed.action == "ask":
                    calls = await self._ask(parsed.text, command, visible, checkpoint)
                    return Record(command.place, person, calls=calls)
                if parsed.action == "gaps":
                    sentence, controls = await self._gaps(parsed, place)
                else:
                    sentence = await self._carried_out(parsed, command, place)
                    controls = (EDIT_KNOWLEDGE.button(label=_("Change…")),) if parsed.action == "list" else ()
            except (NotAllowedError, UsageError) as error:
                sentence = error.sentence
            await visible.replace(sentence, controls=controls)
        return Record(command.place, person)

    async def _carried_out(self, parsed: KnowledgeCommand, command: Command, place: Place) -> str:
        """Return what was found or done. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
        match parsed.action:
            case "add":
                return await self._add(parsed, command, place)
            case "remove":
                source = await self._source(parsed.number, command)
                await self.knowledge.sources.remove(place.workspace, source.id)
                return _(REMOVED, number=source.id, name=listing.named(source, self.chat))
            case "refresh":
                return await self._refresh(parsed, command, place)
        settings = await self.store.settings.load(place)
        reader = await self.chat.directory.reader(place, command.asker.person)
        sources = await self.knowledge.sources.serving(place)
        return listing.listing(sources, self.chat, reader.zone, is_on=settings.knowledge)

    async def _add(self, parsed: KnowledgeCommand, command: Command, place: Place) -> str:
        if not parsed.is_for_workspace:
            participant = await self.chat.directory.participant(place, command.asker.person)
            if participant.is_direct:
                raise UsageError(_(IN_DIRECT))
        where = replace(place, channel="") if parsed.is_for_workspace else place
        await self._check(where, command)
        source = await self.adding.add(parsed.text, where, command.asker, command.channels)
        await self.start(source)
        told = _(ADDED, number=source.id, name=listing.named(source, self.chat))
        settings = await self.store.settings.load(place)
        return told if settings.knowledge else f"{told}\n{_(listing.OFF)}"

    async def _refresh(self, parsed: KnowledgeCommand, command: Command, place: Place) -> str:
        now = datetime.now(UTC)
        if parsed.number:
            chosen = [await self._source(parsed.number, command)]
            if chosen[0].kind is SourceKind.ARTICLE:
                raise UsageError(_(OWN_TEXT))
        else:
            serving = await self.knowledge.sources.serving(place)
            chosen = [one for one in serving if one.channel == place.channel and one.kind is not SourceKind.ARTICLE]
            await self._check(place, command)
        for one in chosen:
            if source := await self.knowledge.sources.refresh(place.workspace, one.id, now):
                await self.start(source)
        return ngettext("I'll read {n:,} source again.", "I'll read {n:,} sources again.", len(chosen))

    async def _source(self, number: int, command: Command) -> KnowledgeSource:
        """Return a source that serves the place, if the asker may change it. Raises `UsageError`, `NotAllowedError`."""
        source = await self.knowledge.sources.find(command.place.workspace, number)
        if source is None or source.channel not in {"", command.place.channel}:
            raise UsageError(_(NO_SUCH, number=number))
        await self._check(Place(source.workspace, source.channel), command)
        return source

    async def _check(self, place: Place, command: Command) -> None:
        await check_may_change(place, command.asker, admins=self.admins, directory=self.chat.directory)

    async def _gaps(self, parsed: KnowledgeCommand, place: Place) -> tuple[str, tuple[Control, ...]]:
        since = datetime.now(UTC) - timedelta(days=parsed.days)
        found = await self.knowledge.gaps.since(place, since, gaps.MOST)
        clusters = await asyncio.to_thread(gaps.clustered, found)
        return gaps.told(clusters, parsed.days), gaps.controls(clusters)

    async def _ask(self, question: str, command: Command, visible: Answer, checkpoint: Checkpoint) -> tuple[Call, ...]:
        """Answer a question from the knowledge; return the calls that it took."""
        place = replace(command.place, thread="")
        settings = await self.store.settings.load(place)
        if not settings.knowledge:
            raise UsageError(_(listing.OFF))
        if not await self.knowledge.sources.serving(place):
            raise UsageError(_(listing.NOTHING))
        inquiry = Inquiry(place, question, place.opaque(command.asker.person), settings)
        try:
            found = await answer(inquiry, search=self.knowledge.search, model=self.model)
        except ModelError as error:
            return (await report_failure(error, visible, checkpoint)).calls
        if not found.is_known:
            asked = Message(Role.USER, command.asker.person, question, command.id)
            await visible.replace(await self.unanswered(place, asked, settings))
            return found.calls
        note = f"\n\n_{left_out(found.removed)}_" if found.removed else ""
        await visible.replace(found.text + listed(found.sources) + note)
        return found.calls
