"""What reports lack, which posts were asked about that, and the answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.needs import Completeness
from bot.db.feedback.rows import POST, ROW, in_channel, is_post, of_post
from bot.db.tables import FeedbackQuestionRow
from bot.db.threads import files_json
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Update
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import IncomingMessage, Place
    from bot.db.engine import Database

QUESTION = FeedbackQuestionRow
NOTHING = json.dumps([])
MOST_ANSWERS = 10  # in a post's thread: people write one thing at a time
ANSWERABLE = (FeedbackStatus.OPEN, FeedbackStatus.TAKEN)


class SqlFeedbackQuestions:
    """`bot.core.ports.feedback_questions.FeedbackQuestions` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def of(self, record: Feedback) -> Completeness:
        """Return what a record lacks."""
        query = select(QUESTION.missing, QUESTION.added, QUESTION.asked_by)
        query = query.where(QUESTION.record == record.id, QUESTION.workspace == record.workspace)
        async with self._reader.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Completeness() if row is None else Completeness(_read(row[0]), _read(row[1]), bool(row[2]))

    async def claim(self, record: Feedback, reference: str) -> bool:
        """Return whether the job of this reference is to ask about a record's post: of all that try, only one ever."""
        asked = _about(record.place)
        async with self._writer.begin() as connection:
            query = select(QUESTION.asked_by).where(*asked).with_for_update()
            claims = set((await connection.execute(query)).scalars())
            if not claims <= {"", reference} or (claims == {""} and await _is_to_be_sorted(connection, record)):
                return False
            await connection.execute(update(QUESTION).where(*asked).values(asked_by=reference))
            return bool(claims)

    async def answer(self, incoming: IncomingMessage, said_at: datetime, permalink: str) -> bool:
        """Save a reply of the post's writer, once; return whether it makes a record wait to be sorted again."""
        its = select(func.coalesce(ROW.head, ROW.id)).where(
            *is_post(incoming.place), ROW.status != FeedbackStatus.ANSWER
        )
        part = aliased(ROW)
        lacks = select(QUESTION.record).join(part, part.id == QUESTION.record).where(part.status.in_(ANSWERABLE))
        lacks = lacks.where(QUESTION.workspace == ROW.workspace, QUESTION.channel == ROW.channel)
        lacks = lacks.where(QUESTION.message == ROW.message, QUESTION.missing != NOTHING)
        is_open = or_(ROW.status == FeedbackStatus.WAITING, lacks.exists())
        head = select(ROW.id).where(ROW.id == its.scalar_subquery(), ROW.person == incoming.author, is_open)
        head = head.where(or_(ROW.text != "", ROW.files.is_not(None)))
        async with self._reader.connect() as connection:
            id_ = (await connection.execute(head)).scalar_one_or_none()
        if id_ is None:
            return False
        values = {
            "workspace": incoming.place.workspace,
            "channel": incoming.place.channel,
            "message": incoming.id,
            "person": incoming.author,
            "is_bot": False,
            "text": incoming.text,  # found where it is said, in the history of its thread
            "files": files_json(incoming.files),
            "said_at": said_at,
            "permalink": permalink,
            "head": id_,
            "waits": False,
            "status": FeedbackStatus.ANSWER,
            "changed_at": datetime.now(UTC),
        }
        answers = select(func.count()).where(ROW.head == id_, ROW.status == FeedbackStatus.ANSWER)
        async with self._writer.begin() as connection:
            if (await connection.execute(answers)).scalar_one() >= MOST_ANSWERS:
                return False
            new = INSERT[connection.dialect.name](ROW).values(values)
            once = new.on_conflict_do_nothing(index_elements=POST)
            if (await connection.execute(once.returning(ROW.id))).scalar_one_or_none() is not None:
                await connection.execute(_those_it_may_complete(incoming.place, id_).values(waits=True))
                return True
            # It is there, but its job may not have been accepted.
            still = select(ROW.waits).where(ROW.id == id_)
            return bool((await connection.execute(still)).scalar_one_or_none())


async def keep_missing(connection: AsyncConnection, place: Place, record: int, missing: Sequence[str]) -> None:
    """Keep what a record lacks, in the transaction that sorts it; what it no longer lacks was added to it."""
    query = select(QUESTION.missing, QUESTION.added, QUESTION.asked_by).where(QUESTION.record == record)
    row = (await connection.execute(query.with_for_update())).one_or_none()
    if row is not None:
        known = [*_read(row.added), *(_read(row.missing) if row.asked_by else ())]
        added = [one for one in dict.fromkeys(known) if one not in missing]
        values = {"missing": json.dumps(list(missing)), "added": json.dumps(added)}
        await connection.execute(update(QUESTION).where(QUESTION.record == record).values(values))
    elif missing:
        new = INSERT[connection.dialect.name](QUESTION).values(
            record=record,
            workspace=place.workspace,
            channel=place.channel,
            message=place.thread,
            missing=json.dumps(list(missing)),
            added=NOTHING,
            asked_by="",
        )
        await connection.execute(new)


async def _is_to_be_sorted(connection: AsyncConnection, record: Feedback) -> bool:
    """Return whether its writer has said more: what that does not tell can be asked when it was sorted."""
    query = select(ROW.id).where(*of_post(record.place), ROW.waits).limit(1)
    return (await connection.execute(query)).one_or_none() is not None


def _those_it_may_complete(place: Place, id_: int) -> Update:
    """Update a record whose writer says more; where a person split its post, also what else lacks something."""
    head = aliased(ROW)
    message = select(head.message).where(head.id == id_, head.split_at.is_not(None)).scalar_subquery()
    lacks = exists().where(QUESTION.record == ROW.id, QUESTION.missing != NOTHING)
    others = and_(*in_channel(place), ROW.message == message, ROW.status.in_(ANSWERABLE), lacks)
    return update(ROW).where(or_(ROW.id == id_, others))


def _about(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Match what is asked about a thread's post."""
    here = QUESTION.workspace == place.workspace, QUESTION.channel == place.channel
    return (*here, QUESTION.message == place.thread)


def _read(names: str) -> tuple[str, ...]:
    return tuple(json.loads(names))
