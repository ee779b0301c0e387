"""Action tokens: what Slack sends with a message so that its author's question can be searched for.

They stay in memory, for some minutes: no payload that is stored has one, and after a restart there is none.
https://docs.slack.dev/apis/web-api/real-time-search-api/#using-the-action_token
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.core.expiring_cache import ExpiringCache
from bot.slack.client.message_kinds import string_of

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = 2_000  # messages of one workspace
KEPT_FOR = 900.0  # seconds; Slack does not say how long it takes one
LONGEST = 1_000  # characters


@dataclass(frozen=True, slots=True)
class ActionToken:
    """The token of one message. `person` wrote it; `is_shared`: in a channel that other organizations share."""

    value: str = field(repr=False)
    person: str
    is_shared: bool


class ActionTokens:
    """The action tokens of one workspace's latest messages."""

    def __init__(self) -> None:
        self._kept = ExpiringCache[ActionToken](KEPT)

    def take_from(self, event: Mapping[str, Any], *, is_shared: bool) -> None:
        """Keep a message event's token, if it has one."""
        channel, ts, person = (string_of(event.get(name)) for name in ("channel", "ts", "user"))
        value = _value(event)
        if value and channel and ts and person:
            self._kept.keep(_key(channel, ts), ActionToken(value, person, is_shared), KEPT_FOR)

    def of(self, channel: str, message: str) -> ActionToken | None:
        """Return a message's token; None if it had none, or it came too long ago."""
        return self._kept.get(_key(channel, message))

    def drop(self, channel: str, message: str) -> None:
        """Forget a message's token, which Slack takes no more."""
        self._kept.drop(_key(channel, message))


def _value(event: Mapping[str, Any]) -> str:
    """Return the token: Slack sends it at the top of an event, and sent it inside of `assistant_thread` before."""
    thread = event.get("assistant_thread")
    value = string_of(event.get("action_token")) or string_of(
        thread.get("action_token") if isinstance(thread, dict) else ""
    )
    return value if len(value) <= LONGEST else ""


def _key(channel: str, message: str) -> str:
    return f"{channel}:{message}"
