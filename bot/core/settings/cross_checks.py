"""Checks across settings, which no setting's declaration can say by itself: for a command, a form and a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain import category, persona, time_limit
from bot.core.domain.route import team
from bot.errors import UsageError
from bot.language import _, and_list

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.core.domain.channel_settings import ChannelSettings


def broken(settings: ChannelSettings, changed: Container[str], *, was_typed: bool = True) -> dict[str, str]:
    """Return a sentence for each changed setting that does not fit with `settings`, all that would apply.

    What `was_typed` may never have existed; what was chosen from a menu or is restored did.
    """
    faults = {
        "persona": _no_persona(settings, was_typed=was_typed),
        "categories": _too_few(settings),
        "routes": _to_nowhere(settings),
        "needs": _of_nothing(settings),
        "first_response": _for_no_severity(settings.first_response, settings),
        "resolve": _for_no_severity(settings.resolve, settings),
        "escalate_to": _to_no_team(settings),
    }
    return {name: fault for name, fault in faults.items() if fault and name in changed}


def _no_persona(settings: ChannelSettings, *, was_typed: bool) -> str:
    if not (was_typed and settings.lost_persona):
        return settings.lost_persona
    told = [_(persona.NONE_SUCH, name=settings.persona)]
    if known := and_list(one.name for one in settings.personas):
        told.append(_("I know these: {names}.", names=known))
    return " ".join(told)


def _too_few(settings: ChannelSettings) -> str:
    try:
        category.checked(settings.categories or category.FEEDBACK)
    except UsageError as error:
        return error.sentence
    return ""


def _of_nothing(settings: ChannelSettings) -> str:
    """Say which category that does not exist has needs."""
    known = {one.name.casefold() for one in category.with_other(settings.categories or category.FEEDBACK)}
    unknown = [one.category for one in settings.needs if one.category.casefold() not in known]
    return _("There is no category “{name}” here.", name=unknown[0]) if unknown else ""


def _to_nowhere(settings: ChannelSettings) -> str:
    """Say which route names something that does not exist, and so would never apply."""
    categories = category.with_other(settings.categories or category.FEEDBACK)
    known = {name.casefold() for name in (*(one.name for one in categories), *settings.severities)}
    for route in settings.routes:
        if unknown := [one for one in route.when if one.casefold() not in known]:
            return _("There is no category or severity “{name}” here.", name=unknown[0])
        if team(settings.teams, route.team) is None:
            return _("There is no team “{name}” here; add the team first.", name=route.team)
    return ""


def _for_no_severity(limits: str, settings: ChannelSettings) -> str:
    """Say which time is for a severity that does not exist, and so would never apply."""
    known = {time_limit.OTHERS, *(name.casefold() for name in settings.severities)}
    unknown = [name for name in time_limit.read(limits) if name.casefold() not in known]
    if not unknown:
        return ""
    told = _("There is no severity “{name}” here.", name=unknown[0][:40])
    return " ".join((told, _("I know these: {names}.", names=and_list(settings.severities))))


def _to_no_team(settings: ChannelSettings) -> str:
    if not settings.escalate_to or team(settings.teams, settings.escalate_to):
        return ""
    return _("There is no team “{name}” here; add the team first.", name=settings.escalate_to)
