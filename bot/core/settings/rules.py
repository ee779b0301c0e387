"""Rules that no setting's declaration can say by itself; the same for a command, a form and a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain import category
from bot.core.domain.route import team
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.core.domain.channel_settings import ChannelSettings


def broken(settings: ChannelSettings, changed: Container[str]) -> dict[str, str]:
    """Return a sentence for each changed setting that does not fit with `settings`, all that would apply."""
    faults = {"persona": settings.lost_persona, "categories": _too_few(settings), "routes": _to_nowhere(settings)}
    return {name: fault for name, fault in faults.items() if fault and name in changed}


def _too_few(settings: ChannelSettings) -> str:
    try:
        category.checked(settings.categories or category.FEEDBACK)
    except UsageError as error:
        return error.sentence
    return ""


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
