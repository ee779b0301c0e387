"""The web in private conversations, where an admin of the workspace has to allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ChatError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.message import Place
    from bot.core.ports import Chat, Store

NOT_APPLIED = N_(
    "`web` is not applied here, because this conversation is private; a workspace admin can allow it with "
    "`/parley workspace set web_in_private on`."
)


async def note(place: Place, person: str, *, store: Store, chat: Chat) -> str:
    """Return what to add where a person has just switched the web on, "" where it applies, or if that is not known."""
    if not place.channel or (await store.settings.load(place)).web_in_private:
        return ""
    try:
        is_private = (await chat.directory.venue(place, person)).is_private
    except ChatError:  # whoever asks next is told
        return ""
    return f" {_(NOT_APPLIED)}" if is_private else ""
