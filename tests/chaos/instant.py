"""Instants at which to strike: while the bot changes something in Slack, before it can know that it did."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.playground.slack.records import Edited, Posted, StreamChanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.slack.records import Change, MessageRecord
    from tests.support.workspace import ScriptedWorkspace

PATIENCE = 60.0  # seconds for the instant to come


async def strike(
    workspace: ScriptedWorkspace,
    blow: Callable[[], None],
    *,
    when: Callable[[MessageRecord], bool] = lambda _: True,
    count: int = 1,
    delay: float = 0.0,
) -> None:
    """Deal a blow as the bot changes a message that fits for the `count`-th time, or `delay` seconds after that.

    Without a delay it falls inside the bot's call, which never gets its answer.
    """
    loop = asyncio.get_running_loop()
    struck = loop.create_future()
    left = count

    def deal() -> None:
        blow()
        struck.set_result(None)

    def on_change(change: Change) -> None:
        nonlocal left
        message = changed(change)
        if message is None or message.user != workspace.bot.id or not when(message):
            return
        left -= 1
        if left == 0 and delay:
            loop.call_later(delay, deal)
        elif left == 0:
            deal()

    forget = workspace.workspace.observe(on_change)
    try:
        async with asyncio.timeout(PATIENCE):
            await struck
    except TimeoutError:
        raise TimeoutError(f"The instant did not come: {left} changes are missing.") from None
    finally:
        forget()


async def strike_in_call(workspace: ScriptedWorkspace, blow: Callable[[], None], method: str) -> None:
    """Deal a blow inside the bot's next call of a method: it is carried out, and the bot never gets its answer."""
    struck = asyncio.get_running_loop().create_future()
    notice = workspace.api.on_call

    def on_call() -> None:
        if not struck.done() and workspace.calls[-1].method == method:
            blow()
            struck.set_result(None)
        notice()

    workspace.api.on_call = on_call
    try:
        async with asyncio.timeout(PATIENCE):
            await struck
    finally:
        workspace.api.on_call = notice


def changed(change: Change) -> MessageRecord | None:
    """Return the message that a change is about, where its text or its files changed."""
    match change:
        case Posted(message) | Edited(message, _) | StreamChanged(message):
            return message
        case _:
            return None
