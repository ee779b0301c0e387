"""Whether an answer may use the web, and how far: people's private words and the open web are kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.tool import WebAccess
from bot.core.settings.private_web import NOT_APPLIED
from bot.errors import ChatError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import IncomingMessage
    from bot.core.ports import ChatDirectory

# What one request may look up at most. Each search costs a fee, and what is found costs tokens.
MOST_SEARCHES, MOST_PAGES = 3, 2
PAGE_TOKENS = 10_000  # of one page that is read, unless it is a PDF
UNKNOWN = N_("`web` is not applied here, because I could not find out whether this channel is private.")


async def web_access(
    incoming: IncomingMessage, settings: ChannelSettings, directory: ChatDirectory
) -> tuple[WebAccess | None, str]:
    """Return what the answer to a message may look up on the web, and a sentence about a setting that isn't applied.

    Words of guests and of other organizations' people never turn it on. Where a conversation is private, an admin has
    to have allowed it; addresses may come only from search results there.
    """
    if not settings.web:
        return None, ""
    try:
        asker = await directory.participant(incoming.place, incoming.author)
        if asker.is_guest or asker.is_outsider or incoming.is_bot:
            return None, ""
        is_private = incoming.is_direct or (await directory.venue(incoming.place, incoming.author)).is_private
    except ChatError:
        return None, _(UNKNOWN)
    if is_private and not settings.web_in_private:
        return None, _(NOT_APPLIED)
    return WebAccess(MOST_SEARCHES, MOST_PAGES, PAGE_TOKENS, settings.web_domains, is_private), ""
