"""Claude, whose SDK loads when it is first needed: its 3,000 modules load more slowly than the rest of the bot."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from bot.claude.catalog import known, lookup, successor, today
from bot.claude.model_facts import ModelLimits
from bot.core.ports import Model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping

    from bot.calls import Call
    from bot.claude.client import Claude
    from bot.claude.model_facts import Clock


OFFERED_WITHIN = 1.5  # seconds: someone waits for a form, which a chat platform lets open for three

P = ParamSpec("P")
T = TypeVar("T")


async def load() -> None:
    """Load the SDK in the background, once; concurrent callers wait for the same load."""
    await asyncio.to_thread(import_module, "bot.claude.client")


@asynccontextmanager
async def connect(
    *,
    api_key: str,
    model: str,
    base_url: str,
    on_call: Callable[[Call], None] | None = None,
    clock: Clock = today,
) -> AsyncIterator[Model]:
    """As `bot.claude.client.connect`, whose client is opened for the first call; the facts are there at once."""
    facts, opening = ModelLimits(lookup(model, clock()), clock), asyncio.Lock()
    opened: list[Claude] = []
    async with AsyncExitStack() as stack:

        async def claude() -> Claude:
            async with opening:
                if not opened:
                    await load()
                    from bot.claude import client  # noqa: PLC0415 (this is the point of it)

                    now = successor(model, clock()) or model  # it may have retired since the start
                    coming = client.connect(api_key=api_key, model=now, base_url=base_url, on_call=on_call, clock=clock)
                    opened.append(await stack.enter_async_context(coming))
                    facts.without_web = opened[0].without_web
                return opened[0]

        async def offered() -> Mapping[str, str]:
            try:
                async with asyncio.timeout(OFFERED_WITHIN):
                    return await (await claude()).offered()
            except TimeoutError:  # the SDK goes on loading, and is there the next time
                return known(clock())

        yield Model(
            facts=facts,
            offered=offered,
            write=_later(claude, lambda opened: opened.write),
            fill=_later(claude, lambda opened: opened.fill),
            submit=_later(claude, lambda opened: opened.submit),
            collect=_later(claude, lambda opened: opened.collect),
            cancel=_later(claude, lambda opened: opened.cancel),
        )


def _later(
    claude: Callable[[], Awaitable[Claude]], method: Callable[[Claude], Callable[P, Awaitable[T]]]
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return a method of the client as a call that opens the client first."""

    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return await method(await claude())(*args, **kwargs)

    return call
