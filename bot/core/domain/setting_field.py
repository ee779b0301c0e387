"""How a setting is shown in a form, and where it can be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.core.domain.interaction import Kind

if TYPE_CHECKING:
    from bot.core.domain.message import Place

Scope = Literal["workspace", "channel", "thread"]
EVERYWHERE: tuple[Scope, ...] = ("workspace", "channel", "thread")
NOT_IN_THREADS: tuple[Scope, ...] = ("workspace", "channel")
IN_WORKSPACES: tuple[Scope, ...] = ("workspace",)
IN_CHANNELS: tuple[Scope, ...] = ("channel",)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a setting's declaration in `ChannelSettings` says beside its type, bounds and description."""

    label: str  # above its field, in English, as what it accepts
    kind: Kind | None = None  # of its field; None for what its type says: a choice, a number or a line of text
    sign: str = ""  # before each name in a list: @ or #
    forms: tuple[Literal["settings", "triage"], ...] = ("settings",)
    places: tuple[Scope, ...] = EVERYWHERE
    names_channels: bool = False  # what is typed for it may name channels
    accepts: str = ""  # in words, where the type and the bounds don't say it
    probe: Any = None  # a value to ask a model about, where not every model takes the setting

    def is_for(self, place: Place) -> bool:
        """Return whether the form of such a place has the setting."""
        return ("thread" if place.thread else "channel" if place.channel else "workspace") in self.places
