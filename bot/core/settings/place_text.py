"""What the places of settings are called, and how a command for one of them is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.domain.message import Place
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.ports import Chat, ChatNames


@dataclass(frozen=True, slots=True)
class PlaceText:
    """A place as sentences name it: the workspace, a channel, a thread.

    `channel` is the channel's mention, "" where the platform has none, as for direct messages; `link` leads to the
    thread.
    """

    place: Place
    channel: str = ""
    link: str = ""

    @property
    def name(self) -> str:
        """What it is called in the middle of a sentence: in German, after “für”."""
        return self.layers[-1]

    @property
    def layers(self) -> tuple[str, ...]:
        """What the layers of its settings are called, the workspace's first."""
        names = (_("the workspace"), self.channel or _("this conversation"), _("this thread"))
        return names[: 3 if self.place.thread else 2 if self.place.channel else 1]

    def command(self, typed: str) -> str:
        """Write a command of `/parley` that is about this place."""
        return f"`/parley {scope_words(self.place, self.link)}{typed}`"


def scope_words(place: Place, link: str) -> str:
    """Return what is typed after `/parley` for a command to be about a place."""
    return f"thread {link} " if place.thread else "" if place.channel else "workspace "


def place_text(place: Place, chat: Chat) -> PlaceText:
    """Return how sentences name a place."""
    channel = chat.names.channel(place.channel) if place.channel else ""
    return PlaceText(place, channel, chat.history.permalink(place, place.thread) if place.thread else "")


async def plain_name(place: Place, chat: Chat) -> str:
    """Return what a place is called in the middle of a sentence, without a mention."""
    (name,) = await without_mentions([place_text(place, chat).name], place, chat.names)
    return name


async def without_mentions(texts: Iterable[str], place: Place, names: ChatNames) -> list[str]:
    """Write people and channels by their names, for where the platform shows no mentions."""
    texts = list(texts)
    people = await names.of(place, (), texts)
    for mention, name in people.items():
        texts = [text.replace(mention, f"@{name}") for text in texts]
    return [await names.spell_out(place, text) for text in texts]
