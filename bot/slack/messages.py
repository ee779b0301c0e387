"""Messages: mentions in channels, direct messages, follow-ups in threads."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.core.conversation import Heard, Place
from bot.slack import text as slack_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp

    from bot.core.ports import Reception

log = logging.getLogger(__name__)

EVENTS = ("app_mention", "message")

# A message with a file or also sent to the channel is a person's message all the same; every other subtype is not.
_SAID = (None, "file_share", "thread_broadcast")


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen to what people say."""

    async def on_message(event: dict[str, Any], body: dict[str, Any], context: Mapping[str, Any]) -> None:
        us = context["authorize_result"]
        message = heard(event, team=str(body.get("team_id") or us.team_id or ""), bot=str(us.bot_user_id or ""))
        if message is not None:
            await reception.hear(message)

    for event in EVENTS:
        app.event(event)(on_message)


def heard(event: Mapping[str, Any], *, team: str, bot: str) -> Heard | None:
    """Read a message event; None for what can't be meant for the bot.

    Dropped here: other bots, edits, deletes and notices, malformed events, and what is said in a channel outside
    threads without a mention. A reply in a thread is kept, since only the store knows whether the bot takes part there.
    """
    channel, ts, author = (_string(event, name) for name in ("channel", "ts", "user"))
    if event.get("subtype") not in _SAID or event.get("bot_id") or not (channel and ts and author) or author == bot:
        return None
    raw, thread = _string(event, "text"), _string(event, "thread_ts")
    is_direct = event.get("channel_type") == "im" or channel.startswith("D")
    mentions_bot = event.get("type") == "app_mention" or slack_text.mentions(raw, bot)
    if not (mentions_bot or is_direct or thread):
        return None
    return Heard(
        place=Place(team, channel, thread or ts),
        id=ts,
        author=author,
        home=_string(event, "user_team") or _string(event, "team") or team,
        text=slack_text.plain(slack_text.without_mention(raw, bot)),
        is_direct=is_direct,
        mentions_bot=mentions_bot,
        addresses_other=slack_text.addresses_other(raw, bot),
        answers_bot=event.get("parent_user_id") == bot,
        has_files=bool(event.get("files")),
    )


def _string(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""
