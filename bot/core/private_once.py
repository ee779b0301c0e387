"""Private answers that are written anew when they are asked for again: shown once at most.

Nobody can look up what one person was shown. When the process dies behind showing it and before its end is committed, a
second try can't know. What only reads settings or figures is shown again, as it was. What the model wrote is not: it
would be paid for twice, and say two things. Its person gets one line instead, and may ask again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ephemeral import tell

if TYPE_CHECKING:
    from bot.core.domain.command import Command
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint

KEY = "about to show"  # what is kept in the checkpoint from before an answer is shown on
MAYBE = (
    "I was interrupted while showing you my answer to `/{name}`. If it isn't above, or isn't complete, please "
    "send the command again."
)


async def shown_before(command: Command, *, checkpoint: Checkpoint, chat: Chat) -> Record | None:
    """Tell the asker of an answer that a former try may have shown; None where there is none. Raises `ChatError`."""
    if not checkpoint.get(KEY):
        return None
    return await tell(command.place, command.asker, MAYBE.format(name=command.name), chat=chat)
