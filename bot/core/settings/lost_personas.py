"""Personas that were removed: wherever one was chosen is told once, and has none of its own from then on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.core.domain.message import Place
from bot.core.domain.persona import find
from bot.errors import ChatError
from bot.language import _, and_list

if TYPE_CHECKING:
    from bot.core.domain.people import Requester
    from bot.core.ports import Chat, ChatNames, Checkpoint, Store

log = logging.getLogger(__name__)

MOST_TOLD = 50  # channels and threads
LISTED = 10


async def let_go(
    workspace: str, asker: Requester, *, checkpoint: Checkpoint, store: Store, chat: Chat
) -> tuple[Place, ...]:
    """Tell each channel and thread whose persona is gone, and unset it there; return where that was.

    It may run twice: who was told is not told again. Raises a transient `ChatError`.
    """
    personas = (await store.settings.load(Place(workspace, ""))).personas
    sheets = await store.settings.all_overrides(workspace, with_threads=True)
    chosen = {place: str(sheet.values["persona"]) for place, sheet in sheets.items() if sheet.values.get("persona")}
    lost = {place: name for place, name in chosen.items() if find(name, personas) is None}
    for number, (place, name) in enumerate(lost.items()):
        if place.channel and number < MOST_TOLD:
            await _tell(place, name, checkpoint, chat)
        await store.settings.change(place, {"persona": None}, asker.person)
    return tuple(lost)


async def _tell(place: Place, name: str, checkpoint: Checkpoint, chat: Chat) -> None:
    told = (
        _(
            "An admin removed the persona *{name}*, which this thread used. I'll answer without it from now on.",
            name=name,
        )
        if place.thread
        else _(
            "An admin removed the persona *{name}*, which this channel used. I'll answer without it from now on.",
            name=name,
        )
    )
    try:
        await chat.posts.post(place, told, checkpoint, key=f"persona {place.channel} {place.thread}")
    except ChatError as error:
        if error.is_transient:
            raise
        log.info("a place was not told that its persona is gone: %s", error)


def sentence(places: tuple[Place, ...], names: ChatNames) -> str:
    """Say where a persona applied until now, "" if nowhere."""
    called = list(dict.fromkeys(_name(place, names) for place in places))
    if not called:
        return ""
    return _(
        "It no longer applies to {places}.", places=and_list([*called[:LISTED], *(["…"] if called[LISTED:] else [])])
    )


def _name(place: Place, names: ChatNames) -> str:
    channel = names.channel(place.channel) or _("direct messages") if place.channel else _("the workspace")
    return _("a thread of {channel}", channel=channel) if place.thread else channel
