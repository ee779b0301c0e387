"""The events that say that a workspace has removed the bot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.domain.installation import Uninstallation
from bot.slack.inbound import payload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext

EVENTS = ("app_uninstalled", "tokens_revoked")


def register(app: AsyncApp, depart: Callable[[Uninstallation], Awaitable[None]]) -> None:
    """Listen to them. Bolt authorizes neither, as no valid token is left."""

    async def on_departure(body: dict[str, Any], context: AsyncBoltContext) -> None:
        with payload.reading():
            departure = read(body, context.team_id or "")
        if departure is not None:
            await depart(departure)

    for event in EVENTS:
        app.event(event)(on_departure)


def read(body: Mapping[str, Any], workspace: str) -> Uninstallation | None:
    """Read one of the events; None if only people's tokens were revoked, of which the bot has none."""
    event = body["event"]
    if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return None
    if not workspace:
        raise ValueError("no workspace")  # not for people: logged
    return Uninstallation(workspace, datetime.fromtimestamp(int(body["event_time"]), UTC), str(body["event_id"]))
