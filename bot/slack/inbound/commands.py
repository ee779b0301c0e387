"""The slash commands."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

from bot.core.command import take_private
from bot.core.commands import COMMANDS
from bot.core.domain.command import Command
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.errors import BotError, UsageError
from bot.language import N_, _
from bot.slack.client.escaping import groups_as_people, named_channels, plain
from bot.slack.client.read_limits import LONGEST
from bot.slack.inbound import payload
from bot.slack.outbound import modal_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.commands import CommandSpec
    from bot.core.ports import InteractionIntake

log = logging.getLogger(__name__)

# Seconds; what is left of three is for the rest. https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_LASTS = 2.0
TOO_LONG = N_("That is more than {most:,} characters, too long for a command. Send it as a file, and mention me.")
# It has to stay true: Slack neither replaces nor deletes what a command was answered with at once.
AT_WORK = N_("Your answer will appear below. Only you will see it.")


def register(app: AsyncApp, intake: InteractionIntake, prefix: str = "") -> None:
    """Listen to the slash commands, by their names with the operator's prefix."""
    for command in COMMANDS:
        app.command(f"/{prefix}{command.name}")(_listener(command, intake))


def _listener(spec: CommandSpec, intake: InteractionIntake) -> Callable[..., Any]:
    async def on_command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        if len(str(body.get("text") or "")) > LONGEST:
            await intake.speak_to(str(body.get("team_id") or ""), str(body.get("user_id") or ""))
            await ack(_(TOO_LONG, most=LONGEST))
            return
        with payload.reading():
            command = read(spec, body)
        if await _open(command, body, client, intake):
            await ack()
            return
        try:
            await intake.take(command)
        except UsageError as error:
            await ack(error.sentence)
            return
        await (ack(_(AT_WORK)) if command.is_private and not spec.is_private else ack())

    return on_command


async def _open(command: Command, body: Mapping[str, Any], client: AsyncWebClient, intake: InteractionIntake) -> bool:
    """Open the form that a command asks for, if there is time; otherwise its answer comes as a message."""
    if not body.get("trigger_id"):
        return False
    try:
        async with asyncio.timeout(TRIGGER_LASTS):
            form = await intake.open(command)
            if form is not None:
                await modal_view.show(client, body, form)
    except (BotError, TimeoutError) as error:
        log.info("no form opened: %s", type(error).__name__)
        return False
    return form is not None


def read(spec: CommandSpec, body: Mapping[str, Any]) -> Command:
    """Read a command's payload; `/parley` always answers in private."""
    raw = str(body.get("text") or "")
    typed = plain(groups_as_people(raw) if spec.is_private else raw).strip()
    text, is_private = (typed, True) if spec.is_private else take_private(typed)
    return Command(
        id=_id(body),
        name=spec.name,
        text=text,
        place=Place(str(body.get("team_id") or ""), str(body["channel_id"])),
        asker=Requester(str(body["user_id"]), str(body.get("team_id") or ""), str(body.get("response_url") or "")),
        is_private=is_private,
        channels=named_channels(raw),
    )


def _id(body: Mapping[str, Any]) -> str:
    """Return a command's id, made from its whole payload: the trigger id in it is unique, but not guaranteed."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
