"""Teams, and the routes by which feedback reaches them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.errors import UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 30  # teams, and routes
LONGEST_NAME = 60  # characters
NOT_FOUND = N_("I can't find “{name}”: pick it from the list that opens at # or @.")

_TARGET = re.compile(r"#(?P<channel>[^\s,<>]+)|<?@(?P<person>[^\s,|<>]+)(?:\|[^<>]*)?>?")
_ID = re.compile(r"[A-Z0-9]{2,40}")
_ARROW = re.compile(r"->|=>|→")


class Team(BaseModel):
    """A team: the channel that its feedback goes to, and the people or groups who are told, by the platform's ids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    channel: str = ""
    people: tuple[str, ...] = ()

    @field_validator("channel", "people")
    @classmethod
    def _ids(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for one in [value] if isinstance(value, str) else value:
            if one and not _ID.fullmatch(one):
                raise ValueError(_("I can't find “{name}”", name=one[:40]))
        return value


class Route(BaseModel):
    """A route: feedback that matches all of `when`, categories or severities, goes to a team."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: tuple[str, ...] = Field(min_length=1)
    team: str = Field(min_length=1, max_length=LONGEST_NAME)


def read_teams(typed: str) -> tuple[Team, ...]:
    """Read `Payments: #C1 @U1`, one team per line or after a semicolon. Raises `UsageError`."""
    teams: dict[str, Team] = {}
    for line in _lines(typed):
        name, colon, targets = (part.strip() for part in line.partition(":"))
        found = list(_TARGET.finditer(targets))
        if not colon or not name or len(name) > LONGEST_NAME or not found:
            raise UsageError(_("I can't read the team “{line}”.", line=line[:60]))
        channels = [match["channel"] for match in found if match["channel"]]
        people = tuple(match["person"] for match in found if match["person"])
        if unknown := [one for one in (*channels, *people) if not _ID.fullmatch(one)]:
            raise UsageError(_(NOT_FOUND, name=unknown[0][:40]))
        if len(channels) > 1:
            raise UsageError(_("“{name}” has two channels; a team can have only one.", name=name))
        teams[name.casefold()] = Team(name=name, channel=channels[0] if channels else "", people=people)
    return tuple(teams.values())


def read_routes(typed: str) -> tuple[Route, ...]:
    """Read `Billing -> Payments` and `Bug report + Critical -> On-call`, one per line or after a semicolon.

    Raises `UsageError`.
    """
    routes = []
    for line in _lines(typed):
        conditions, *team = (part.strip() for part in _ARROW.split(line, maxsplit=1))
        if not (conditions and team and team[0]):
            raise UsageError(_("I can't read the route “{line}”.", line=line[:60]))
        when = tuple(word for part in conditions.split("+") if (word := part.strip()))
        routes.append(Route(when=when, team=team[0][:LONGEST_NAME]))
    return tuple(routes)


def written(one: Route) -> str:
    """Write a route as a person would type it."""
    return f"{' + '.join(one.when)} -> {one.team}"


def _lines(typed: str) -> list[str]:
    return [line.strip(" \t-*•") for line in re.split(r"[;\n]", typed) if line.strip(" \t-*•")]


def route(routes: Sequence[Route], category: str, severity: str) -> str:
    """Return the name of the team for feedback, "" for none: by the most specific route, then the first."""
    has = {category.casefold(), severity.casefold()}
    fitting = [one for one in routes if {word.casefold() for word in one.when} <= has]
    return max(fitting, key=lambda one: len(one.when)).team if fitting else ""


def team(teams: Sequence[Team], name: str) -> Team | None:
    """Return a team by its name, None for one that no longer exists."""
    return next((one for one in teams if one.name.casefold() == name.casefold()), None)
