"""A person's data: everything that the bot stores about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from bot.db.tables import (
    ArticleRow,
    CallRow,
    ClassifyItemRow,
    ClassifyRunRow,
    CodeFileRow,
    DraftRow,
    FeedbackRow,
    KnowledgeGapRow,
    KnowledgePageRow,
    KnowledgePassageRow,
    MessageRow,
    NoteRow,
    RatingRow,
    SummaryRunRow,
    ThreadRow,
    TrackerIssueRow,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import ColumnElement, Select

    from bot.db.engine import Database
    from bot.db.tables import Base


async def export(database: Database, workspace: str, person: str) -> AsyncIterator[dict[str, Any]]:
    """Return a person's rows, one after the other, each with its `table`. Raises what the database raises."""
    for table, query in _queries(workspace, person):
        async with database.reader.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        for row in rows:
            yield {"table": table, **row}


def _queries(workspace: str, person: str) -> list[tuple[str, Select[*tuple[Any, ...]]]]:
    where = ThreadRow.channel, ThreadRow.thread
    said = select(*_columns(MessageRow), *where).join(ThreadRow, ThreadRow.id == MessageRow.thread_id)
    spoken = select(MessageRow.thread_id).where(MessageRow.author == person)
    files = select(CodeFileRow.__table__, *where).join(ThreadRow, ThreadRow.id == CodeFileRow.thread_id)
    items = select(ClassifyItemRow.__table__).join(ClassifyRunRow, ClassifyRunRow.id == ClassifyItemRow.run)
    here = ThreadRow.workspace == workspace
    own = ClassifyRunRow.workspace == workspace, ClassifyRunRow.person == person
    noted = or_(NoteRow.author == person, NoteRow.changed_by == person, NoteRow.owner == person)
    page, passage = KnowledgePageRow, KnowledgePassageRow
    learned = select(*_columns(passage), page.channel, page.thread).join(page, page.id == passage.page_id)
    learned = learned.where(page.workspace == workspace, page.people.contains(f" {person} ", autoescape=True))
    return [
        ("messages", said.where(here, MessageRow.author == person).order_by(MessageRow.id)),
        ("code_files", files.where(here, CodeFileRow.thread_id.in_(spoken)).order_by(CodeFileRow.id)),
        ("classify_items", items.where(*own)),
        ("notes", select(NoteRow.__table__).where(NoteRow.workspace == workspace, noted).order_by(NoteRow.id)),
        ("knowledge_passages", learned.order_by(passage.id)),
        *(
            (table.__tablename__, select(*_columns(table)).where(table.workspace == workspace, table.person == person))
            for table in (
                *(SummaryRunRow, ClassifyRunRow, RatingRow, FeedbackRow, DraftRow, TrackerIssueRow, KnowledgeGapRow),
                ArticleRow,
                CallRow,
            )
        ),
    ]


def _columns(table: type[Base]) -> list[ColumnElement[Any]]:
    """Return a table's columns, but the words that a text is found by, which is there itself."""
    return [column for column in table.__table__.columns if column.name != "search_words"]
