"""Which messages are the bot's own: answers and their parts, files, cards, notices."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.errors import ChatError
from bot.slack.client.api import call
from bot.slack.client.turn_mark import mark_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.slack.client.identity import Identity

log = logging.getLogger(__name__)


class Ours:
    """Recognizes the bot's own messages by its user, its bot and its app, which outlives both."""

    def __init__(self, client: AsyncWebClient, identity: Identity) -> None:
        self._client, self._identity = client, identity
        self._apps: dict[str, str] = {}

    async def among(self, messages: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        """Return the `ts` of the messages that are ours. Raises `ChatError` if the bot's identity is not known."""
        us = await self._identity()
        unsure = any(app_of(one) and not is_by(one, us) for one in messages)
        app = await self._app(us) if unsure else ""
        return frozenset(str(one["ts"]) for one in messages if is_ours(one, us, app))

    async def _app(self, us: AuthorizeResult) -> str:
        """Return the id of our app, asked once; "" until Slack answers."""
        bot = us.bot_id or ""
        if bot and bot not in self._apps:
            try:
                self._apps[bot] = str((await call(self._client.bots_info, bot=bot))["bot"].get("app_id") or "")
            except ChatError as error:
                log.info("could not look up our own app: %s", error)
                if not error.is_transient:
                    self._apps[bot] = ""
        return self._apps.get(bot, "")


def is_ours(message: Mapping[str, Any], us: AuthorizeResult, app: str) -> bool:
    """Return whether a message is the bot's own; `app` is the id of its app, "" if not known.

    After a reinstallation, the bot can have another user and another id; the app stays the same. The mark counts only
    if no app is named: any app can put it on its own messages.
    """
    if is_by(message, us):
        return True
    if theirs := app_of(message):
        return theirs == app
    return bool(message.get("bot_id") and mark_of(message))


def is_by(message: Mapping[str, Any], us: AuthorizeResult) -> bool:
    """Return whether a message is by the bot's current installation."""
    ids = {us.bot_user_id, us.bot_id} - {None, ""}
    return message.get("user") in ids or message.get("bot_id") in ids


def app_of(message: Mapping[str, Any]) -> str:
    """Return the id of a message's app, "" if none is named."""
    profile = message.get("bot_profile")
    app = message.get("app_id") or (profile.get("app_id") if isinstance(profile, dict) else "")
    return app if isinstance(app, str) else ""
