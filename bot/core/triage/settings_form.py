"""Open, check and save the form with a channel's triage settings, and the form for a team."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.actions import EDIT_TEAM, EDIT_TRIAGE, TEAM_FORM, TRIAGE_FORM
from bot.core.domain import category, needs
from bot.core.domain.channel_settings import TRIAGE, ChannelSettings, merged
from bot.core.domain.control_value import TeamRef, TriageSettingsRef
from bot.core.domain.interaction import Field, Form
from bot.core.domain.message import Place
from bot.core.domain.route import LONGEST_NAME, MOST, Team, written
from bot.core.domain.route import team as find_team
from bot.core.domain.typed_setting import read
from bot.core.settings import form_fields as fields
from bot.core.settings.cross_checks import broken
from bot.core.settings.history import names_in, values_before
from bot.core.settings.place_text import plain_name
from bot.errors import ConflictError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.interaction import Action, Submission
    from bot.core.settings.form_context import SettingsFormContext

CHOSEN = "team"  # the menu with the teams
NEW = "-"
NO_TEAMS = N_("none yet")
# The platform has no menu of user groups for forms.
GROUPS = N_("Their IDs, such as S012ABCDEF, separated by commas. The menu on a group's page has “Copy group ID”.")
_GROUP = re.compile(r"S[A-Z0-9]{2,39}")


async def open_form(action: Action, context: SettingsFormContext) -> Form:
    """Return the form that an action asks for. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
    if action.name == EDIT_TRIAGE.name:
        shown = EDIT_TRIAGE.read(action)
        place = Place(action.place.workspace, shown.channel or action.place.channel)
        await context.check(place, action)
        version = (await context.store.settings.overrides(place)).version
        return await _form(place, await context.store.settings.load(place), version, context)
    ref = EDIT_TEAM.read(action)
    await context.check(ref.place, action)
    return _team_form(ref, await context.store.settings.load(ref.place), str(action.answers.get(CHOSEN, NEW)))


async def form_below(submission: Submission, context: SettingsFormContext) -> Form:
    """Return the form of triage with the teams of now, as a team's form that was submitted above it leaves it.

    It stays one of the version in which it was opened: what others have changed since is still noticed.
    """
    ref = TEAM_FORM.read(submission)
    return await _form(ref.place, await context.store.settings.load(ref.place), ref.version, context)


async def _form(place: Place, settings: ChannelSettings, version: int, context: SettingsFormContext) -> Form:
    shown = [_field(name, settings) for name in TRIAGE if name not in {"teams", "agents"}]
    too_long = [one.name for one in shown if len(str(one.value)) > fields.LONGEST]
    shown = [one for one in shown if one.name not in too_long]
    shown.append(Field("agents", _("Agents"), "people", settings.agents, hint=fields.hint("agents"), optional=True))
    teams = ((NEW, _("Add a team")), *((team.name, team.name) for team in settings.teams))
    menu = Field(CHOSEN, _("Team"), "choice", NEW, teams)
    told = ", ".join(team.name for team in settings.teams) or _(NO_TEAMS)
    where = await plain_name(place, context.chat)
    return TRIAGE_FORM.form(
        _("Triage settings"),
        (
            Field("about", "\n".join([_("For {place}", place=where), *map(fields.too_long, too_long)]), "note"),
            *shown,
            Field("teams", _("Teams: {names}", names=told), "note"),
            menu,
            EDIT_TEAM.in_form(),
        ),
        TriageSettingsRef(workspace=place.workspace, channel=place.channel, version=version),
    )


def _field(name: str, settings: ChannelSettings) -> Field:
    value, hint = text(name, settings), fields.hint(name)
    if options := fields.choices(name):
        return Field(name, fields.label(name), "choice", value, tuple((one, one) for one in options), hint)
    return Field(
        name, fields.label(name), fields.kind(name), value, hint=hint, optional=True, max_length=fields.LONGEST
    )


def text(name: str, settings: ChannelSettings) -> str:
    """Return a setting as a person would type it."""
    value = getattr(settings, name)
    match name:
        case "categories":
            return category.written(value)
        case "routes":
            return "\n".join(map(written, value))
        case "needs":
            return "\n".join(map(needs.written, value))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


async def save(submission: Submission, context: SettingsFormContext) -> Mapping[str, str]:
    """Save what was changed in the form; return its faults by field.

    Raises `NotAllowedError`, `ConflictError`, `UsageError`, `ChatError`.
    """
    ref = TRIAGE_FORM.read(submission)
    place, version = ref.place, ref.version
    await context.check(place, submission)
    *below, own = await context.store.settings.layers(place)
    # What the form shows unchanged stays as others may have set it meanwhile, such as a team in a form on top of this.
    meanwhile = await context.store.settings.history(place, since=version)
    shown = merged(*(layer.values for layer in below), values_before(own.values, meanwhile))
    held = merged(*(layer.values for layer in below), own.values)
    changes, faults = _read(submission.answers, shown, held, own.values)
    if faults:
        return faults
    if names_in(meanwhile) & changes.keys():
        raise ConflictError("settings")
    if changes:
        await context.store.settings.change(place, changes, submission.asker.person, version=own.version)
    return {}


def _read(
    answers: Mapping[str, str | tuple[str, ...]], shown: ChannelSettings, held: ChannelSettings, own: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was changed of what the form showed, None for what is to be unset, and what is wrong by field."""
    changes: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name in (name for name in TRIAGE if name in answers):
        answer = answers[name]
        typed = " ".join(f"@{one}" for one in answer) if isinstance(answer, tuple) else answer.strip()
        if (answer if name == "agents" else typed) == (shown.agents if name == "agents" else text(name, shown).strip()):
            continue
        try:
            others = {other: value for other, value in own.items() if other != name}
            changes[name] = read(name, typed, others, in_form=True) if typed else None
        except UsageError as error:
            faults[name] = error.sentence
    kept = {name: value for name, value in changes.items() if value is not None}
    return changes, broken(merged(held.model_dump(mode="json", exclude_none=True), kept), kept) | faults


def _team_form(triage: TriageSettingsRef, settings: ChannelSettings, name: str) -> Form:
    team = find_team(settings.teams, name) or Team(name="-")
    is_new = team.name == NEW
    hint = "" if is_new else _("Leave the name empty to remove the team.")
    asked = (
        Field("name", _("Name"), "text", "" if is_new else team.name, hint=hint, optional=not is_new, max_length=60),
        Field(
            "channel",
            _("Channel"),
            "channel",
            team.channel,
            hint=_("I have to be a member of this channel."),
            optional=True,
        ),
        Field("people", _("People to notify"), "people", _members(team), optional=True),
        Field("groups", _("User groups to notify"), "text", ", ".join(_groups(team)), hint=_(GROUPS), optional=True),
    )
    ref = TeamRef(
        workspace=triage.workspace,
        channel=triage.channel,
        team="" if is_new else team.name,
        version=triage.version,
    )
    return TEAM_FORM.form(_("New team") if is_new else _("Edit team"), asked, ref)


async def save_team(submission: Submission, context: SettingsFormContext) -> Mapping[str, str]:
    """Save, rename or remove a team; return its faults by field. Raises as `save` does."""
    ref = TEAM_FORM.read(submission)
    place, old = ref.place, ref.team
    await context.check(place, submission)
    held, overrides = await context.store.settings.load(place), await context.store.settings.overrides(place)
    name, there = str(submission.answers.get("name", "")).strip(), str(submission.answers.get("channel", ""))
    former = find_team(held.teams, old) if old else None
    typed = str(submission.answers.get("groups", ""))
    groups = tuple(dict.fromkeys(one.lstrip("@") for one in re.split(r"[\s,;]+", typed.strip()) if one))
    if unknown := [one for one in groups if not _GROUP.fullmatch(one)]:
        return {"groups": " ".join((_("“{typed}” is not a user group's ID.", typed=unknown[0][:40]), _(GROUPS)))}
    people = (*submission.answers.get("people", ()), *groups)
    others = [team for team in held.teams if former is None or team.name != former.name]
    if fault := _fault(name, there, people, others):
        return fault
    team = [Team(name=name, channel=there, people=people)] if name else []
    teams = [one.model_dump(mode="json") for one in (*others, *team)]
    await context.store.settings.change(place, {"teams": teams}, submission.asker.person, version=overrides.version)
    return {}


def _members(team: Team) -> tuple[str, ...]:
    return tuple(one for one in team.people if one[0] in "UW")


def _groups(team: Team) -> tuple[str, ...]:
    return tuple(one for one in team.people if one[0] not in "UW")


def _fault(name: str, channel: str, people: tuple[str, ...], others: list[Team]) -> dict[str, str]:
    if not name:
        return {}
    if len(name) > LONGEST_NAME or any(sign in name for sign in ";:\n"):
        most = _("A team's name can have at most {most:,} characters, and no colon or semicolon.", most=LONGEST_NAME)
        return {"name": most}
    if find_team(others, name):
        return {"name": _("There is already a team with that name.")}
    if not channel and not people:
        return {"channel": _("Choose a channel, or people.")}
    if len(others) < MOST:
        return {}
    return {"name": _("There are already {most:,} teams, which is the limit.", most=MOST)}
