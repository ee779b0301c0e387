from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.route import Route, Team, read_routes, read_teams, route, team
from bot.errors import UsageError

ROUTES = read_routes("Billing -> Payments; Bug report => Apps\nBug report + Critical → On-call")


def test_teams_are_read_as_typed() -> None:
    assert read_teams("Payments: #C123\n- On-call: <@U12|anna> @S34;") == (
        Team(name="Payments", channel="C123"),
        Team(name="On-call", people=("U12", "S34")),
    )


@pytest.mark.parametrize("typed", ["Payments", "Payments: nobody", ": #C1", "A: #C12 #C34", "A: #payments"])
def test_a_bad_team_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_teams(typed)


@pytest.mark.parametrize(
    ("category", "severity", "expected"),
    [
        ("Billing", "Low", "Payments"),
        ("bug REPORT", "Low", "Apps"),
        ("Bug report", "Critical", "On-call"),
        ("Praise", "Low", ""),
    ],
)
def test_the_route_that_names_most_counts(category: str, severity: str, expected: str) -> None:
    assert route(ROUTES, category, severity) == expected


def test_a_team_that_is_gone_is_none() -> None:
    assert team(read_teams("Payments: #C12"), "payments") == Team(name="Payments", channel="C12")
    assert team((), "Payments") is None


@given(st.text())
def test_any_text_is_read_or_refused(typed: str) -> None:
    for read in (read_teams, read_routes):
        try:
            found: tuple[Team | Route, ...] = read(typed)
        except UsageError:
            continue
        assert all(isinstance(one, Team | Route) for one in found)
