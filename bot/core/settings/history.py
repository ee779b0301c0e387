"""Where a place's settings come from, how they changed, and how to revert them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.domain.channel_settings import PARLEY, SAMPLING, ChannelSettings, merged
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.domain.message import Place
    from bot.core.domain.overrides import Overrides, OverridesChange
    from bot.core.ports import Model

LAYERS = ("set for the workspace", "set for this channel", "set for this thread")
DEFAULT = "the default"
NAMES = {"": "the operator's file", PARLEY: "myself"}
SHOWN = 60  # characters of a value
LISTED = 20  # changes


def why(place: Place, layers: Sequence[Overrides], model: Model) -> str:
    """List the settings that are not defaults, with who set them where, and which do not apply to the model."""
    held = merged(*(layer.values for layer in layers))
    faults = {**model.facts.faults(held), **({"persona": held.lost_persona} if held.lost_persona else {})}
    lines = []
    for name, value in held.model_dump(mode="json").items():
        found = source(name, layers)
        if found is None:
            continue
        by = f" by {NAMES.get(layers[found].person, layers[found].person)}"
        note = f", but not applied: {faults[name]}" if name in faults else ""
        lines.append(f"• {name}: {shown(value)} ({LAYERS[found]}{by}{note})")
    order = "A thread's settings override its channel's, those the workspace's, and those the defaults."
    if not lines:
        return f"Nothing is set {'here' if place.channel else 'for the workspace'}: the defaults apply. {order}"
    return "\n".join([*lines, "All other settings are at their defaults.", order])


def source(name: str, layers: Sequence[Overrides]) -> int | None:
    """Return the layer that a setting's value comes from, None for the default.

    The ways to sample hide one another: the nearest layer that has any of them decides for all.
    """
    together = SAMPLING if name in SAMPLING else {name}
    for number in reversed(range(len(layers))):
        if together & layers[number].values.keys():
            return number if name in layers[number].values else None
    return None


def listing(changes: Sequence[OverridesChange], mention: Callable[[str], str]) -> str:
    """Write changes, the newest first: who, when, what."""
    if not changes:
        return "These settings have never been changed."
    lines = [
        f"*{one.version}* · {one.at:%d %b %H:%M} UTC · {NAMES.get(one.person) or mention(one.person)}: {_what(one)}"
        for one in changes
    ]
    more = ["…"] if len(changes) > LISTED else []
    hint = (
        "`/parley revert <number>` restores the settings as they were after that change; `0` is the state in "
        "which nothing was set."
    )
    return "\n".join([*lines[:LISTED], *more, hint])


def reverted(changes: Sequence[OverridesChange], version: int) -> dict[str, Any]:
    """Return what to set and to unset (None) to restore a version; `changes` are all after it.

    Raises `UsageError` if they do not reach so far back, or there are none.
    """
    if not changes:
        raise UsageError(f"There is no change after {version}: the settings are already like that.")
    if changes[-1].version != version + 1:
        raise UsageError("That is too long ago. `/parley history` shows the changes that can be undone.")
    values: dict[str, Any] = {}
    for change in changes:
        values |= change.before
    return values


def shown(value: Any) -> str:  # noqa: ANN401 - each setting has its own type
    """Write a value on one line."""
    if value is None:
        return "not set"
    if isinstance(value, list):
        text = ", ".join(str(one.get("name", one)) if isinstance(one, dict) else str(one) for one in value)
    else:
        text = ("on" if value else "off") if isinstance(value, bool) else " ".join(str(value).split())
    return (text[:SHOWN] + "…" if len(text) > SHOWN else text) or "empty"


def _what(change: OverridesChange) -> str:
    known = [name for name in change.after if name in ChannelSettings.model_fields]
    parts = [f"`{name}` {shown(change.before.get(name))} → {shown(change.after[name])}" for name in known]
    return "; ".join(parts) or "settings that no longer exist"
