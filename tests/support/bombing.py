"""Bombs are thrown at the bot through the local Slack, and what that does is measured from outside."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.anthropic.api import MessagesServer
from bot.playground.rehearsal.model import Rehearsal
from bot.playground.slack.rules import Rules
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.bombs import Bomb
from tests.support.watched_bot import WatchedBot, peak, running
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOK_EVERY = 0.01  # seconds
PATIENCE = 40.0
HARMLESS = (
    Bomb("few.csv", lambda: b"Comment\nIt hangs a lot\n", said=()),
    Bomb("note.txt", lambda: b"We ship on Friday.\n", "ask", said=()),
    Bomb("note.txt", lambda: b"We ship on Friday.\n", "summarize", said=()),
)
SAYS = {"classify": "classify into: Bug, Praise", "ask": "", "summarize": "/summarize"}


@dataclass(frozen=True, slots=True)
class Thrown:
    """What a bomb did: the seconds to the answer, the most memory of a child in bytes, the longest hold in seconds."""

    seconds: float
    memory: int
    hold: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Bombing:
    """A workspace with a bot that is watched."""

    workspace: ScriptedWorkspace
    bot: WatchedBot

    async def throw(self, bomb: Bomb) -> Thrown:
        """Send a file to the bot in a direct message, and wait for what it says."""
        data = await asyncio.to_thread(bomb.make)
        await self.bot.take()
        direct = self.workspace.workspace.direct(self.workspace.me.id).id
        memory, began = 0, time.monotonic()
        ts = self.workspace.say(direct, SAYS[bomb.way], files={bomb.name: data})
        while (said := self.said(direct, ts)) is None and time.monotonic() < began + PATIENCE:
            memory = max([memory, *map(peak, self.bot.children())])
            await asyncio.sleep(LOOK_EVERY)
        return Thrown(time.monotonic() - began, memory, await self.bot.take(), said or "nothing")

    def said(self, channel: str, ts: str) -> str | None:
        """Return what the bot said in a thread, once it has finished."""
        messages = self.workspace.thread(channel, ts)
        own = [one for one in messages if one.user == self.workspace.bot.id and not one.streaming and one.shown]
        return own[-1].shown if own else None


@asynccontextmanager
async def bombing(environ: dict[str, str]) -> AsyncIterator[Bombing]:
    """Set the stage: a workspace, the rehearsal model, and the bot in a process of its own."""
    rules = Rules(scopes=frozenset(SCOPES), subscriptions=frozenset(EVENTS))
    async with ScriptedWorkspace(rules) as workspace, MessagesServer(Rehearsal(pace=0)) as model:
        told = environ | {"PORT": "0"} | model.environment() | workspace.environment("http")
        async with running(told) as bot:
            workspace.deliver_to(f"{bot.url}/slack/events")
            stage = Bombing(workspace, bot)
            for harmless in HARMLESS:  # a bot that has just started loads what it needs
                await stage.throw(harmless)
            yield stage
