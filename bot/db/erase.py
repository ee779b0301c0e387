"""Erasure on request: whose data is deleted, from which tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, or_, select, true, update
from sqlalchemy.orm import aliased

from bot.core.domain.feedback import FeedbackStatus
from bot.core.domain.knowledge import SourceKind
from bot.db.knowledge.articles import removals
from bot.db.personal_data import BLANKS, has_words, reads
from bot.db.tables import (
    AlertRow,
    ArticleRow,
    BudgetAccountRow,
    CallRow,
    ClassifyRunRow,
    ClockRow,
    CodeFileRow,
    DraftRow,
    FeedbackQuestionRow,
    FeedbackRow,
    KnowledgeGapRow,
    KnowledgePageRow,
    KnowledgeSourceRow,
    MessageRow,
    NoteRow,
    RatingRow,
    SettingsChangeRow,
    SettingsRow,
    SummaryPartRow,
    SummaryRunRow,
    ThreadRow,
    ToolCallRow,
    TrackerIssueRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Delete, Update

    from bot.core.privacy.forget import ErasureScope
    from bot.db.engine import Database
    from bot.db.tables import Base

    Step = tuple[type[Base], ColumnElement[bool], Delete | Update]


IN_PARTS = {KnowledgePageRow: 50}  # rows in one transaction: tens of thousands of passages may go with them


class SqlEraser:
    """Erases from a database, a short transaction per table or part of one. Costs are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(
        self, scope: ErasureScope, *, dry: bool = False, given: ColumnElement[bool] | None = None
    ) -> Mapping[str, int]:
        """Erase data; return how many rows of each table held some. `dry`: only count.

        `given` must hold when each table's rows are deleted; otherwise they stay.
        """
        counts: dict[str, int] = {}
        for table, condition, statement in steps(scope):
            engine = self._database.reader if dry else self._database.writer
            async with engine.begin() as connection:
                counted = select(func.count()).select_from(table).where(condition)
                count = int((await connection.execute(counted)).scalar_one())
                gone = statement if given is None else statement.where(given)
                rest = (await connection.execute(gone)).rowcount if count and not dry else 0
            while rest and table in IN_PARTS:
                async with engine.begin() as connection:
                    rest = (await connection.execute(gone)).rowcount
            counts[table.__tablename__] = counts.get(table.__tablename__, 0) + count
        return {name: count for name, count in counts.items() if count}


def steps(scope: ErasureScope) -> Iterator[Step]:
    """Return for each table, in order, which rows hold data, and how to erase it."""
    yield from _said_by(scope) if scope.person else _said_at(scope)
    for run in (SummaryRunRow, ClassifyRunRow):  # with their parts and items
        yield _gone(run, or_(_of(run, scope), *_read_elsewhere(run, scope)))
    yield _gone(NoteRow, _noted(scope))
    yield from _learned(scope)
    if scope.person:
        yield _decided_by(scope)
    for table, blank in BLANKS.items():
        if table is ArticleRow:  # which has gone whole
            continue
        told = and_(has_words(table), _of(table, scope))
        yield table, told, update(table).where(told).values(blank)
    if not (scope.channel or scope.person):
        yield from _whole(scope)


def _whole(scope: ErasureScope) -> Iterator[Step]:
    """Erase all of a workspace except the counts, and the people from those."""
    whole = (
        *(SettingsRow, SettingsChangeRow, AlertRow, RatingRow, BudgetAccountRow, ToolCallRow, FeedbackQuestionRow),
        *(TrackerIssueRow, ClockRow),
    )
    for table in whole:
        yield _gone(table, _of(table, scope))
    people = {CallRow: ("person",), FeedbackRow: ("person", "corrected_by", "assignee"), DraftRow: ("person", "by")}
    for counted, names in people.items():
        rows = and_(_of(counted, scope), or_(*(getattr(counted, name) != "" for name in names)))
        yield counted, rows, update(counted).where(rows).values(dict.fromkeys(names, ""))


def _said_at(scope: ErasureScope) -> Iterator[Step]:
    threads = _of(ThreadRow, scope)
    ids = select(ThreadRow.id).where(threads)
    yield _gone(CodeFileRow, CodeFileRow.thread_id.in_(ids))
    yield _gone(MessageRow, MessageRow.thread_id.in_(ids))
    yield _gone(ThreadRow, threads)


def _said_by(scope: ErasureScope) -> Iterator[Step]:
    """Delete the threads that a person had alone with the bot; in others, blank their messages."""
    here = ThreadRow.workspace == scope.workspace
    theirs = exists().where(MessageRow.thread_id == ThreadRow.id, MessageRow.author == scope.person)
    others = exists().where(MessageRow.thread_id == ThreadRow.id, MessageRow.author.not_in(["", scope.person]))
    alone = and_(here, theirs, ~others)
    ids = select(ThreadRow.id).where(alone)
    yield _gone(CodeFileRow, CodeFileRow.thread_id.in_(ids))
    yield (
        MessageRow,
        MessageRow.thread_id.in_(ids),
        delete(ThreadRow).where(alone),
    )  # and with the threads their messages
    # A summary may repeat what they said; it is made again from what is left.
    repeats = and_(here, theirs, others, or_(ThreadRow.summary.is_not(None), ThreadRow.people.is_not(None)))
    yield ThreadRow, repeats, update(ThreadRow).where(repeats).values(summary=None, summary_until=0, people=None)
    # Of where others only mentioned them, their name goes.
    named = and_(here, ~theirs, ThreadRow.people.contains(scope.person, autoescape=True))
    yield ThreadRow, named, update(ThreadRow).where(named).values(people=None)
    held = or_(MessageRow.text != "", MessageRow.files.is_not(None))
    in_others = MessageRow.thread_id.in_(select(ThreadRow.id).where(here, ~alone))
    said = and_(held, MessageRow.author == scope.person, in_others)
    blank = {"text": "", "search_words": None, "files": None, "is_deleted": True}
    yield MessageRow, said, update(MessageRow).where(said).values(blank)


def _read_elsewhere(run: type[SummaryRunRow | ClassifyRunRow], scope: ErasureScope) -> Iterator[ColumnElement[bool]]:
    """Select the runs that have read what is erased, wherever they are."""
    here = run.workspace == scope.workspace
    if scope.channel and (run is SummaryRunRow or not scope.thread):
        yield and_(here, reads(run, scope.workspace, scope.channel, scope.thread))
    if scope.person and run is SummaryRunRow:
        named = SummaryPartRow.content.contains(json.dumps(scope.person), autoescape=True)
        yield and_(here, exists().where(SummaryPartRow.run_id == SummaryRunRow.id, named))


def _learned(scope: ErasureScope) -> Iterator[Step]:
    """Erase what people said, of knowledge; other sources stay as settings do, unless it is a whole workspace."""
    page, source = KnowledgePageRow, KnowledgeSourceRow
    said = page.people.contains(f" {scope.person} ", autoescape=True)
    pages = and_(page.workspace == scope.workspace, said) if scope.person else _of(page, scope)
    some = select(page.id).where(pages).limit(IN_PARTS[page])
    wrote = ArticleRow.people.contains(f" {scope.person} ", autoescape=True)
    articles = and_(ArticleRow.workspace == scope.workspace, wrote) if scope.person else _of(ArticleRow, scope)
    if scope.channel or scope.person:
        yield from ((ArticleRow, *removal) for removal in removals(articles))
    else:
        yield _gone(ArticleRow, articles)
    # An article is made of a few messages: without those of one person, it says something else.
    written = and_(source.kind == SourceKind.ARTICLE, source.id.in_(select(page.source_id).where(pages)))
    yield _gone(source, written)
    yield page, pages, delete(page).where(page.id.in_(some))
    yield _gone(KnowledgeGapRow, _of(KnowledgeGapRow, scope))
    if not (scope.thread or scope.person):
        theirs = and_(source.kind == SourceKind.CHANNEL, source.address == scope.channel)
        yield _gone(source, and_(source.workspace == scope.workspace, theirs if scope.channel else true()))


def _noted(scope: ErasureScope) -> ColumnElement[bool]:
    """Match the notes of a place, or those that a person wrote, kept or edited."""
    if not scope.person:
        return _of(NoteRow, scope)
    theirs = [column == scope.person for column in (NoteRow.author, NoteRow.changed_by, NoteRow.owner)]
    return and_(NoteRow.workspace == scope.workspace, or_(*theirs))


def _decided_by(scope: ErasureScope) -> Step:
    """Blank what a person wrote about drafts, and into them, which were for others."""
    wrote = or_(DraftRow.comment != "", DraftRow.sent_text != "")
    theirs = and_(DraftRow.workspace == scope.workspace, DraftRow.by == scope.person, wrote)
    return DraftRow, theirs, update(DraftRow).where(theirs).values(comment="", sent_text="")


def _gone(table: type[Base], rows: ColumnElement[bool]) -> Step:
    return table, rows, delete(table).where(rows)


def _of(table: Any, scope: ErasureScope) -> ColumnElement[bool]:  # noqa: ANN401 (a table that has these columns)
    """Match a table's rows that belong to a person or a place; a feedback post has its own id as thread."""
    asked = {name: value for name in ("channel", "person") if (value := getattr(scope, name))}
    rows = [table.workspace == scope.workspace, *(getattr(table, name) == value for name, value in asked.items())]
    if scope.thread:
        rows.append(_of_post(scope.thread) if table is FeedbackRow else table.thread == scope.thread)
    return and_(*rows)


def _of_post(message: str) -> ColumnElement[bool]:
    """Match a feedback post, and the answers in its thread."""
    post = aliased(FeedbackRow)
    heads = select(post.id).where(post.message == message, post.workspace == FeedbackRow.workspace)
    is_answer = and_(FeedbackRow.status == FeedbackStatus.ANSWER, FeedbackRow.head.in_(heads))
    return or_(FeedbackRow.message == message, is_answer)
