"""The pages of the form with settings: which fields each has, and what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.actions import (
    EDIT_BUDGETS,
    EDIT_KNOWLEDGE,
    EDIT_MEMORY,
    EDIT_TRIAGE,
    EXPLAIN_SETTINGS,
    SETTINGS_FORM,
    SETTINGS_PAGE,
    TRY_SETTINGS,
)
from bot.core.domain.channel_settings import MODEL, SHOWN, merged
from bot.core.domain.interaction import Button, Field, Form
from bot.core.privacy import retention
from bot.core.settings import form_fields as fields
from bot.core.settings.place_text import plain_name
from bot.core.settings.sections import MAIN, SECTIONS, grouped
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.control_value import SettingsRef
    from bot.core.domain.message import Place
    from bot.core.settings.form_context import SettingsFormContext

TRIAL = "trial"  # the field
BACK = N_("← Main settings")
WORKSPACE_TITLE, THREAD_TITLE = N_("Workspace settings"), N_("Thread settings")
CHANNEL_TITLE = N_("Channel settings")
LONGEST_TITLE = 24  # characters


async def lay_out(
    ref: SettingsRef, typed: Mapping[str, str], context: SettingsFormContext, *, trial: str = "", note: str = ""
) -> Form:
    """Return a page of the form, with what was typed so far on all pages.

    `trial` is the message to try the settings on. `note` says what became of that, or why it is still this page.
    """
    place = ref.place
    *below, own = await context.store.settings.layers(place)
    inherited = merged(*(layer.values for layer in below))
    chosen = typed.get(MODEL) or inherited.model
    pages = grouped([name for name in fields.FIELDS if _is_for(name, place, chosen, inherited, context)])
    page = ref.page if ref.page in pages else MAIN
    models = await context.model.offered() if MODEL in pages[page] else {}
    too_long = [name for name in pages[page] if len(typed.get(name, "")) > fields.LONGEST]
    shown = [
        fields.lay_out(name, typed.get(name, ""), inherited, models, context.model)
        for name in pages[page]
        if name not in too_long
    ]
    name = await plain_name(place, context.chat)
    title, full = _title(place), _("Settings for {place}", place=name)
    about = []
    if place.channel and not place.thread:  # others are named by their titles
        if len(full) <= LONGEST_TITLE:
            title = full
        else:
            about.append(full)
    about += [fields.too_long(one) for one in too_long]
    if page == MAIN:
        about += _about(place, own.values, chosen, context)
        shown += [*_trial(trial), *_noted(note), Field("more", _("More settings"), "heading")]
    else:
        shown = [Field("page", _(page), "heading"), *shown, *_noted(note)]
    shown.append(Field("pages", "", "buttons", buttons=_others(pages, page)))
    if page == MAIN:
        shown.append(Field("beside", "", "buttons", buttons=_beside(place)))
    first = (Field("about", "\n".join(about), "note"),) if about else ()
    return SETTINGS_FORM.form(title, (*first, *shown), ref.model_copy(update={"page": page}))


def _is_for(name: str, place: Place, chosen: str, inherited: ChannelSettings, context: SettingsFormContext) -> bool:
    if name == "persona" and not inherited.personas:
        return False
    return SHOWN[name].is_for(place) and fields.applies(name, chosen, context.model)


def _title(place: Place) -> str:
    return _(THREAD_TITLE) if place.thread else _(CHANNEL_TITLE) if place.channel else _(WORKSPACE_TITLE)


def _trial(typed: str) -> tuple[Field, ...]:
    return (
        Field(TRIAL, _("Try it on this message"), "area", typed, optional=True),
        TRY_SETTINGS.in_form(),
    )


def _noted(note: str) -> tuple[Field, ...]:
    return (Field("tried", note, "markdown"),) if note else ()


def _others(pages: Mapping[str, object], page: str) -> tuple[Button, ...]:
    """Return a button for each other page."""
    labels = {one: _(BACK) if one == MAIN else f"{_(one)}…" for one in SECTIONS if one in pages and one != page}
    return tuple(Button(SETTINGS_PAGE.name, label, one) for one, label in labels.items())


def _beside(place: Place) -> tuple[Button, ...]:
    """Return the buttons of the forms beside this one."""
    buttons = [EXPLAIN_SETTINGS.button()]
    if not place.thread:
        buttons.insert(0, EDIT_BUDGETS.button())
    if place.channel and not place.thread:
        buttons.insert(0, EDIT_TRIAGE.button())
        buttons.append(EDIT_MEMORY.button())
    if not place.thread:
        buttons.append(EDIT_KNOWLEDGE.button())
    return tuple(buttons)


def _about(place: Place, own: Mapping[str, Any], chosen: str, context: SettingsFormContext) -> list[str]:
    """Return notes on the form: what is stored and does not apply, and what its scope means."""
    held = merged(own, {MODEL: chosen} if chosen else {})
    faults = context.model.facts.faults(held)
    lines = [
        _("⚠️ {label} is set but not applied: {fault}.", label=fields.label(name), fault=faults[name])
        for name in own
        if name in faults
    ]
    if capped := retention.capped(own.get(retention.SETTING), context.most_days):
        lines.append(f"⚠️ {fields.label(retention.SETTING)}: {capped}.")
    if place.thread:
        lines.append(_("What you set here applies only in this thread, and overrides the channel's settings."))
    return lines
