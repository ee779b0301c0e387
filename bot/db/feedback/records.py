"""Records of feedback: people's decisions, what is shown, and where they were sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from bot.core.domain.feedback import ELSEWHERE, PAST, Feedback, FeedbackStatus
from bot.db.feedback.rows import COLUMNS, ROW, all_of, in_channel, is_post, one_of
from bot.db.feedback.trackers import decide_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.message import Place
    from bot.db.engine import Database

UNSHOWN_AT_ONCE = 500  # records


class SqlFeedbackRecords:
    """`bot.core.ports.feedback_store.FeedbackRecords` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def find(self, workspace: str, id_: int) -> Feedback | None:
        """Return a record."""
        return await one_of(self._reader, select(*COLUMNS).where(ROW.workspace == workspace, ROW.id == id_))

    async def at(self, place: Place) -> Feedback | None:
        """Return the record of a thread's post, or of the post that it belongs to."""
        its = select(func.coalesce(ROW.head, ROW.id)).where(*is_post(place)).scalar_subquery()
        return await one_of(self._reader, select(*COLUMNS).where(ROW.id == its))

    async def change(self, workspace: str, id_: int, **values: Any) -> Feedback | None:  # noqa: ANN401 - as the port has it
        """Change what people see of a record, as a new version; return the record. A past one keeps its status."""
        if "category" in values:
            values["corrected_at"] = datetime.now(UTC)
        values |= {"version": ROW.version + 1, "changed_at": datetime.now(UTC)}
        here = [ROW.workspace == workspace, ROW.id == id_]
        here += [ROW.status.not_in(PAST)] if "status" in values else []
        async with self._writer.begin() as connection:
            await connection.execute(update(ROW).where(*here).values(values))
            if "status" in values:
                await decide_here(connection, workspace, id_)
        return await self.find(workspace, id_)

    async def shown(self, workspace: str, id_: int, **values: Any) -> None:  # noqa: ANN401 - as the port has it
        """Record what is shown of a record."""
        async with self._writer.begin() as connection:
            await connection.execute(update(ROW).where(ROW.workspace == workspace, ROW.id == id_).values(values))

    async def unshown(self, before: datetime) -> Sequence[Feedback]:
        """Return the records whose newest version is older than a time and not shown yet."""
        late = ROW.version > ROW.shown_version, ROW.changed_at < before
        query = select(ROW.id).where(*late).order_by(ROW.id).limit(UNSHOWN_AT_ONCE)
        async with self._reader.connect() as connection:
            ids = (await connection.execute(query)).scalars().all()
        # There are hardly ever any: each start asks, and need not prepare to read whole records.
        return await all_of(self._reader, select(*COLUMNS).where(ROW.id.in_(ids)).order_by(ROW.id)) if ids else []

    async def assigned(self, workspace: str, person: str, limit: int) -> Sequence[Feedback]:
        """Return the records that a person works on, newest first."""
        query = select(*COLUMNS).where(ROW.workspace == workspace, ROW.assignee == person)
        query = query.where(ROW.status.in_((FeedbackStatus.OPEN, FeedbackStatus.TAKEN)))
        return await all_of(self._reader, query.order_by(ROW.id.desc()).limit(limit))


class SqlFeedbackRouting:
    """`bot.core.ports.feedback_store.FeedbackRouting` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def unrouted(self, place: Place, teams: Sequence[str], limit: int) -> Sequence[Feedback]:
        """Return a channel's open records of these teams that were not sent to them, oldest first."""
        query = select(*COLUMNS).where(*in_channel(place), ROW.team.in_(teams), ROW.routed == "")
        query = query.where(ROW.status.in_((FeedbackStatus.OPEN, FeedbackStatus.TAKEN)))
        return await all_of(self._reader, query.order_by(ROW.message, ROW.part).limit(limit))

    async def retry_routes(self, place: Place) -> Sequence[Feedback]:
        """Let records of a channel that could not be sent to their teams be sent again; return them."""
        here = *in_channel(place), ROW.routed == ELSEWHERE
        async with self._writer.begin() as connection:
            again = update(ROW).where(*here).values(routed="").returning(ROW.id)
            ids = list((await connection.execute(again)).scalars())
        return await all_of(self._reader, select(*COLUMNS).where(ROW.id.in_(ids)))

    async def routed_as(self, workspace: str, message: str) -> Sequence[Feedback]:
        """Return the records that a message to a team is about."""
        here = ROW.workspace == workspace, ROW.routed == message
        return await all_of(self._reader, select(*COLUMNS).where(*here).order_by(ROW.message, ROW.part))
