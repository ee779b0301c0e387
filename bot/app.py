"""The bot's process: what `build` made is started, and drained at the end."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.build import Bot, build
from bot.claude import catalog
from bot.settings import written
from bot.slack.app import bolt_app
from bot.work import ACCEPT_WITHIN, STARTUP_DELAY, TOGETHER, Cell, Inbox
from bot.workspaces import JoinedAs, listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.claude.model_facts import Clock
    from bot.settings import Settings
    from bot.work import OpenCell

log = logging.getLogger(__name__)


@asynccontextmanager
async def running(
    settings: Settings,
    clock: Clock = catalog.today,
    announce: Callable[[str, JoinedAs | None], None] = lambda *_: None,
    accept_within: float = ACCEPT_WITHIN,
) -> AsyncIterator[str]:
    """Run the bot until the block exits, and yield the bot's own HTTP address. `clock` decides when models retire.

    A delivery that can't be stored within `accept_within` seconds is refused.

    `announce` is told that address and who the bot is in Slack, None while Slack has not said. The block is entered
    when the bot is ready for Slack's first delivery, and left when running jobs have finished or were released within
    `shutdown_grace`. `settings` must have been read for Slack. Raises `SettingsError`, `ChatError`, `OSError`.
    """
    async with AsyncExitStack() as stack:
        if (card := catalog.find(settings.claude_model)) and card.retires_soon(clock()):
            log.warning("%s retires on %s: set CLAUDE_MODEL to %s", card.id, card.retires, card.replacement)
        built = await build(
            stack, settings, quarantine=opener(settings, clock), clock=clock, accept_within=accept_within
        )
        prefix = settings.parley_command_prefix
        app = bolt_app(built.joined.client, built.joined.teams, built.intake, built.uninstaller.depart, prefix)
        joined = await begin(stack, settings, built)
        built.files.warm_up(after=STARTUP_DELAY)
        figures = partial(built.metrics.page, built.inbox)
        address = await stack.enter_async_context(
            listening(settings, app, built.joined, built.database, figures, built.events.routes(), built.events.refused)
        )
        announce(address, joined)
        yield address


@asynccontextmanager
async def working(settings: Settings, cell: Cell, owner: str) -> AsyncIterator[Inbox]:
    """Run the jobs of a quarantine cell under an owner's name until the block exits; accept nothing new.

    Raises as `running`.
    """
    async with AsyncExitStack() as stack:
        at_once = TOGETHER if cell is Cell.SHARED else 1
        settings = settings.model_copy(update={"max_running_turns": at_once})
        built = await build(stack, settings, cell=cell, owner=owner)
        await begin(stack, settings, built)
        yield built.inbox


def opener(settings: Settings, clock: Clock) -> OpenCell:
    """Return a function that starts such a process with the bot's own settings (`bot.cli.quarantined`)."""

    async def open_cell(cell: Cell, owner: str) -> asyncio.subprocess.Process:
        model = catalog.successor(settings.claude_model, clock()) or settings.claude_model
        ours = settings.model_copy(update={"claude_model": model})
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.cli.quarantined", cell, owner),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | written(ours),
            start_new_session=True,  # what a terminal tells the bot, the bot tells it
        )

    return open_cell


async def begin(stack: AsyncExitStack, settings: Settings, built: Bot) -> JoinedAs | None:
    """Connect to Slack, and work until the stack is closed; return who the bot is there. Raises as `running`."""
    joined = await built.joined.introduce()
    await built.inbox.start()
    stack.push_async_callback(built.inbox.stop, settings.shutdown_grace)
    stack.push_async_callback(built.notices.close)
    return joined
