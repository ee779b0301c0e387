"""What is known of records' issues in trackers."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import and_, case, or_, select, update

from bot.core.domain.tracker import GITHUB, IssueComment, IssueState, TrackerIssue
from bot.db.feedback.rows import COLUMNS, ROW, feedback_of
from bot.db.tables import TrackerIssueRow
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Feedback
    from bot.db.engine import Database

ISSUE = TrackerIssueRow
_COLUMNS = [getattr(ISSUE, field.name) for field in fields(TrackerIssue)]
_LISTS: dict[str, TypeAdapter[Any]] = {
    "labels": TypeAdapter(tuple[str, ...]),
    "assignees": TypeAdapter(tuple[str, ...]),
    "comments": TypeAdapter(tuple[IssueComment, ...]),
}


class SqlTrackerStore:
    """`bot.core.ports.tracker_store.TrackerStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def find(self, workspace: str, record: int) -> TrackerIssue:
        """Return what is known of a record's issue."""
        query = select(*_COLUMNS).where(ISSUE.workspace == workspace, ISSUE.record == record)
        async with self._reader.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return TrackerIssue(record) if row is None else _issue_of(row)

    async def records_of(self, tracker: str, issue_id: str, address: str) -> Sequence[tuple[str, int]]:
        """Return the workspaces and ids of the records that an issue belongs to, by its id or its address."""
        by_id = and_(ISSUE.issue_id == issue_id, ISSUE.issue_id != "")
        is_its = ISSUE.tracker == tracker, ISSUE.address == address, ISSUE.address != ""  # others may give any link
        by_address = and_(*is_its, ISSUE.issue_id == "")
        query = select(ISSUE.workspace, ISSUE.record).where(or_(by_id, by_address))
        async with self._reader.connect() as connection:
            return [(row.workspace, row.record) for row in await connection.execute(query.order_by(ISSUE.record))]

    async def repositories(self) -> Sequence[str]:
        """Return the repositories where records have issues, closed ones, too: they may be opened again."""
        is_there = ISSUE.repository != "", ISSUE.state != IssueState.DELETED
        async with self._reader.connect() as connection:
            found = select(ISSUE.repository).where(*is_there).distinct().order_by(ISSUE.repository)
            return list((await connection.execute(found)).scalars())

    async def take_in(
        self, record: Feedback, before: TrackerIssue, issue: TrackerIssue, values: Mapping[str, Any] | None
    ) -> Feedback | None:
        """Save what an event says, and what it changes of the record as a new version; return the record."""
        here = ROW.workspace == record.workspace, ROW.id == record.id
        as_read = *here, ROW.version == record.version, ROW.status == record.status
        async with self._writer.begin() as connection:
            if (await connection.execute(select(ROW.id).where(*as_read).with_for_update())).one_or_none() is None:
                return None
            if known := {name: value for name, value in _values_of(issue).items() if value != _values_of(before)[name]}:
                await _save(connection, record, known)
            if values is not None:
                await connection.execute(update(ROW).where(*here).values(_changed(values, issue)))
            return feedback_of((await connection.execute(select(*COLUMNS).where(*here))).one())

    async def wrote(self, record: Feedback, **values: Any) -> None:  # noqa: ANN401 - as the port has it
        """Save what the bot itself has written to an issue: fields of `TrackerIssue`."""
        async with self._writer.begin() as connection:
            await _save(connection, record, _stored(values))

    async def told(self, record: Feedback, states: str, message: str) -> None:
        """Save the states that the author of a post was told of, and the message that told of the last one."""
        async with self._writer.begin() as connection:
            await _save(connection, record, {"told": states, "told_message": message})


async def decide_here(connection: AsyncConnection, workspace: str, record: int) -> None:
    """Record that someone here has set a record's status, in the transaction of `connection`."""
    here = ISSUE.workspace == workspace, ISSUE.record == record
    await connection.execute(update(ISSUE).where(*here).values(decides=False))


async def uncomment(connection: AsyncConnection, records: Sequence[int]) -> None:
    """Delete the comments on the issues of records that are gone: they may repeat their posts' words."""
    await connection.execute(update(ISSUE).where(ISSUE.record.in_(records)).values(comments=""))


async def _save(connection: AsyncConnection, record: Feedback, values: Mapping[str, Any]) -> None:
    of_post = {"workspace": record.workspace, "channel": record.channel, "thread": record.message}
    new = INSERT[connection.dialect.name](ISSUE)
    new = new.values({"record": record.id, "person": record.person, **of_post, **values})
    await connection.execute(new.on_conflict_do_update(index_elements=["record"], set_=values))


def _changed(values: Mapping[str, Any], issue: TrackerIssue) -> dict[str, Any]:
    """Return what changes of a record's row: the version, and that of its issue, if nothing was left to write there."""
    now = datetime.now(UTC)
    changed = {**values, "version": ROW.version + 1, "changed_at": now}
    if issue.tracker == GITHUB:
        is_written = ROW.issue_version >= ROW.version
        changed["issue_version"] = case((is_written, ROW.version + 1), else_=ROW.issue_version)
    return changed | ({"corrected_at": now} if "category" in values else {})


def _values_of(issue: TrackerIssue) -> dict[str, Any]:
    return _stored({field.name: getattr(issue, field.name) for field in fields(issue) if field.name != "record"})


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    lists = {
        name: kept.dump_json(tuple(values[name])).decode() if values[name] else ""
        for name, kept in _LISTS.items()
        if name in values
    }
    return {**values, **lists}


def _issue_of(row: Row[Any]) -> TrackerIssue:
    values = {field.name: getattr(row, field.name) for field in fields(TrackerIssue)}
    return TrackerIssue(**values | {name: kept.validate_json(values[name] or "[]") for name, kept in _LISTS.items()})
