"""Where a place's settings come from, how they changed, and how to revert them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.domain.channel_settings import PARLEY, SAMPLING, ChannelSettings, merged
from bot.core.settings.value_text import short_value_text
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.overrides import Overrides, OverridesChange
    from bot.core.ports import Mentions, Model
    from bot.core.settings.place_text import PlaceText

NAMES = {"": "the operator's file", PARLEY: "me"}
LISTED = 20  # changes


def why(at: PlaceText, layers: Sequence[Overrides], model: Model, names: Mentions) -> str:
    """List the settings that are not defaults, with who set them where, and which do not apply to the model."""
    held = merged(*(layer.values for layer in layers))
    faults = {**model.facts.faults(held), **({"persona": held.lost_persona} if held.lost_persona else {})}
    lines = []
    for name, value in held.model_dump(mode="json").items():
        found = source(name, layers)
        if found is None:
            lines += [f"• model: {model_text(at, layers, model, bold='')}"] if name == "model" else []
            continue
        person = layers[found].person
        by = NAMES.get(person) or names.mention(person)
        note = f", but not applied: {faults[name]}" if name in faults else ""
        lines.append(f"• {name}: {short_value_text(name, value, names)} (set for {at.layers[found]} by {by}{note})")
    order = "A thread's settings override its channel's, those the workspace's, and those the defaults."
    if len(lines) == 1 and source("model", layers) is None:
        return f"Nothing is set for {at.name}: the defaults apply.\n{lines[0]}\n{order}"
    heading = f"Where the settings for {at.name} come from:"
    return "\n".join([heading, *lines, "All other settings are at their defaults.", order])


def model_text(at: PlaceText, layers: Sequence[Overrides], model: Model, *, bold: str = "*") -> str:
    """Write which model answers in a place, and where that comes from."""
    id_, called = model.facts.current(merged(*(layer.values for layer in layers)))
    found = source("model", layers)
    origin = "the default (CLAUDE_MODEL)" if found is None else f"set for {at.layers[found]}"
    return f"{bold}{called}{bold} (`{id_}`), {origin}"


def source(name: str, layers: Sequence[Overrides]) -> int | None:
    """Return the layer that a setting's value comes from, None for the default.

    The ways to sample hide one another: the nearest layer that has any of them decides for all.
    """
    together = SAMPLING if name in SAMPLING else {name}
    for number in reversed(range(len(layers))):
        if together & layers[number].values.keys():
            return number if name in layers[number].values else None
    return None


def listing(at: PlaceText, changes: Sequence[OverridesChange], names: Mentions) -> str:
    """Write changes, the newest first: who, when, what."""
    if not changes:
        return f"The settings for {at.name} have never been changed."
    lines = [
        f"*{one.version}* · {one.at:%d %b %H:%M} UTC · {NAMES.get(one.person) or names.mention(one.person)}: "
        f"{_what(one, names)}"
        for one in changes
    ]
    more = ["…"] if len(changes) > LISTED else []
    hint = (
        f"{at.command('revert <number>')} restores these settings to how they were after that change; "
        f"{at.command('revert 0')} resets them all."
    )
    return "\n".join([f"Changes to the settings for {at.name}:", *lines[:LISTED], *more, hint])


def saved(at: PlaceText, before: Mapping[str, Any], after: Mapping[str, Any], names: Mentions) -> str:
    """Say what a form has changed."""
    changed = [name for name in (*after, *before) if after.get(name) != before.get(name)]
    parts = [_arrow(name, before.get(name), after.get(name), names) for name in dict.fromkeys(changed)]
    return f"Saved for {at.name}: {'; '.join(parts)}." if parts else f"Nothing changed for {at.name}."


def reverted(at: PlaceText, changes: Sequence[OverridesChange], version: int, latest: int) -> dict[str, Any]:
    """Return what to set and to unset (None) to restore a version; `changes` are all after it, `latest` is the last.

    Raises `UsageError` for one that there is not, or that is the last, or where the changes do not reach so far back.
    """
    if version > latest:
        raise UsageError(f"There's no change number {version} to the settings for {at.name}.")
    if version == latest:
        what = f"after change {version}" if version else "before any change"
        raise UsageError(f"The settings for {at.name} are already as they were {what}.")
    if not changes or changes[-1].version != version + 1:
        raise UsageError(f"That is too long ago. {at.command('history')} shows the changes that can be undone.")
    values: dict[str, Any] = {}
    for change in changes:
        values |= change.before
    return values


def _what(change: OverridesChange, names: Mentions) -> str:
    known = [name for name in change.after if name in ChannelSettings.model_fields]
    parts = (_arrow(name, change.before.get(name), change.after[name], names) for name in known)
    return "; ".join(parts) or "settings that no longer exist"


def _arrow(name: str, before: Any, after: Any, names: Mentions) -> str:  # noqa: ANN401 - each setting has its own type
    return f"`{name}` {short_value_text(name, before, names)} → {short_value_text(name, after, names)}"
