"""Wrap what listeners hand in as deliveries: the id by which one counts once, its lane, its share."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.core import again
from bot.core.code import wording
from bot.core.revise import REGENERATE
from bot.core.summarize.answer import RESUME
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from bot.core.command import Command
    from bot.core.control import Press
    from bot.core.conversation import Heard, Place

MESSAGE, COMMAND, PRESS = "message", "command", "press"
ONCE = {REGENERATE, again.CONTINUE, wording.CONTINUE, wording.ANEW, RESUME}  # presses that count once for an answer
OF_SOME = {REGENERATE, RESUME}  # those that only who asked, or an admin, may press


def lane(place: Place) -> str:
    """Name the lane in which a thread's work goes one at a time."""
    return f"{place.workspace}:{place.channel}:{place.thread}"


def share(place: Place) -> str:
    """Name the share by which work takes turns when there is too much: the channel."""
    return f"{place.workspace}:{place.channel}"


def message_delivery(heard: Heard) -> Delivery:
    """Wrap a message. A mention in a thread arrives as two events, which are one message: its place and id tell."""
    message = f"message:{heard.place.workspace}:{heard.place.channel}:{heard.id}"
    return Delivery(message, lane(heard.place), MESSAGE, asdict(heard), share(heard.place))


def command_delivery(command: Command) -> Delivery:
    """Wrap a command: first on its own, to open its thread, then in that thread's lane, before any follow-up there."""
    name = f"command:{command.id}"
    if command.place.thread:
        return Delivery(f"{name}:answer", lane(command.place), COMMAND, asdict(command), share(command.place))
    return Delivery(name, name, COMMAND, asdict(command), share(command.place))


def press_delivery(press: Press) -> Delivery:
    """Wrap a press. One that replaces an answer, or goes on with it, counts once, however often it is pressed.

    Where only some people may, it counts once for each: one who may not must not use it up.
    """
    what = f"{press.place.channel}:{press.name}:{press.value}" if press.name in ONCE else press.id
    what += f":{press.asker.person}" if press.name in OF_SOME else ""
    name = f"press:{press.place.workspace}:{what}"
    return Delivery(name, lane(press.place), PRESS, asdict(press), share(press.place))


def answers(message: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return what tells, by kind and payload, the deliveries in a thread's lane that answer a message of it."""

    def is_meant(kind: str, payload: Mapping[str, Any]) -> bool:
        if kind == MESSAGE:
            return bool(payload["id"] == message)
        if kind == COMMAND:  # its thread hangs on the message that tells what was asked
            return bool(payload["place"]["thread"] == message)
        return kind == PRESS and payload["name"] in ONCE and str(payload["value"]).partition(" ")[0] == message

    return is_meant
