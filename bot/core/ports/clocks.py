"""The store of the clocks of feedback. Each method is one short transaction; a channel's place has no thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.core.domain.clock import Clock, ClockKind, ClockScore, TimedPost
    from bot.core.domain.message import Place


class ClockStore(Protocol):
    """Keeps the clocks, and what people were told because of them.

    A clock's `rule` names the settings that it was set by.
    """

    async def at(self, workspace: str, record: int) -> TimedPost | None:
        """Return a record with its clocks."""

    async def behind(
        self, place: Place, rule: str, since: datetime, after: tuple[str, int], limit: int
    ) -> Sequence[TimedPost]:
        """Return open records since a time whose clocks were not set by a rule, oldest first.

        They come after a record, given as its message and its part.
        """

    async def set(self, place: Place, rule: str, clocks: Mapping[int, Sequence[Clock]], *, escalates: bool) -> None:
        """Set the clocks of records; one that starts later than before is new, and people can be told of it again."""

    async def channels_due(self, now: datetime) -> Mapping[Place, str]:
        """Return the channels where someone is to be told something, each with a name for what is due there now."""

    async def due(self, place: Place, now: datetime, limit: int) -> Sequence[TimedPost]:
        """Return a channel's records that someone is to be told of, the lowest ids first."""

    async def postpone(self, place: Place, now: datetime, until: datetime) -> None:
        """Put off all that is due in a channel."""

    async def told(
        self, workspace: str, records: Sequence[int], at: datetime, *, escalated: bool, escalates: bool
    ) -> None:
        """Record that a team was told of records, of all of their clocks that were due `at` that time."""


class ClockFigures(Protocol):
    """What people read of clocks."""

    async def scores(self, place: Place, since: datetime, now: datetime) -> Mapping[ClockKind, ClockScore]:
        """Count the clocks of a channel's feedback since a time that are over or were stopped, by their kind."""

    async def overdue(
        self, workspace: str, now: datetime, *, channel: str = "", records: Sequence[int] = ()
    ) -> Mapping[int, datetime]:
        """Return since when open records are overdue, of a channel or among some."""
