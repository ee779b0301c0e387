"""The playground: the local workspace with its page, and the rehearsal model if no other model answers."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal, Self

from bot.playground.anthropic.api import MessagesServer
from bot.playground.local_workspace import LocalWorkspace
from bot.playground.page.content import OfferedCommand, OfferedShortcut, Page
from bot.playground.rehearsal.model import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from bot.playground.slack.workspace import Workspace


class Playground:
    """Everything to try a bot on this machine, as an async context manager.

    `commands` and `shortcuts` are what the page offers, `port` is the page's; 0 picks a free one. Raises `OSError` for
    a port that is taken.
    """

    def __init__(
        self,
        commands: Sequence[OfferedCommand],
        shortcuts: Sequence[OfferedShortcut] = (),
        *,
        port: int = 0,
        with_rehearsal: bool = True,
    ) -> None:
        page = (
            Page(
                commands,
                shortcuts,
                "rehearsal",
                "No ANTHROPIC_API_KEY is set: a rehearsal model answers by simple rules.",
            )
            if with_rehearsal
            else Page(commands, shortcuts, "claude", "Claude answers, using your ANTHROPIC_API_KEY.")
        )
        self._local = LocalWorkspace(page=page, port=port)
        self._model = MessagesServer(Rehearsal()) if with_rehearsal else None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._local)
            if self._model is not None:
                await stack.enter_async_context(self._model)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def workspace(self) -> Workspace:
        """The workspace's contents."""
        return self._local.workspace

    @property
    def url(self) -> str:
        """The page's URL."""
        return self._local.url

    def environment(self, transport: Literal["socket", "http"]) -> dict[str, str]:
        """Return the settings with which a bot connects to the workspace, and to the rehearsal model if any."""
        model = self._model.environment() if self._model else {}
        return self._local.environment(transport) | model

    def deliver_to(self, url: str) -> None:
        """Deliver events over HTTP, to the bot's URL."""
        self._local.deliver_to(url)
