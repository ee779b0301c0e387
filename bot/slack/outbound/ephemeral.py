"""An answer that only one person sees."""

from __future__ import annotations

import logging
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core import ephemeral_once
from bot.errors import ChatError
from bot.slack.client.api import call, translated
from bot.slack.client.rate_limit import EPHEMERAL
from bot.slack.outbound.broadcasts import harmless
from bot.slack.outbound.message import Part, message
from bot.slack.outbound.posts import TOO_LONG
from bot.slack.outbound.split import closing, limits, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.interaction import Control
    from bot.core.domain.message import Place
    from bot.core.domain.people import Requester
    from bot.core.domain.tool import Step
    from bot.core.ports import Checkpoint
    from bot.slack.client.rate_limit import Budget

log = logging.getLogger(__name__)


class EphemeralAnswer:
    """An answer that only the asker sees, shown whole."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        budget: Budget,
        place: Place,
        asker: Requester,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self._client, self._session, self._budget, self._place, self._asker = client, session, budget, place, asker
        self._checkpoint = checkpoint
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        """Add text."""
        self._pieces.append(text)

    def think(self, text: str) -> None:
        """Show nothing: what one person saw can't be edited."""

    def step(self, step: Step) -> None:
        """Show nothing, as above; the answer lists its sources itself."""

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Show nothing, as above."""

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Show the whole text with `ending`. Raises `ChatError`."""
        text = "".join(self._pieces)
        return await self.replace(text + closing(text) + ending, footer=footer, controls=controls)

    async def replace(
        self, text: str, *, footer: str = "", controls: Sequence[Control] = (), for_now: bool = False
    ) -> str:
        """Show `text` instead, unless it is `for_now`, as it can't be edited later. Raises `ChatError`."""
        if for_now:
            return ""
        if self._checkpoint is None:
            return await self._show(text, footer, controls)
        await self._checkpoint.keep(ephemeral_once.KEY, self._checkpoint.reference)
        try:
            return await self._show(text, footer, controls)
        except ChatError:
            await self._checkpoint.keep(
                ephemeral_once.KEY, ""
            )  # what Slack refused, or was not there for, is tried again
            raise

    async def _show(self, text: str, footer: str, controls: Sequence[Control]) -> str:
        *others, last = split(harmless(text))
        for part in [*map(Part, others), Part(last, footer, controls)]:
            await self._say(part)
        return ""

    async def _say(self, part: Part, shorter: Sequence[int] = limits()[1:]) -> None:
        """Show a message; where Slack finds it too long, in shorter ones. Raises `ChatError`."""
        try:
            await self._post(message(part))
        except ChatError as error:
            if error.code not in TOO_LONG or not shorter:
                raise
            log.warning("shorter private messages: %s", error)
            *others, last = split(part.text, shorter[0])
            for one in [*map(Part, others), replace(part, text=last)]:
                await self._say(one, shorter[1:])

    async def _post(self, content: dict[str, Any]) -> None:
        if await self._respond(content):
            return
        await self._budget.wait(EPHEMERAL, self._place)
        await call(
            self._client.chat_postEphemeral,
            channel=self._place.channel,
            thread_ts=self._place.thread or None,
            user=self._asker.person,
            **{key: value for key, value in content.items() if not key.startswith("unfurl")},
        )

    async def withdraw(self) -> None:
        """Do nothing: nothing was shown."""

    async def _respond(self, content: dict[str, Any]) -> bool:
        """Answer by the command's own address, which works for 30 minutes, even where the bot is not a member."""
        if not self._asker.reply_handle:
            return False
        webhook = _webhook(self._asker.reply_handle, self._session)
        try:
            with translated():
                response = await webhook.send(response_type="ephemeral", replace_original=False, **content)
        except ChatError as error:
            log.info("response_url failed: %s", error)
            return False
        return response.status_code == HTTPStatus.OK


async def withdraw(reply_handle: str, session: aiohttp.ClientSession) -> None:
    """Remove the message under which a control was used, by that use's own address. Raises `ChatError`."""
    if not reply_handle:  # of a control in a form, or on the home
        return
    with translated():
        response = await _webhook(reply_handle, session).send(delete_original=True)
    if response.status_code != HTTPStatus.OK:
        raise ChatError(f"response_url failed ({response.status_code})")


def _webhook(reply_handle: str, session: aiohttp.ClientSession) -> AsyncWebhookClient:
    return AsyncWebhookClient(reply_handle, session=session, retry_handlers=[])
