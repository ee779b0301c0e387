"""Wrap what listeners hand in as deliveries: the id that makes one count once, its queue key, its fairness group."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot.core.actions import ACTIONS
from bot.core.answer.merge_events import union
from bot.core.domain.control_value import AnswerRef
from bot.core.domain.message import IncomingMessage, Place
from bot.turn import CostCenter
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.actions import ActionSpec
    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action
    from bot.work import Merge

MESSAGE, COMMAND, ACTION, COMPLETION = "message", "command", "press", "completion"
_PLACE = TypeAdapter(Place)
_INCOMING = TypeAdapter(IncomingMessage)


def queue_key(place: Place) -> str:
    """Return the queue key under which a thread's work runs one at a time."""
    return f"{place.workspace}:{place.channel}:{place.thread}"


def fairness_group(place: Place) -> str:
    """Return the fairness group whose work takes turns when there is too much: the channel."""
    return f"{place.workspace}:{place.channel}"


def charge_author(payload: Mapping[str, Any]) -> CostCenter:
    """Charge who said a message, and where."""
    return charged_to(_PLACE.validate_python(payload["place"]), str(payload["author"]))


def charge_asker(payload: Mapping[str, Any]) -> CostCenter:
    """Charge who typed a command or pressed a button, and where."""
    return charged_to(_PLACE.validate_python(payload["place"]), str(payload["asker"]["person"]))


def charge_place(payload: Mapping[str, Any]) -> CostCenter:
    """Charge the place that a payload is, where no one has asked."""
    return CostCenter(str(payload["workspace"]), str(payload.get("channel", "")), str(payload.get("thread", "")))


def charged_to(place: Place, person: str, request: str = "") -> CostCenter:
    """Return who pays for what a person asked for in a place."""
    return CostCenter(place.workspace, place.channel, place.thread, person, request)


def message_delivery(incoming: IncomingMessage) -> Delivery:
    """Wrap a message. A mention arrives as two events of one message, known by its place and id.

    It counts once as a mention, and once before that, as a message that was edited into one.
    """
    direct, reply = message_ids(incoming)
    is_said_to_bot = incoming.mentions_bot or incoming.is_direct
    return Delivery(
        direct if is_said_to_bot else reply,
        queue_key(incoming.place),
        MESSAGE,
        asdict(incoming),
        fairness_group(incoming.place),
    )


def message_ids(incoming: IncomingMessage) -> tuple[str, str]:
    """Return the ids under which a message counts: as a mention, and as any other."""
    return delivery_ids(incoming.place, incoming.id)


def delivery_ids(place: Place, message: str) -> tuple[str, str]:
    """Return the ids under which the message of a place counts, as `message_ids` does."""
    where = f"{place.workspace}:{place.channel}:{message}"
    return f"message:{where}", f"reply:{where}"


def completing(later: IncomingMessage) -> Merge:
    """Return what completes a message's payload by a later event of it."""

    def merge(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        whole = union(_INCOMING.validate_python(payload), later)
        return asdict(whole) if whole else None

    return merge


def completion_delivery(incoming: IncomingMessage) -> Delivery:
    """Wrap what came for a message after its turn had begun: under its queue key, after it, once per content."""
    place = incoming.place
    name = f"completion:{place.workspace}:{place.channel}:{incoming.id}:{content(incoming)}"
    return Delivery(name, queue_key(place), COMPLETION, asdict(incoming), fairness_group(place))


def content(incoming: IncomingMessage) -> str:
    """Return a digest of a message's content, which distinguishes two events of it."""
    told = json.dumps(
        [
            incoming.text,
            [[file.id, file.media_type] for file in incoming.files],
            incoming.revision,
            incoming.mentions_bot,
        ]
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def command_delivery(command: Command) -> Delivery:
    """Wrap a command: first on its own, to open its thread, then under that thread's key, before any follow-up."""
    name = f"command:{command.id}"
    if command.place.thread:
        return Delivery(
            f"{name}:answer", queue_key(command.place), COMMAND, asdict(command), fairness_group(command.place)
        )
    return Delivery(name, name, COMMAND, asdict(command), fairness_group(command.place))


def action_delivery(action: Action) -> Delivery:
    """Wrap an action. One that replaces an answer, or continues it, counts once, however often it is clicked.

    Where only some people may, it counts once for each: a refused person must not use it up.
    """
    once = ACTIONS[action.name].once
    what = f"{action.place.channel}:{action.name}:{action.value}" if once else action.id
    what += f":{action.asker.person}" if once == "person" else ""
    name = f"press:{action.place.workspace}:{what}"
    return Delivery(name, queue_key(action.place), ACTION, asdict(action), fairness_group(action.place))


def answers(message: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return a predicate, over kind and payload, for a thread's deliveries that answer one of its messages."""

    def is_meant(kind: str, payload: Mapping[str, Any]) -> bool:
        if kind in {MESSAGE, COMPLETION}:
            return bool(payload["id"] == message)
        if kind == COMMAND:  # its thread hangs on the message that says what was asked
            return bool(payload["place"]["thread"] == message)
        return kind == ACTION and answered_by(ACTIONS.get(payload["name"]), str(payload["value"])) == message

    return is_meant


def asked_before(message: str) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return a predicate, over kind and payload, for a thread's deliveries that were asked for before a message of it.

    Ids of messages sort in the order of writing. When a button was pressed is not known: that counts as before.
    """

    def is_meant(kind: str, payload: Mapping[str, Any]) -> bool:
        if kind in {MESSAGE, COMPLETION}:
            return bool(payload["id"] < message)
        return kind != COMMAND or bool(payload["place"]["thread"] < message)

    return is_meant


def answered_by(spec: ActionSpec[Any] | None, value: str) -> str:
    """Return the id of the message that a control's use answers again, "" for none."""
    return spec.value.decode(value).message if spec and spec.value is AnswerRef else ""
