"""For how long words are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.domain.message import Place
from bot.core.domain.overrides import Overrides
from bot.core.privacy.retention import Limits

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WORKSPACE, CHANNEL = Place("T1", ""), Place("T1", "C1")


def limits(days: int, **own: object) -> Limits:
    places = {"workspace": WORKSPACE, "channel": CHANNEL}
    return Limits.of(days, {places[name]: Overrides({"retention_days": value}) for name, value in own.items()}, NOW)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_a_place_keeps_shorter_than_the_operator() -> None:
    found = limits(365, workspace=30, channel=7)
    assert (found.usual, found.workspaces, found.channels) == (ago(365), {"T1": ago(30)}, {("T1", "C1"): ago(7)})
    assert found.latest == ago(7)


def test_a_place_keeps_no_longer_than_the_operator() -> None:
    assert limits(30, channel=90).channels == {("T1", "C1"): ago(30)}


def test_a_channel_may_keep_longer_than_its_workspace() -> None:
    assert limits(365, workspace=30, channel=90).channels == {("T1", "C1"): ago(90)}


def test_a_place_has_a_limit_where_the_operator_has_none() -> None:
    found = limits(0, channel=7)
    assert (found.usual, found.channels, found.latest) == (None, {("T1", "C1"): ago(7)}, ago(7))
    assert limits(0).latest is None


def test_what_is_no_number_of_days_is_left() -> None:
    assert limits(0, channel="ten", workspace=None).latest is None
