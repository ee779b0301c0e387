"""Messages of ours that stand for something and change with it, and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ChatError, GoneError
from bot.slack.client.api import call
from bot.slack.client.people import mention
from bot.slack.client.rate_limit import REACT, UNREACT
from bot.slack.client.text import harmless
from bot.slack.client.turn_mark import mark
from bot.slack.outbound import recovery
from bot.slack.outbound.message import Part
from bot.slack.outbound.split import MESSAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.interaction import Control
    from bot.core.domain.message import Place
    from bot.core.ports import Checkpoint
    from bot.slack.client.identity import Identity
    from bot.slack.client.rate_limit import Budget
    from bot.slack.outbound.posts import Posts


class Cards:
    """Posts and changes them within the rate budget; a second try finds what the first one has posted."""

    def __init__(self, client: AsyncWebClient, identity: Identity, budget: Budget, posts: Posts) -> None:
        self._client, self._identity, self._budget, self._posts = client, identity, budget, posts

    async def post(
        self,
        place: Place,
        text: str,
        checkpoint: Checkpoint,
        *,
        key: str,
        controls: Sequence[Control] = (),
        to: Sequence[str] = (),
    ) -> str:
        """Post a message, once for a checkpoint's `key`; return its `ts`. Raises `NotInChannelError`, `ChatError`."""
        if kept := checkpoint.get(key):
            return kept
        marked = f"{checkpoint.reference}:{key}"
        ts = await self._find(place, marked) if checkpoint.was_begun else ""
        if not ts:
            # Only people that an admin has named are notified; what people wrote can't notify anyone.
            words = " ".join([*map(mention, to), harmless(text)])
            part = Part(words[:MESSAGE_LIMIT], controls=controls)
            ts = await self._posts.post(place, part, mark(marked), checkpoint.check)
        await checkpoint.keep(key, ts)
        return ts

    async def _find(self, place: Place, marked: str) -> str:
        if place.thread:
            author = str((await self._identity()).bot_user_id)
            found = await recovery.find_in_thread(self._client, place, author, after=place.thread)
            return next((ts for ts, its in found if its == marked), "")
        return await recovery.find_in_channel(self._client, place, marked)

    async def edit(
        self, place: Place, message: str, text: str, checkpoint: Checkpoint, *, controls: Sequence[Control] = ()
    ) -> None:
        """Change a message of ours. Raises `GoneError`, `ChatError`."""
        part = Part(harmless(text)[:MESSAGE_LIMIT], controls=controls)
        await self._posts.update(place, message, part, mark(checkpoint.reference), checkpoint.check)

    async def react(self, place: Place, message: str, reaction: str, *, instead: str = "") -> None:
        """Put a reaction under a message, `instead` of another one of ours. Raises `GoneError`, `ChatError`."""
        try:
            if instead and instead != reaction:
                await self._budget.wait(UNREACT, place)
                await call(self._client.reactions_remove, channel=place.channel, timestamp=message, name=instead)
        except ChatError as error:
            if error.code != "no_reaction":
                raise _gone(error) from error
        try:
            if reaction:
                await self._budget.wait(REACT, place)
                await call(self._client.reactions_add, channel=place.channel, timestamp=message, name=reaction)
        except ChatError as error:
            if error.code != "already_reacted":
                raise _gone(error) from error


def _gone(error: ChatError) -> ChatError:
    return GoneError(error.code) if error.code == "message_not_found" else error
