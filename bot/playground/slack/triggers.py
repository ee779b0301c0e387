"""Trigger ids: each lets the bot open one view for a user, within seconds."""

from __future__ import annotations

import secrets

from bot.playground.slack.wire import ApiError

# How many unused triggers are remembered.
KEPT = 1_000


class Triggers:
    """Creates and redeems trigger ids. Times are in seconds since the epoch."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, float, str]] = {}

    def make(self, user_id: str, expires_at: float, view_id: str = "") -> str:
        """Create a `trigger_id` for a user; `view_id` is the modal that it came from, if any."""
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self._open[trigger] = (user_id, expires_at, view_id)
        if len(self._open) > KEPT:
            del self._open[next(iter(self._open))]
        return trigger

    def spend(self, trigger: str, now: float) -> tuple[str, str]:
        """Redeem a `trigger_id`; return its user and the modal that it came from.

        Raises `invalid_trigger_id` (also for one that was used), `expired_trigger_id`.
        """
        if trigger not in self._open:
            raise ApiError("invalid_trigger_id")
        user, expires_at, view_id = self._open.pop(trigger)
        if now > expires_at:
            raise ApiError("expired_trigger_id")
        return user, view_id
