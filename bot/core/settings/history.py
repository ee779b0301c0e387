"""Where a place's settings come from, how they changed, and how to revert them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.dates import short_date
from bot.core.domain.channel_settings import PARLEY, SAMPLING, ChannelSettings, merged
from bot.core.settings.value_text import short_value_text
from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.overrides import Overrides, OverridesChange
    from bot.core.ports import Mentions, Model
    from bot.core.settings.place_text import PlaceText

NAMES = {"": N_("the operator's file"), PARLEY: N_("me")}
LISTED = 20  # changes
BACK = N_("The settings for {place} are back to how they were after change {number}: {names}.")
BACK_AT_FIRST = N_("The settings for {place} are back to how they were before any change: {names}.")
ALREADY = N_("The settings for {place} are already as they were after change {number}.")
ALREADY_AT_FIRST = N_("The settings for {place} are already as they were before any change.")


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
        origin = _("set for {place} by {person}", place=at.layers[found], person=_by(layers[found].person, names))
        notes = [_("but not applied: {fault}", fault=faults[name])] if name in faults else []
        lines.append(f"• {name}: {short_value_text(name, value, names)} ({', '.join([origin, *notes])})")
    order = _(
        "Thread settings override channel settings, which override workspace settings, which override the defaults."
    )
    if len(lines) == 1 and source("model", layers) is None:
        return "\n".join([_("Nothing is set for {place}: the defaults apply.", place=at.name), lines[0], order])
    heading = _("Where the settings for {place} come from:", place=at.name)
    return "\n".join([heading, *lines, _("All other settings are at their defaults."), order])


def model_text(at: PlaceText, layers: Sequence[Overrides], model: Model, *, bold: str = "*") -> str:
    """Write which model answers in a place, and where that comes from."""
    id_, called = model.facts.current(merged(*(layer.values for layer in layers)))
    found = source("model", layers)
    origin = _("the default (CLAUDE_MODEL)") if found is None else _("set for {place}", place=at.layers[found])
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
        return _("The settings for {place} have never been changed.", place=at.name)
    lines = [
        _(
            "*{number}* · {when} UTC · {person}: {changes}",
            number=one.version,
            when=" ".join((short_date(one.at), one.at.strftime("%H:%M"))),
            person=_by(one.person, names),
            changes=_what(one, names),
        )
        for one in changes
    ]
    more = ["…"] if len(changes) > LISTED else []
    hint = _(
        "{revert} restores these settings to how they were after that change; {reset} resets them all.",
        revert=at.command("revert <number>"),
        reset=at.command("revert 0"),
    )
    heading = _("Changes to the settings for {place}:", place=at.name)
    return "\n".join([heading, *lines[:LISTED], *more, hint])


def saved(at: PlaceText, before: Mapping[str, Any], after: Mapping[str, Any], names: Mentions) -> str:
    """Say what a form has changed."""
    changed = [name for name in (*after, *before) if after.get(name) != before.get(name)]
    parts = [_arrow(name, before.get(name), after.get(name), names) for name in dict.fromkeys(changed)]
    if not parts:
        return _("Nothing changed for {place}.", place=at.name)
    told = "; ".join(parts).removesuffix(".")  # of a text that ends a sentence itself
    return _("Saved for {place}: {changes}.", place=at.name, changes=told)


def reverted(at: PlaceText, changes: Sequence[OverridesChange], version: int, latest: int) -> dict[str, Any]:
    """Return what to set and to unset (None) to restore a version; `changes` are all after it, `latest` is the last.

    Raises `UsageError` for one that there is not, or that is the last, or where the changes do not reach so far back.
    """
    if version > latest:
        sentence = N_("There's no change number {number} to the settings for {place}.")
        raise UsageError(_(sentence, number=version, place=at.name))
    if version == latest:
        raise UsageError(_(ALREADY if version else ALREADY_AT_FIRST, number=version, place=at.name))
    if not changes or changes[-1].version != version + 1:
        shown = at.command("history")
        raise UsageError(_("That is too long ago. {command} shows the changes that can be undone.", command=shown))
    values: dict[str, Any] = {}
    for change in changes:
        values |= change.before
    return values


def values_before(values: Mapping[str, Any], changes: Sequence[OverridesChange]) -> dict[str, Any]:
    """Return a place's values as they were before its last changes, the newest first."""
    before = dict(values)
    for change in changes:
        before |= change.before
    return {name: value for name, value in before.items() if value is not None}


def names_in(changes: Sequence[OverridesChange]) -> set[str]:
    """Return the settings that changes have changed."""
    return {name for change in changes for name in change.after}


def _what(change: OverridesChange, names: Mentions) -> str:
    known = [name for name in change.after if name in ChannelSettings.model_fields]
    parts = (_arrow(name, change.before.get(name), change.after[name], names) for name in known)
    return "; ".join(parts) or _("settings that no longer exist")


def _by(person: str, names: Mentions) -> str:
    return _(NAMES[person]) if person in NAMES else names.mention(person)


def _arrow(name: str, before: Any, after: Any, names: Mentions) -> str:  # noqa: ANN401 - each setting has its own type
    return f"`{name}` {short_value_text(name, before, names)} → {short_value_text(name, after, names)}"
