"""What replies show of settings: one, those that differ from the defaults, or all; and what a command changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.domain.channel_settings import MODEL, ChannelSettings, merged
from bot.core.privacy import retention
from bot.core.settings import history
from bot.core.settings.sections import grouped
from bot.core.settings.value_text import UNSET, value_text
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.overrides import Overrides
    from bot.core.ports import ChatNames, Model
    from bot.core.settings.place_text import PlaceText

NO_PROMPT = N_("There is no prompt for {place}.")
TRIAGE_IS_ON = N_(
    "From now on, I sort each post in this channel. `/parley set categories`, `severities`, `teams` and `routes` "
    "control how; `/parley settings` shows the current values; people can correct me with the buttons below my cards."
)


def differing(layers: Sequence[Overrides]) -> tuple[str, ...]:
    """Return the settings that are set anywhere, and the model, which people want to know in any case."""
    return tuple(one for one in ChannelSettings.model_fields if one == MODEL or history.source(one, layers) is not None)


def listing(
    at: PlaceText,
    layers: Sequence[Overrides],
    model: Model,
    names: ChatNames,
    only: Sequence[str] = (),
    *,
    rest: str = "",
    most_days: int = 0,
) -> str:
    """List the settings that apply in a place, by default all, one per line, with those that its model ignores.

    `rest`: the command that shows the others.
    """
    settings = merged(*(one.values for one in layers))
    faults = {**model.facts.faults(settings), **({"persona": settings.lost_persona} if settings.lost_persona else {})}
    lines = []
    held = settings.model_dump(mode="json")
    if capped := retention.capped(settings.retention_days, most_days):
        faults[retention.SETTING] = capped
    for title, listed in grouped(only or held).items():
        lines.append(f"**{_(title)}**")
        for name in listed:
            not_applied = _("not applied: {fault}", fault=faults.get(name))
            note = f" ⚠️ {not_applied}" if name in faults else _origin(at, name, layers)
            is_model = name == MODEL
            shown = history.model_text(at, layers, model) if is_model else _shown(name, held[name], names)
            lines.append(f"• `{name}`: {shown}{note}")
    change, reset = at.command("set <name> <value>"), at.command("unset <name>")  # not for people: typed
    hints = [_("Change one with {change}, or reset it with {reset}.", change=change, reset=reset)]
    if rest:
        hints.insert(0, _("Everything else is at its default; {command} shows it.", command=rest))
    return "\n".join([_("Settings for {place}:", place=at.name), *lines, "", *hints])


def _origin(at: PlaceText, name: str, layers: Sequence[Overrides]) -> str:
    """Say where a setting is set, "" for a default, and for the model, which says so by itself."""
    found = history.source(name, layers)
    if found is None or name == MODEL:
        return ""
    told = _("set here") if found == len(layers) - 1 else _("set for {place}", place=at.layers[found])
    return f" _({told})_"


def showing_model(at: PlaceText, layers: Sequence[Overrides], model: Model) -> str:
    """Write which model answers, and where that is set."""
    called = history.model_text(at, layers, model)
    change = at.command("set model <name>")  # not for people: typed
    return _("The model for {place} is {model}. {command} changes it.", place=at.name, model=called, command=change)


def showing(at: PlaceText, name: str, settings: ChannelSettings, names: ChatNames, most_days: int = 0) -> str:
    """Write one setting."""
    value = settings.model_dump(mode="json")[name]
    if name != "instructions":
        capped = retention.capped(value, most_days) if name == retention.SETTING else ""
        note = f" ⚠️ {capped[:1].upper()}{capped[1:]}." if capped else ""
        about = ChannelSettings.model_fields[name].description or ""
        said = _(
            "`{name}` is {value} for {place}: {about}.",
            name=name,
            value=_shown(name, value, names),
            place=at.name,
            about=_(about),
        )
        return f"{said}{note}"
    if not value:
        return _(NO_PROMPT, place=at.name)
    return "\n\n".join((_("The prompt for {place}:", place=at.name), _quoted(value)))


def unchanged(at: PlaceText, name: str, value: Any, names: ChatNames) -> str:  # noqa: ANN401 - as in `done`
    """Say that a setting is already as it was to be."""
    if name == "instructions":
        return _("The prompt for {place} is already that.", place=at.name) if value else _(NO_PROMPT, place=at.name)
    if value is None:
        return _("`{name}` is not set for {place}, so there is nothing to reset.", name=name, place=at.name)
    shown = _shown(name, value, names)
    return _("`{name}` is already {value} for {place}.", name=name, value=shown, place=at.name)


def done(at: PlaceText, name: str, value: Any, names: ChatNames) -> str:  # noqa: ANN401 - each setting has its own type
    """Say that a setting was changed."""
    if name == "triage" and value:
        return _(TRIAGE_IS_ON)
    if name != "instructions":
        if value is None:
            return _(
                "`{name}` is no longer set for {place}; it is back to its default there.", name=name, place=at.name
            )
        shown = _shown(name, value, names)
        return _("`{name}` is set to {value} for {place}.", name=name, value=shown, place=at.name)
    if value is None:
        return _("The prompt for {place} is removed.", place=at.name)
    is_set = _("The prompt for {place} is set. It applies from the next message on.", place=at.name)
    return f"{is_set}\n\n{_quoted(value)}"


def _shown(name: str, value: Any, names: ChatNames) -> str:  # noqa: ANN401 - as above
    if name == "instructions" and value:
        return _("{count:,} characters; see `/parley prompt`", count=len(value))
    text = value_text(name, value, names)
    return text if text == _(UNSET) or isinstance(value, bool) or text.startswith("<") else f"*{text}*"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
