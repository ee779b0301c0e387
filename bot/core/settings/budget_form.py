"""The form with the budgets of a channel and of its workspace: open it, check it, save it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.actions import BUDGET_FORM, EDIT_BUDGETS
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.domain.control_value import BudgetsRef
from bot.core.domain.interaction import Field
from bot.core.domain.message import Place
from bot.core.domain.typed_setting import read
from bot.core.settings import form_fields as fields
from bot.core.settings.history import names_in, values_before
from bot.core.settings.place_text import plain_name
from bot.core.settings.value_text import number_text, value_text
from bot.errors import ConflictError, UsageError
from bot.language import N_, _, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.overrides import Overrides
    from bot.core.settings.form_context import SettingsFormContext

# As `/parley budget` has it: what is set for the workspace, and what for the channel.
EVERYWHERE: tuple[str, ...] = ("person_budget", "workspace_budget", "turns_per_minute", "budget_notice")
HERE: tuple[str, ...] = ("channel_budget",)
TITLE, WHOLE_WORKSPACE = N_("Budgets"), N_("The whole workspace")


async def open_form(action: Action, context: SettingsFormContext) -> Form:
    """Return the form that an action asks for. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
    shown = EDIT_BUDGETS.read(action)
    seen_in = shown.seen_in or action.place.channel
    # In the settings of a workspace, no channel's budget is meant.
    place = Place(action.place.workspace, shown.channel if shown.workspace else action.place.channel)
    await context.check(place, action)
    workspace, *own = await context.store.settings.layers(place)
    everywhere = [_field(name, workspace) for name in EVERYWHERE]
    here: list[Field] = []
    if own:
        name = await plain_name(place, context.chat)
        here += [Field("here", name, "heading"), *(_field(one, own[0]) for one in HERE)]
        if overridden := [one for one in EVERYWHERE if one in own[0].values]:
            here.append(Field("overridden", _overridden(name, own[0].values, overridden), "note"))
    ref = BudgetsRef(
        workspace=place.workspace,
        channel=place.channel,
        version=own[0].version if own else 0,
        workspace_version=workspace.version,
        seen_in=seen_in,
    )
    heading = Field("everywhere", _(WHOLE_WORKSPACE), "heading")
    return BUDGET_FORM.form(_(TITLE), (*here, heading, *everywhere), ref)


def places(submission: Submission) -> tuple[Place, ...]:
    """Return the places whose settings the form may change, the one that it is about first."""
    place = BUDGET_FORM.read(submission).place
    return (place, Place(place.workspace, "")) if place.channel else (place,)


async def save(submission: Submission, context: SettingsFormContext) -> Mapping[str, str]:
    """Save what the form holds; return its faults by the field.

    Raises `NotAllowedError`, `ConflictError`, `UsageError`, `ChatError`.
    """
    ref = BUDGET_FORM.read(submission)
    await context.check(ref.place, submission)
    workspace, *own = await context.store.settings.layers(ref.place)
    sheets = [(Place(ref.workspace, ""), EVERYWHERE, workspace, ref.workspace_version)]
    sheets += [(ref.place, HERE, sheet, ref.version) for sheet in own]
    changes: dict[Place, dict[str, Any]] = {}
    faults: dict[str, str] = {}
    for place, names, sheet, version in sheets:
        meanwhile = await context.store.settings.history(place, since=version)
        shown = fields.written(values_before(sheet.values, meanwhile))
        mine = {name: submission.answers[name] for name in names if name in submission.answers}
        changes[place], wrong = _read({name: typed for name, typed in mine.items() if typed != shown.get(name, "")})
        faults |= wrong
        if names_in(meanwhile) & changes[place].keys():
            raise ConflictError("settings")
    if faults:
        return faults
    for place, _names, sheet, _version in sheets:
        await context.store.settings.change(place, changes[place], submission.asker.person, version=sheet.version)
    return {}


def _field(name: str, sheet: Overrides) -> Field:
    default = getattr(DEFAULTS, name)
    value = sheet.values.get(name)
    hints = [fields.hint(name)]
    if default is not None:
        hints.append(_("Not set here: {value}.", value=number(default)))
    typed = "" if value is None else number_text(value)
    return Field(name, fields.label(name), "number", typed, hint=" ".join(hints), optional=True)


def _overridden(place: str, own: Mapping[str, Any], names: list[str]) -> str:
    listed = ", ".join(f"{fields.label(name)}: {value_text(name, own[name])}" for name in names)
    return _(
        "{place} has its own values for some of these, and they apply there: {listed}.", place=place, listed=listed
    )


def _read(answers: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that were entered, None where a field was emptied, and what is wrong by the field."""
    changes: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, answer in answers.items():
        typed = str(answer).strip()
        try:
            changes[name] = read(name, typed, {}, in_form=True) if typed else None
        except UsageError as error:
            faults[name] = error.sentence
    return changes, faults
