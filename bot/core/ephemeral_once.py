"""Private answers that a second attempt would write again: shown at most once.

Ephemeral messages can't be looked up. When the process dies after showing one and before the job is committed, a second
attempt can't know. Answers that only read settings or figures are shown again. What the model wrote is not: it would be
paid for twice, and say two things. The person gets one line instead, and can ask again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ephemeral import send_ephemeral
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.command import Command
    from bot.core.domain.thread import Record
    from bot.core.ports import Chat, Checkpoint

KEY = "about to show"  # not for people: kept in the checkpoint from before an answer is shown on
MAYBE = N_(
    "I was interrupted while showing you my answer to `/{name}`. If it isn't above, or isn't complete, please "
    "send the command again."
)


async def shown_before(command: Command, *, checkpoint: Checkpoint, chat: Chat) -> Record | None:
    """Tell the asker that an earlier attempt may have shown the answer; return None if none did. Raises `ChatError`."""
    if not checkpoint.get(KEY):
        return None
    return await send_ephemeral(command.place, command.asker, _(MAYBE, name=command.name), answers=chat.answers)
