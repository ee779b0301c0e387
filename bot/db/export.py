"""A person's data: all that the bot keeps of somebody, for them to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.db.tables import Call, ClassifyItem, ClassifyRun, CodeFile, Feedback, Message, Rating, SummaryRun, Thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Select

    from bot.db.engine import Database


async def export(database: Database, workspace: str, person: str) -> AsyncIterator[dict[str, Any]]:
    """Return a person's rows, one after the other, each with its `table`. Raises what the database raises."""
    for table, query in _queries(workspace, person):
        async with database.reader.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        for row in rows:
            yield {"table": table, **row}


def _queries(workspace: str, person: str) -> list[tuple[str, Select[*tuple[Any, ...]]]]:
    where = Thread.channel, Thread.thread
    said = select(Message.__table__, *where).join(Thread, Thread.id == Message.thread_id)
    spoken = select(Message.thread_id).where(Message.author == person)
    files = select(CodeFile.__table__, *where).join(Thread, Thread.id == CodeFile.thread_id)
    items = select(ClassifyItem.__table__).join(ClassifyRun, ClassifyRun.id == ClassifyItem.run)
    here = Thread.workspace == workspace
    own = ClassifyRun.workspace == workspace, ClassifyRun.person == person
    return [
        ("messages", said.where(here, Message.author == person).order_by(Message.id)),
        ("code_files", files.where(here, CodeFile.thread_id.in_(spoken)).order_by(CodeFile.id)),
        ("classify_items", items.where(*own)),
        *(
            (table.__tablename__, select(table.__table__).where(table.workspace == workspace, table.person == person))
            for table in (SummaryRun, ClassifyRun, Rating, Feedback, Call)
        ),
    ]
