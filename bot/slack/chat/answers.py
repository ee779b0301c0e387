"""Answers: streamed into a thread, or for one person alone."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.slack.client.turn_mark import mark
from bot.slack.outbound.answer import StreamedAnswer
from bot.slack.outbound.answer_context import AnswerContext
from bot.slack.outbound.broadcasts import harmless
from bot.slack.outbound.ephemeral import EphemeralAnswer
from bot.slack.outbound.message import Part
from bot.slack.outbound.recovery import find_in_channel
from bot.slack.outbound.split import MESSAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Checkpoint
    from bot.slack.client.rate_limit import Budget
    from bot.slack.workspaces import WorkspaceClients

THREAD = "thread"  # the checkpoint of the message that a command's thread hangs on


class SlackAnswers:
    """Implements `bot.core.ports.ChatAnswers`."""

    def __init__(self, workspaces: WorkspaceClients, session: aiohttp.ClientSession, budget: Budget) -> None:
        self._workspaces, self._session, self._budget = workspaces, session, budget

    def begin(
        self, place: Place, asker: Requester, checkpoint: Checkpoint, *, to: str, instead: str = "", title: str = ""
    ) -> StreamedAnswer:
        """Start an answer in a thread to its message `to`, or a new one `instead` of a message."""
        return StreamedAnswer(
            AnswerContext(self._workspaces.of(place.workspace).out, place, asker, checkpoint, to, instead, title)
        )

    @asynccontextmanager
    async def ephemeral(
        self, place: Place, asker: Requester, checkpoint: Checkpoint | None = None
    ) -> AsyncIterator[EphemeralAnswer]:
        """Start an ephemeral answer, only for the asker."""
        client = self._workspaces.of(place.workspace).client
        yield EphemeralAnswer(client, self._session, self._budget, place, asker, checkpoint)

    async def open_thread(self, place: Place, text: str, checkpoint: Checkpoint) -> Place:
        """Post `text` to the channel, once, and return its thread. Raises `ChatError`."""
        if kept := checkpoint.get(THREAD):
            return replace(place, thread=kept)
        out = self._workspaces.of(place.workspace).out
        # What an earlier try of the turn posted before it could keep it.
        thread = await find_in_channel(out.client, place, checkpoint.reference) if checkpoint.turn.was_begun else ""
        if not thread:
            part = Part(harmless(text)[:MESSAGE_LIMIT])
            thread = await out.posts.post(place, part, mark(checkpoint.reference), checkpoint.turn.check)
        await checkpoint.keep(THREAD, thread)
        return replace(place, thread=thread)
