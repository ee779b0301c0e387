"""The records of posts that are about several things."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from bot.core.domain.classification import Example
from bot.core.domain.feedback import PAST, FeedbackStatus
from bot.core.triage.splitting import find, rest
from bot.db.feedback.drafts import withdraw
from bot.db.feedback.rows import COLUMNS, ROW, all_of, feedback_of, in_channel, of_post
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.db.engine import Database

COPIED = ("workspace", "channel", "message", "person", "is_bot", "said_at", "permalink", "responded_at")


class SqlFeedbackSplits:
    """`bot.core.ports.feedback_splits.FeedbackSplits` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def of(self, place: Place) -> Sequence[Feedback]:
        """Return all records of a thread's post: first its own, then those of its further parts, past ones too."""
        return await all_of(self._reader, select(*COLUMNS).where(*of_post(place)).order_by(ROW.part))

    async def join(self, place: Place) -> Sequence[Feedback]:
        """Make one thing of a post, by a person's decision, and let it be sorted again; return the further records."""
        async with self._writer.begin() as connection:
            head = {"waits": True, "excerpt": "", "split_at": datetime.now(UTC)}
            await connection.execute(update(ROW).where(*of_post(place), ROW.part == 0).values(head))
            further = *of_post(place), ROW.part > 0, ROW.status.not_in(PAST)
            gone = update(ROW).where(*further).values(_ended(FeedbackStatus.JOINED)).returning(ROW.id)
            ids = list((await connection.execute(gone)).scalars())
            for id_ in ids:
                await withdraw(connection, place.workspace, id_)
        return await all_of(self._reader, select(*COLUMNS).where(ROW.id.in_(ids)).order_by(ROW.part))

    async def split(self, record: Feedback, words: str) -> Feedback:
        """Make a record of its own from words of a post, by a person's decision; it waits to be sorted."""
        now = datetime.now(UTC)
        async with self._writer.begin() as connection:
            last = select(func.max(ROW.part)).where(*of_post(record.place))
            values = _copied(record) | {"part": (await connection.execute(last)).scalar_one() + 1, "text": words}
            values |= {"waits": True, "status": FeedbackStatus.WAITING, "changed_at": now, "split_at": now}
            new = INSERT[connection.dialect.name](ROW).values(values).returning(*COLUMNS)
            made = feedback_of((await connection.execute(new)).one())
            await connection.execute(update(ROW).where(ROW.id == record.id).values(split_at=now))
            await keep_apart(connection, record)
        return made

    async def kept_whole(self, place: Place, limit: int) -> Sequence[Example]:
        """Return posts of a channel of which people said that they are about one thing, newest first."""
        part = aliased(ROW)
        apart = select(part.id).where(part.workspace == ROW.workspace, part.channel == ROW.channel)
        apart = apart.where(part.message == ROW.message, part.part > 0, part.status.not_in(PAST))
        query = select(ROW.text, ROW.category).where(*in_channel(place), ROW.part == 0, ROW.split_at.is_not(None))
        query = query.where(ROW.text != "", ~apart.exists()).order_by(ROW.split_at.desc()).limit(limit)
        async with self._reader.connect() as connection:
            return [Example(row.text, (row.category,)) for row in await connection.execute(query)]


async def further(connection: AsyncConnection, place: Place) -> list[Feedback]:
    """Return the records of a post's further parts, in their order, and lock them."""
    query = select(*COLUMNS).where(*of_post(place), ROW.part > 0).order_by(ROW.part).with_for_update()
    return [feedback_of(row) for row in await connection.execute(query)]


async def keep_apart(connection: AsyncConnection, whole: Feedback) -> None:
    """Keep those parts of a post that a person made, as far as their words still stand in it."""
    spans = []
    for one in await further(connection, whole.place):
        if one.status in PAST:
            continue
        if (span := find(one.text, whole.text)) is not None:
            spans.append(span)
        else:
            await connection.execute(update(ROW).where(ROW.id == one.id).values(_ended(FeedbackStatus.WITHDRAWN)))
    left = rest(whole.text, spans) if spans else ""
    await connection.execute(update(ROW).where(ROW.id == whole.id).values(excerpt=left))


async def withdraw_further(connection: AsyncConnection, place: Place, *, beyond: int = 0) -> None:
    """Withdraw the records of a post's parts with higher numbers than one."""
    gone = *of_post(place), ROW.part > beyond, ROW.status.not_in(PAST)
    ended = update(ROW).where(*gone).values(_ended(FeedbackStatus.WITHDRAWN)).returning(ROW.id)
    for id_ in (await connection.execute(ended)).scalars().all():
        await withdraw(connection, place.workspace, id_)


async def part_of(connection: AsyncConnection, whole: Feedback, part: int, words: str) -> Feedback:
    """Return the record of a post's part, with these words; it is made, or made again, if there is none."""
    there = next((one for one in await further(connection, whole.place) if one.part == part), None)
    now = datetime.now(UTC)
    if there is None:
        values = _copied(whole) | {"part": part, "text": words, "waits": False, "changed_at": now}
        new = INSERT[connection.dialect.name](ROW).values(values | {"status": FeedbackStatus.WAITING})
        return feedback_of((await connection.execute(new.returning(*COLUMNS))).one())
    values = {"text": words} | ({"status": FeedbackStatus.WAITING} if there.status in PAST else {})
    again = update(ROW).where(ROW.id == there.id).values(values).returning(*COLUMNS)
    return feedback_of((await connection.execute(again)).one())


def _copied(record: Feedback) -> dict[str, Any]:
    return {name: getattr(record, name) for name in COPIED}


def _ended(status: FeedbackStatus) -> dict[str, Any]:
    return {"status": status, "waits": False, "version": ROW.version + 1, "changed_at": datetime.now(UTC)}
