"""`/parley feedback`: a channel's records exported, found, merged and split."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.admin import is_named
from bot.core.command import answering
from bot.core.domain.thread import Record
from bot.core.settings.feedback_command import parse
from bot.core.triage import by_hand, export, find, open_posts
from bot.errors import NotAllowedError, UsageError
from bot.jobs import feedback_chain as chain
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action
    from bot.core.domain.message import Place
    from bot.core.ports import Chat, Checkpoint, Store
    from bot.core.ports.feedback_store import FeedbackStore
    from bot.core.settings.feedback_command import FeedbackRequest
    from bot.work import Delivery, Inbox


class FeedbackRecordJobs:
    """Runs what people ask of all records of a channel."""

    def __init__(
        self, inbox: Inbox, *, feedback: FeedbackStore, store: Store, chat: Chat, admins: frozenset[str]
    ) -> None:
        self._inbox, self._feedback, self._store, self._chat, self._admins = inbox, feedback, store, chat, admins

    async def command(self, command: Command, *, checkpoint: Checkpoint) -> Record:
        """Answer `/parley feedback`, for the asker alone. Raises `ChatError`."""
        request, place = parse(command.text), replace(command.place, thread="")
        async with answering(command, answers=self._chat.answers, checkpoint=checkpoint) as visible:
            try:
                await visible.replace(await self._answer(request, command, place, checkpoint))
            except (NotAllowedError, UsageError) as error:
                await visible.replace(error.sentence)
        return Record(command.place, command.asker.person)

    async def _answer(self, request: FeedbackRequest, command: Command, place: Place, checkpoint: Checkpoint) -> str:
        person = command.asker.person
        standing = await self._chat.directory.membership(place, person)
        if not standing.is_member:
            raise NotAllowedError(_(open_posts.FOR_MEMBERS))
        match request.what:
            case "export":
                if not (standing.is_admin or is_named(self._admins, place.workspace, person)):
                    raise NotAllowedError(_(export.FOR_ADMINS))
                return await export.send(
                    command,
                    place,
                    request.kind,
                    request.stem,
                    checkpoint=checkpoint,
                    feedback=self._feedback,
                    chat=self._chat,
                )
            case "merge":
                return await self._merge(request, command, place)
            case "split":
                return await self._split(request, command, place)
        zone = (await self._chat.directory.reader(place, person)).zone
        return await find.find(request.words, place, zone, feedback=self._feedback)

    async def _merge(self, request: FeedbackRequest, command: Command, place: Place) -> str:
        first, second = await by_hand.merge(
            tuple(zip(request.links, request.numbers, strict=True)),
            place,
            command.asker,
            feedback=self._feedback,
            store=self._store,
            chat=self._chat,
        )
        await self._accept(chain.after_action(first))
        return by_hand.merged(first, second)

    async def _split(self, request: FeedbackRequest, command: Command, place: Place) -> str:
        made = await by_hand.split(
            request.links[0],
            request.words,
            place,
            command.asker,
            feedback=self._feedback,
            store=self._store,
            chat=self._chat,
        )
        await self._accept(chain.after_post(place, f"split:{made.id}"))
        return by_hand.separated(made)

    async def join(self, action: Action, *, checkpoint: Checkpoint) -> Record:  # noqa: ARG002 - every action has one
        """Make one thing of a post. Raises `ChatError`."""
        try:
            further = await by_hand.join(action, feedback=self._feedback, store=self._store, chat=self._chat)
        except (NotAllowedError, UsageError) as error:
            async with self._chat.answers.ephemeral(action.place, action.asker) as visible:
                await visible.replace(error.sentence)
            return Record(action.place, action.asker.person)
        for one in further:
            await self._accept(chain.after_action(one))
        await self._accept(chain.after_post(replace(further[0].place, thread=""), f"join:{action.id}"))
        return Record(action.place, action.asker.person)

    async def _accept(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            await self._inbox.accept(delivery)
