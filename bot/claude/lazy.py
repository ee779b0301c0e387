"""Claude for who can't wait for the SDK: its 3,000 modules take longer to load than all the rest of the bot."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from bot.claude.catalogue import lookup, successor, today
from bot.claude.limits import ModelLimits
from bot.core.forward import ForwardingCalls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.calls import Call
    from bot.claude.catalogue import ModelCard
    from bot.claude.client import Claude
    from bot.claude.limits import Clock


async def load() -> None:
    """Load the SDK, beside what else runs; at once where it is loaded. Whoever asks meanwhile waits for the same."""
    await asyncio.to_thread(import_module, "bot.claude.client")


@asynccontextmanager
async def connect(
    *,
    api_key: str,
    model: str,
    base_url: str,
    on_call: Callable[[Call], None] | None = None,
    clock: Clock = today,
) -> AsyncIterator[LazyClaude]:
    """As `bot.claude.client.connect`, whose client is opened for the first call."""
    card = lookup(model, clock())
    async with AsyncExitStack() as stack:

        async def open_client() -> Claude:
            await load()
            from bot.claude import client  # noqa: PLC0415 (this is the point of it)

            now = successor(model, clock()) or model  # it may have retired since the start
            opened = client.connect(api_key=api_key, model=now, base_url=base_url, on_call=on_call, clock=clock)
            return await stack.enter_async_context(opened)

        yield LazyClaude(card, open_client, clock)


class LazyClaude(ModelLimits, ForwardingCalls):
    """Implements `bot.core.ports.Model`: what asks nobody is answered at once, each call waits for the SDK."""

    def __init__(self, card: ModelCard, open_client: Callable[[], Awaitable[Claude]], clock: Clock = today) -> None:
        super().__init__(card, clock)
        self._open, self._opening = open_client, asyncio.Lock()
        self._client: Claude | None = None

    async def _callee(self) -> Claude:
        async with self._opening:
            if self._client is None:
                self._client = await self._open()
            return self._client
