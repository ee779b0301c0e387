"""Drafts of answers: what is wanted, and what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, false, func, or_, select, true, update

from bot.core.domain.draft import (
    OPEN_STATES,
    Draft,
    DraftExample,
    DraftState,
    DraftTally,
    digest,
)
from bot.core.domain.tool import SourceLink
from bot.db.feedback.rows import COLUMNS, OWN_WORDS, ROW, feedback_of, parts_of
from bot.db.tables import DraftRow
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.db.engine import Database

MOST_VERSIONS = 20  # of one post, that are looked at
_FIELDS = [field.name for field in fields(Draft)]
_COLUMNS = [getattr(DraftRow, name) for name in _FIELDS]
_SENT = DraftRow.state.in_((DraftState.SENT, DraftState.REOPENED))
_IS_UNCHANGED = and_(DraftRow.state == DraftState.SENT, ~DraftRow.is_edited)


class SqlDraftStore:
    """`bot.core.ports.draft_store.DraftStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def find(self, workspace: str, draft: int) -> Draft | None:
        """Return a draft."""
        query = select(*_COLUMNS).where(DraftRow.workspace == workspace, DraftRow.id == draft)
        async with self._reader.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _draft_of(row)

    async def of_record(self, record: Feedback) -> Sequence[Draft]:
        """Return a record's drafts, one for each version of its post, the newest last."""
        query = select(*_COLUMNS).where(DraftRow.workspace == record.workspace, DraftRow.record == record.id)
        async with self._reader.connect() as connection:
            rows = (await connection.execute(query.order_by(DraftRow.created_at.desc()).limit(MOST_VERSIONS))).all()
        return [_draft_of(row) for row in reversed(rows)]

    async def question(self, record: Feedback) -> Feedback:
        """Return a record as it is now, with the words of all its posts."""
        query = select(*COLUMNS).where(ROW.workspace == record.workspace, ROW.id == record.id)
        async with self._reader.connect() as connection:
            head = feedback_of((await connection.execute(query)).one())
            return head.with_parts((await parts_of(connection, [record.id])).get(record.id, ()))

    async def change(self, draft: Draft, state: DraftState, **values: Any) -> Draft | None:  # noqa: ANN401 - as the port has it
        """Change a draft, unless someone has changed it since it was read; return it, None where nothing was done."""
        now = datetime.now(UTC)
        if "sources" in values:
            values["sources"] = _sources_json(values["sources"])
        if state in {DraftState.SENT, DraftState.REOPENED, DraftState.DISCARDED}:
            values["decided_at"] = now
        values |= {"state": state, "version": draft.version + 1, "changed_at": now}
        same = DraftRow.workspace == draft.workspace, DraftRow.id == draft.id, DraftRow.version == draft.version
        async with self._writer.begin() as connection:
            changed = update(DraftRow).where(*same).values(values).returning(*_COLUMNS)
            row = (await connection.execute(changed)).one_or_none()
        return None if row is None else _draft_of(row)

    async def shown(self, draft: Draft, message: str) -> None:
        """Record where a draft is shown to its team."""
        here = DraftRow.workspace == draft.workspace, DraftRow.id == draft.id
        async with self._writer.begin() as connection:
            await connection.execute(update(DraftRow).where(*here).values(shown=message))

    async def unsent(self, before: datetime) -> Sequence[Draft]:
        """Return the drafts that were to be sent before a time, and still are."""
        query = select(*_COLUMNS).where(DraftRow.state == DraftState.SENDING, DraftRow.changed_at < before)
        async with self._reader.connect() as connection:
            return [_draft_of(row) for row in await connection.execute(query.order_by(DraftRow.changed_at).limit(100))]


class SqlDraftHistory:
    """`bot.core.ports.draft_store.DraftHistory` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader = database.reader

    async def examples(self, place: Place, limit: int) -> Sequence[DraftExample]:
        """Return the newest drafts that were edited or discarded, as far as their words are still there."""
        told = or_(
            and_(DraftRow.state == DraftState.SENT, DraftRow.is_edited, DraftRow.sent_text != ""),
            DraftRow.state == DraftState.DISCARDED,
        )
        columns = DraftRow.text, DraftRow.sent_text, DraftRow.reason, DraftRow.comment
        query = select(OWN_WORDS.label("question"), *columns).join(ROW, ROW.id == DraftRow.record)
        query = query.where(*_in_channel(place), told, DraftRow.text != "", ROW.text != "")
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.order_by(DraftRow.decided_at.desc()).limit(limit))
            return [DraftExample(row.question, row.text, row.sent_text, row.reason, row.comment) for row in rows]

    async def unchanged(self, place: Place, category: str, limit: int) -> Sequence[bool]:
        """Return of a category's newest drafts that a person decided about, whether each went out as it was."""
        decided = or_(DraftRow.state.in_((DraftState.DISCARDED, DraftState.REOPENED)), and_(_SENT, ~DraftRow.is_auto))
        query = select(_IS_UNCHANGED).where(*_in_channel(place), DraftRow.category == category, decided)
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.order_by(DraftRow.decided_at.desc()).limit(limit))
            return [bool(row[0]) for row in rows]

    async def tallies(self, place: Place, since: datetime) -> Mapping[str, DraftTally]:
        """Return what became of the drafts since a time, by category."""
        by_hand = ~DraftRow.is_auto
        counts = (
            func.sum(case((and_(_IS_UNCHANGED, by_hand), 1), else_=0)),
            func.sum(case((and_(_SENT, DraftRow.is_edited), 1), else_=0)),
            func.sum(case((DraftRow.state == DraftState.DISCARDED, 1), else_=0)),
            func.sum(case((and_(_SENT, DraftRow.is_auto), 1), else_=0)),
            func.sum(case((DraftRow.state == DraftState.REOPENED, 1), else_=0)),
        )
        query = select(DraftRow.category, *counts).where(*_in_channel(place), DraftRow.decided_at >= since)
        async with self._reader.connect() as connection:
            rows = await connection.execute(query.group_by(DraftRow.category))
            return {row[0]: DraftTally(*map(int, row[1:])) for row in rows}

    async def written_since(self, place: Place, since: datetime) -> int:
        """Count the drafts that were asked of the model since a time."""
        never = DraftState.WANTED, DraftState.NOT_WRITTEN
        query = select(func.count()).select_from(DraftRow)
        query = query.where(*_in_channel(place), DraftRow.created_at >= since, DraftRow.state.not_in(never))
        async with self._reader.connect() as connection:
            return int((await connection.execute(query)).scalar_one())


async def follow(connection: AsyncConnection, record: Feedback, *, wants_draft: bool) -> None:
    """Let a record's drafts follow its post, in the transaction that sorts it; `record` has all of its words.

    What was drafted for other words is stale, or outdated if it was sent. One for the same words counts again.
    """
    now, words = datetime.now(UTC), digest(record)
    here = _of(record.workspace, record.id)
    if not wants_draft and (await connection.execute(select(DraftRow.id).where(*here).limit(1))).first() is None:
        return
    changed = {"version": DraftRow.version + 1, "changed_at": now}
    others = *here, DraftRow.digest != words
    stale = update(DraftRow).where(*others, DraftRow.state.in_(OPEN_STATES))
    await connection.execute(stale.values(changed | {"state": DraftState.STALE}))
    for old, is_outdated in ((others, true()), ((*here, DraftRow.digest == words), false())):
        sent = update(DraftRow).where(*old, _SENT, DraftRow.is_outdated != is_outdated)
        await connection.execute(sent.values(changed | {"is_outdated": is_outdated}))
    if not wants_draft:
        return
    new = INSERT[connection.dialect.name](DraftRow).values(
        workspace=record.workspace,
        channel=record.channel,
        thread=record.message,
        person=record.person,
        record=record.id,
        digest=words,
        state=DraftState.WANTED,
        created_at=now,
        changed_at=now,
    )
    again = changed | {
        "state": case((DraftRow.text == "", DraftState.WANTED), else_=DraftState.READY),
        "created_at": now,
    }
    was_stale = DraftRow.state == DraftState.STALE
    await connection.execute(
        new.on_conflict_do_update(index_elements=["record", "digest"], set_=again, where=was_stale)
    )


async def withdraw(connection: AsyncConnection, workspace: str, record: int) -> None:
    """Drop the drafts of a post that is gone, in the transaction that withdraws it; what was sent stays."""
    open_ = *_of(workspace, record), DraftRow.state.in_((*OPEN_STATES, DraftState.STALE))
    gone = {"state": DraftState.STALE, "text": "", "sources": None, "version": DraftRow.version + 1}
    await connection.execute(update(DraftRow).where(*open_).values(gone | {"changed_at": datetime.now(UTC)}))


def _of(workspace: str, record: int) -> tuple[ColumnElement[bool], ...]:
    return DraftRow.workspace == workspace, DraftRow.record == record


def _in_channel(place: Place) -> tuple[ColumnElement[bool], ...]:
    return DraftRow.workspace == place.workspace, DraftRow.channel == place.channel


def _draft_of(row: Row[*tuple[Any, ...]]) -> Draft:
    draft = Draft(**dict(zip(_FIELDS, row, strict=True)))
    return replace(draft, state=DraftState(draft.state), sources=_sources(row.sources))


def _sources_json(sources: Sequence[SourceLink]) -> str | None:
    return json.dumps([asdict(one) for one in sources], ensure_ascii=False) if sources else None


def _sources(kept: str | None) -> tuple[SourceLink, ...]:
    return tuple(SourceLink(**one) for one in json.loads(kept or "[]"))
