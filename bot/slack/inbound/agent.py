"""The agent's own events: Stop, the pane, and the channel that people view beside it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.errors import ChatError
from bot.language import N_, _
from bot.slack.client.api import call_once
from bot.slack.inbound import payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.ports import Intake

log = logging.getLogger(__name__)

EVENTS = ("agent_session_stopped", "agent_session_title_changed", "app_context_changed", "app_home_opened")
TITLE = N_("I'm an AI and can be wrong. What can I do for you?")
# At most four; https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
PROMPTS = (
    (N_("Draft a message"), N_("Draft a short message to my team that ")),
    (N_("Explain something"), N_("Explain in simple terms ")),
    (N_("Write code"), N_("Write a Python function that ")),
)


def register(app: AsyncApp, intake: Intake) -> None:
    """Listen to the agent's events."""

    async def on_stop(event: dict[str, Any], context: AsyncBoltContext) -> None:
        channel, thread = event.get("channel"), event.get("thread_ts")
        if isinstance(channel, str) and isinstance(thread, str):
            await intake.messages.stop(Place(context.team_id or "", channel, thread))

    async def on_context(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        await intake.interactions.speak_to(context.team_id or "", str(event.get("user") or ""))
        await suggest(client, event)

    async def on_home(
        event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        if event.get("tab") != "home":
            await intake.interactions.speak_to(context.team_id or "", str(event.get("user") or ""))
            await suggest(client, event)
            return
        with payload.reading():
            team, person = context.team_id or "", str(event["user"])
            occasion = str(event.get("event_ts") or body["event_id"])
        await intake.interactions.visit(team, Requester(person, team), occasion)

    async def on_title() -> None:
        """Do nothing: a title is set only when a thread starts, so a person's own stays."""

    app.event("agent_session_stopped")(on_stop)
    app.event("agent_session_title_changed")(on_title)
    app.event("app_context_changed")(on_context)
    app.event("app_home_opened")(on_home)


async def suggest(client: AsyncWebClient, event: Mapping[str, Any]) -> None:
    """Suggest what to ask, in the pane or the messages tab. Never raises: nothing depends on it."""
    direct = event.get("channel")
    if not isinstance(direct, str) or not direct.startswith("D"):
        return
    watched = watched_channel(event)
    channel = f"<#{watched}>"
    about = [(_("Summarize this channel"), _("Summarize {channel} 7d", channel=channel))] if watched else []
    offered = (*about, *((_(title), _(message)) for title, message in PROMPTS))
    prompts = [{"title": title, "message": message} for title, message in offered]
    try:
        await call_once(
            client.assistant_threads_setSuggestedPrompts,
            channel_id=direct,
            thread_ts=event.get("thread_ts"),
            title=_(TITLE),
            prompts=prompts,
        )
    except ChatError as error:
        log.info("no prompts suggested: %s", error)


def watched_channel(event: Mapping[str, Any]) -> str:
    """Return the channel that a person views beside the pane, "" for none."""
    context = event.get("context") or {}
    entities = context.get("entities") if isinstance(context, dict) else None
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict) and str(entity.get("type", "")).endswith(("channel", "channel_id")):
            return str(entity.get("value") or "")
    return ""
