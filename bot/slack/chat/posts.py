"""Messages of ours that stand for something and change with it, reactions, and files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import ChatError, GoneError
from bot.slack.client.api import call
from bot.slack.client.people import mention
from bot.slack.client.rate_limit import REACT, UNREACT
from bot.slack.client.turn_mark import mark
from bot.slack.outbound import recovery
from bot.slack.outbound.broadcasts import harmless
from bot.slack.outbound.ephemeral import withdraw
from bot.slack.outbound.message import Part
from bot.slack.outbound.split import MESSAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import aiohttp

    from bot.core.domain.interaction import Action, Control
    from bot.core.domain.message import Place, Upload
    from bot.core.domain.people import Requester
    from bot.core.ports import Checkpoint
    from bot.slack.client.rate_limit import Budget
    from bot.slack.workspaces import WorkspaceClients


class SlackPosts:
    """Implements `bot.core.ports.ChatPosts`: within the rate budget; a second attempt finds what the first posted."""

    def __init__(self, workspaces: WorkspaceClients, session: aiohttp.ClientSession, budget: Budget) -> None:
        self._workspaces, self._session, self._budget = workspaces, session, budget

    async def post(
        self,
        place: Place,
        text: str,
        checkpoint: Checkpoint,
        *,
        key: str,
        controls: Sequence[Control] = (),
        to: Sequence[str] = (),
        last_look: Callable[[], Awaitable[None]] | None = None,
    ) -> str:
        """Post a message, once for a checkpoint's `key`; return its `ts`. Raises `NotInChannelError`, `ChatError`."""
        if kept := checkpoint.get(key):
            return kept
        marked = f"{checkpoint.reference}:{key}"
        ts = await self._find(place, marked) if checkpoint.turn.was_begun else ""
        if not ts:
            if last_look is not None:
                await last_look()
            # Only people that an admin has named are notified; what people wrote can't notify anyone.
            words = " ".join([*map(mention, to), harmless(text)])
            part = Part(words[:MESSAGE_LIMIT], controls=controls)
            ts = await self._workspaces.of(place.workspace).out.posts.post(
                place, part, mark(marked), checkpoint.turn.check
            )
        await checkpoint.keep(key, ts)
        return ts

    async def _find(self, place: Place, marked: str) -> str:
        workspace = self._workspaces.of(place.workspace)
        if place.thread:
            author = str((await workspace.identity()).bot_user_id)
            found = await recovery.find_in_thread(workspace.client, place, author, after=place.thread)
            return next((ts for ts, its in found if its == marked), "")
        return await recovery.find_in_channel(workspace.client, place, marked)

    async def edit(
        self, place: Place, message: str, text: str, checkpoint: Checkpoint, *, controls: Sequence[Control] = ()
    ) -> None:
        """Change a message of ours. Raises `GoneError`, `ChatError`."""
        part = Part(harmless(text)[:MESSAGE_LIMIT], controls=controls)
        await self._workspaces.of(place.workspace).out.posts.update(
            place, message, part, mark(checkpoint.reference), checkpoint.turn.check
        )

    async def delete(self, place: Place, message: str, checkpoint: Checkpoint) -> None:
        """Delete a message of ours; it may be gone already. Raises `ChatError`."""
        await self._workspaces.of(place.workspace).out.posts.delete(place, message, checkpoint.turn.check)

    async def remove_control(self, action: Action, checkpoint: Checkpoint, *, since: str = "") -> None:
        """Remove a button that was used, or the note that only one person sees. Raises `GoneError`, `ChatError`."""
        if not action.message:
            await withdraw(action.asker.reply_handle, self._session)
            return
        await self._workspaces.of(action.place.workspace).out.posts.remove_control(
            action.place, (since or action.message, action.message), action.name, action.value, checkpoint.turn.check
        )

    async def react(self, place: Place, message: str, reaction: str, *, instead: str = "") -> None:
        """Put a reaction under a message, `instead` of another one of ours. Raises `GoneError`, `ChatError`."""
        client = self._workspaces.of(place.workspace).client
        try:
            if instead and instead != reaction:
                await self._budget.wait(UNREACT, place)
                await call(client.reactions_remove, channel=place.channel, timestamp=message, name=instead)
        except ChatError as error:
            if error.code != "no_reaction":
                raise _gone(error) from error
        try:
            if reaction:
                await self._budget.wait(REACT, place)
                await call(client.reactions_add, channel=place.channel, timestamp=message, name=reaction)
        except ChatError as error:
            if error.code != "already_reacted":
                raise _gone(error) from error

    async def upload(self, place: Place, files: Sequence[Upload], checkpoint: Checkpoint) -> Sequence[str]:
        """Upload files, once, ten at most in a message; return their ids. Raises `ChatError`."""
        return await self._workspaces.of(place.workspace).out.files.upload(place, files, checkpoint)

    async def open_direct(self, place: Place, asker: Requester) -> Place:
        """Return the place of direct messages with a person. Raises `ChatError`."""
        response = await call(self._workspaces.of(place.workspace).client.conversations_open, users=asker.person)
        return replace(place, channel=str(response["channel"]["id"]), thread="")


def _gone(error: ChatError) -> ChatError:
    return GoneError(error.code) if error.code == "message_not_found" else error
