"""Runs of /classify: their items, verdicts and corrections."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import Select, bindparam, delete, func, insert, literal, null, select, update

from bot.core.domain.classification import ClassifyRun, Example, RunStatus, Sorted, Verdict
from bot.core.domain.classify_item import Item
from bot.core.domain.thread import Record
from bot.db.tables import ClassifyItemRow, ClassifyRunRow
from bot.db.threads import record
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from bot.calls import Call
    from bot.core.domain.message import Place
    from bot.db.engine import Database

PAGE = 500  # items in one transaction: SQLite has one writer, which must not be kept long
CELLS = 20_000  # of a page, at most: writing them as JSON keeps everyone waiting

_RUN = TypeAdapter(ClassifyRun)


class SqlClassifyRunStore:
    """`bot.core.ports.classify_store.ClassifyRunStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def find(self, workspace: str, run: str) -> ClassifyRun | None:
        """Return a run of a workspace, None if it has none with that id."""
        async with self._reader.connect() as connection:
            query = select(ClassifyRunRow.sheet, ClassifyRunRow.state, ClassifyRunRow.calls, ClassifyRunRow.dollars)
            here = ClassifyRunRow.workspace == workspace, ClassifyRunRow.id == run
            row = (await connection.execute(query.where(*here))).one_or_none()
        if row is None:
            return None
        return replace(_RUN.validate_json(row.sheet), state=json.loads(row.state), calls=row.calls, dollars=row.dollars)

    async def create(self, run: ClassifyRun, items: Sequence[Item]) -> None:
        """Save a run and its items, page by page; what an earlier attempt left is replaced."""
        where = {"workspace": run.place.workspace, "channel": run.place.channel, "thread": run.place.thread}
        values = where | {"id": run.id, "person": run.asker.person, "created_at": datetime.now(UTC)}
        values |= {"status": RunStatus.READING, "sheet": _sheet(replace(run, status=RunStatus.READING))}
        async with self._writer.begin() as connection:
            new = INSERT[connection.dialect.name](ClassifyRunRow).values(**values, state="{}", calls=0, dollars=0.0)
            # One that is there keeps its state: what is visible of it.
            await connection.execute(new.on_conflict_do_nothing(index_elements=["id"]))
            await connection.execute(delete(ClassifyItemRow).where(ClassifyItemRow.run == run.id))
        for page in _pages_of(items):
            rows = [
                {"run": run.id, "number": one.number, "text": one.text, "source": one.source}
                | {"cells": json.dumps(one.cells)}
                for one in page
            ]
            async with self._writer.begin() as connection:
                await connection.execute(insert(ClassifyItemRow), rows)
        await self.change(run)

    async def change(self, run: ClassifyRun) -> None:
        """Save a run's categories, status and options; not its costs or state."""
        changed = update(ClassifyRunRow).where(ClassifyRunRow.id == run.id).values(sheet=_sheet(run), status=run.status)
        async with self._writer.begin() as connection:
            await connection.execute(changed)

    async def keep(self, run: str, key: str, value: str) -> None:
        """Save one value of a run's state."""
        here = ClassifyRunRow.id == run
        async with self._writer.begin() as connection:
            query = select(ClassifyRunRow.state).where(here).with_for_update()
            if (state := (await connection.execute(query)).scalar_one_or_none()) is not None:
                kept = json.dumps(json.loads(state) | {key: value})
                await connection.execute(update(ClassifyRunRow).where(here).values(state=kept))

    async def running(self, place: Place) -> Sequence[str]:
        """Return the ids of the active runs in a thread."""
        here = {"workspace": place.workspace, "channel": place.channel, "thread": place.thread}
        query = select(ClassifyRunRow.id).filter_by(**here, status=RunStatus.RUNNING)
        async with self._reader.connect() as connection:
            return list((await connection.execute(query)).scalars())

    async def batched(self) -> Sequence[tuple[str, str]]:
        """Return the workspaces and ids of the runs that wait for a batch."""
        query = select(ClassifyRunRow.workspace, ClassifyRunRow.id).where(ClassifyRunRow.status == RunStatus.BATCHED)
        async with self._reader.connect() as connection:
            return [(row.workspace, row.id) for row in await connection.execute(query)]


class SqlClassifyItemStore:
    """`bot.core.ports.classify_store.ClassifyItemStore` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def unsorted(self, run: str) -> AsyncIterator[Sequence[Item]]:
        """Return the items that have no verdict, in their order, page by page."""
        columns = (ClassifyItemRow.number, ClassifyItemRow.text, ClassifyItemRow.source)
        async for page in self._pages(select(*columns).where(ClassifyItemRow.run == run, ~_HAS_VERDICT)):
            yield [Item(*row) for row in page]

    async def results(self, run: str) -> AsyncIterator[Sequence[Sorted]]:
        """Return the items that have a verdict, in their order, page by page."""
        async for page in self._pages(_sorted_query(run)):
            yield [_sorted(row) for row in page]

    async def count_sorted(self, run: str) -> int:
        """Count the items that have a verdict."""
        query = select(func.count()).where(ClassifyItemRow.run == run, _HAS_VERDICT)
        async with self._reader.connect() as connection:
            return (await connection.execute(query)).scalar_one()

    async def save(
        self, run: ClassifyRun, verdicts: Sequence[Verdict], calls: Sequence[Call], dollars: float | None
    ) -> None:
        """Save verdicts, and their calls in the ledger, in one transaction."""
        here = ClassifyItemRow.run == bindparam("the_run"), ClassifyItemRow.number == bindparam("the_number")
        columns = ("categories", "confidence", "evidence")
        sorted_ = update(ClassifyItemRow).where(*here).values({name: bindparam(f"its_{name}") for name in columns})
        values = [
            {
                "the_run": run.id,
                "the_number": verdict.number,
                "its_categories": json.dumps(verdict.categories),
                "its_confidence": verdict.confidence,
                "its_evidence": verdict.evidence,
            }
            for verdict in verdicts
        ]
        cost = null() if dollars is None else literal(dollars)
        paid = {"calls": ClassifyRunRow.calls + len(calls), "dollars": ClassifyRunRow.dollars + cost}
        async with self._writer.begin() as connection:
            if values:
                # By the connection, as the table has two keys of ours, and no object is kept anywhere.
                await connection.execute(sorted_.execution_options(synchronize_session=None), values)
            await connection.execute(update(ClassifyRunRow).where(ClassifyRunRow.id == run.id).values(paid))
            await connection.run_sync(record, Record(run.place, run.asker.person, calls=tuple(calls)))

    async def correct(self, run: str, number: int, categories: tuple[str, ...], person: str) -> bool:
        """Save a person's correction of an item; return False if there is no such item."""
        here = ClassifyItemRow.run == run, ClassifyItemRow.number == number
        values = {"categories": json.dumps(categories), "corrected_by": person, "corrected_at": datetime.now(UTC)}
        async with self._writer.begin() as connection:
            return (await connection.execute(update(ClassifyItemRow).where(*here).values(values))).rowcount == 1

    async def corrections(self, place: Place, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, newest first."""
        here = ClassifyRunRow.workspace == place.workspace, ClassifyRunRow.channel == place.channel
        query = (
            select(ClassifyItemRow.text, ClassifyItemRow.categories)
            .join(ClassifyRunRow, ClassifyRunRow.id == ClassifyItemRow.run)
            .where(*here, ClassifyItemRow.corrected_at.is_not(None))
            .order_by(ClassifyItemRow.corrected_at.desc())
            .limit(limit)
        )
        async with self._reader.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [Example(row.text, tuple(json.loads(row.categories))) for row in rows]

    async def all_corrections(self, place: Place | None, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, or in any, newest first: for the operator only."""
        here = [ClassifyRunRow.workspace == place.workspace, ClassifyRunRow.channel == place.channel] if place else []
        query = (
            select(ClassifyItemRow.text, ClassifyItemRow.categories)
            .join(ClassifyRunRow, ClassifyRunRow.id == ClassifyItemRow.run)
            .where(ClassifyItemRow.corrected_at.is_not(None), *here)
            .order_by(ClassifyItemRow.corrected_at.desc())
            .limit(limit)
        )
        async with self._reader.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [Example(row.text, tuple(json.loads(row.categories))) for row in rows]

    async def _pages(self, query: Select[*tuple[Any, ...]]) -> AsyncIterator[Sequence[Any]]:
        """Read page by page, each in a transaction of its own, by the numbers of the items."""
        after = 0
        while True:
            page = query.where(ClassifyItemRow.number > after).order_by(ClassifyItemRow.number).limit(PAGE)
            async with self._reader.connect() as connection:
                rows = (await connection.execute(page)).all()
            if not rows:
                return
            yield rows
            after = rows[-1].number


_HAS_VERDICT = ClassifyItemRow.categories.is_not(None)


def _pages_of(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Split items into pages, by their number and their cells."""
    step = max(1, min(PAGE, CELLS // max(1, len(items[0].cells)))) if items else PAGE
    return (items[start : start + step] for start in range(0, len(items), step))


def _sheet(run: ClassifyRun) -> str:
    return _RUN.dump_json(replace(run, state={})).decode()


def _sorted_query(run: str) -> Select[*tuple[Any, ...]]:
    verdict = (
        ClassifyItemRow.categories,
        ClassifyItemRow.confidence,
        ClassifyItemRow.evidence,
        ClassifyItemRow.corrected_by,
    )
    columns = (ClassifyItemRow.number, ClassifyItemRow.text, ClassifyItemRow.source, ClassifyItemRow.cells, *verdict)
    return select(*columns).where(ClassifyItemRow.run == run, _HAS_VERDICT)


def _sorted(row: Any) -> Sorted:  # noqa: ANN401 - SQLAlchemy's row
    verdict = Verdict(row.number, tuple(json.loads(row.categories)), row.confidence, row.evidence)
    return Sorted(Item(row.number, row.text, row.source, tuple(json.loads(row.cells))), verdict, row.corrected_by)
