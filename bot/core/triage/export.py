"""Export a channel's feedback: a row for each record, with all that is known of it."""

from __future__ import annotations

import asyncio
import csv
import io
import logging
from datetime import UTC, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, Protocol

from bot.core.classify.formula import harmless
from bot.core.classify.workbook import write_text
from bot.core.domain.message import Upload
from bot.errors import ChatError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.core.domain.command import Command
    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.ports import Chat, Checkpoint
    from bot.core.ports.feedback_store import FeedbackStore

log = logging.getLogger(__name__)

MOST = 100_000  # records of a file
PAGE = 200  # records that are read at once
LONGEST_CELL = 2_000  # characters: a post is in the platform, where its link leads

FOR_ADMINS = N_("Only workspace admins and Parley's admins can export feedback; ask one of them.")
# As those of /classify, in English in each language: they are for what reads the file.
HEADINGS = (  # not for people: as above
    *("id", "posted (UTC)", "category", "severity", "sentiment", "area", "team", "status", "summary", "text"),
    *("language", "confidence", "evidence", "person", "person's id", "assignee", "first response (UTC)"),
    *("corrected by", "repeats", "issue", "link", "part"),
)
WIDTHS = {"summary": 50, "text": 60, "evidence": 30, "link": 30}
USUAL_WIDTH = 16


class Sheet(Protocol):
    """A file that grows row by row. Blocking: used in a thread."""

    def add(self, rows: Iterable[Sequence[str | int]]) -> None:
        """Add rows."""

    def close(self) -> bytes:
        """Return the whole file."""

    def discard(self) -> None:
        """Remove what is still on disk."""


class CsvSheet:
    """CSV in UTF-8 with the mark that Excel knows. What could be a formula gets an apostrophe; its rows are on disk."""

    def __init__(self) -> None:
        # A buffer of a hundred megabytes stops all threads each time that it grows.
        self._file = TemporaryFile()  # noqa: SIM115 (until it is discarded)
        self._lines = io.TextIOWrapper(self._file, "utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._lines)
        self._writer.writerow(HEADINGS)

    def add(self, rows: Iterable[Sequence[str | int]]) -> None:
        """Add rows."""
        for row in rows:
            self._writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in row)

    def close(self) -> bytes:
        """Return the whole file."""
        self._lines.flush()
        self._file.seek(0)
        return self._file.read()

    def discard(self) -> None:
        """Remove what is still on disk."""
        self._lines.close()


class XlsxSheet:
    """XLSX, with texts as texts: never as formulas, links or dates. Its rows are on disk until it is closed."""

    def __init__(self) -> None:
        import xlsxwriter  # noqa: PLC0415 (few ever export)

        self._file = io.BytesIO()
        self._folder = TemporaryDirectory(prefix="parley-export-")
        options: dict[str, object] = {"strings_to_formulas": False, "strings_to_urls": False}
        options |= {"constant_memory": True, "tmpdir": self._folder.name}
        self._workbook = xlsxwriter.Workbook(self._file, options)
        self._quoted = self._workbook.add_format({"quote_prefix": True})
        self._sheet = self._workbook.add_worksheet("feedback")  # not for people: as the headings
        self._sheet.freeze_panes(1, 0)
        for number, heading in enumerate(HEADINGS):
            self._sheet.set_column(number, number, WIDTHS.get(heading, USUAL_WIDTH))
            write_text(self._sheet, 0, number, heading)
        self._row = 0

    def add(self, rows: Iterable[Sequence[str | int]]) -> None:
        """Add rows."""
        for row in rows:
            self._row += 1
            for number, cell in enumerate(row):
                if isinstance(cell, int):
                    self._sheet.write_number(self._row, number, cell)
                elif cell:
                    write_text(self._sheet, self._row, number, cell, self._quoted)

    def close(self) -> bytes:
        """Return the whole file."""
        self._workbook.close()
        return self._file.getvalue()

    def discard(self) -> None:
        """Remove what is still on disk: it holds what people wrote."""
        if rows := self._sheet.row_data_fh:
            rows.close()
        self._folder.cleanup()


SHEETS: Mapping[str, Callable[[], Sheet]] = {"csv": CsvSheet, "xlsx": XlsxSheet}


async def send(
    command: Command, place: Place, kind: str, stem: str, *, checkpoint: Checkpoint, feedback: FeedbackStore, chat: Chat
) -> str:
    """Send the asker a file with a channel's feedback in a direct message, once; return what to say of it.

    Raises a transient `ChatError`.
    """
    content, count = await export(place, kind, feedback=feedback, chat=chat, check=checkpoint.turn.check)
    if not count:
        return _("There is no feedback here yet.")
    name = f"{stem or f'feedback-{datetime.now(UTC):%Y-%m-%d}'}.{kind}"
    try:
        direct = await chat.posts.open_direct(place, command.asker)
        await chat.posts.upload(direct, [Upload(name, content)], checkpoint)
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("an export could not be sent: %s", error)
        return _("I couldn't send you the file. Please try again.")
    return ngettext(
        "I've sent you {n:,} record as `{name}` in a direct message.",
        "I've sent you {n:,} records as `{name}` in a direct message.",
        count,
        name=name,
    )


async def export(
    place: Place, kind: str, *, feedback: FeedbackStore, chat: Chat, check: Callable[[], None]
) -> tuple[bytes, int]:
    """Return a channel's feedback as a file of a kind, the oldest first, and how many records it has."""
    sheet = await asyncio.to_thread(SHEETS[kind])
    after = count = 0
    try:
        while count < MOST and (page := await feedback.archive.page(place, after, min(PAGE, MOST - count))):
            check()
            people = {person for one in page for person in (one.person, one.assignee, one.corrected_by) if person}
            names = await chat.names.of(place, people)
            called = {person: names.get(chat.names.mention(person), person) for person in people}
            links = await feedback.archive.links(place, {one.duplicate_of for one in page if one.duplicate_of})
            await asyncio.to_thread(sheet.add, [row(one, called, links) for one in page])
            after, count = page[-1].id, count + len(page)
        return await asyncio.to_thread(sheet.close), count
    finally:
        await asyncio.to_thread(sheet.discard)


def row(one: Feedback, names: Mapping[str, str], links: Mapping[int, str]) -> tuple[str | int, ...]:
    """Return a record's cells. `names` are those of people by their ids, `links` those of what they repeat."""
    facts = (
        *(one.category, one.severity, one.sentiment, one.area, one.team, str(one.status), one.summary, one.own_text),
        *(one.language, one.confidence, one.evidence, names.get(one.person, one.person), one.person),
        *(names.get(one.assignee, one.assignee), written(one.responded_at)),
        *(names.get(one.corrected_by, one.corrected_by), links.get(one.duplicate_of or 0, ""), one.issue),
    )
    cut = (fact[:LONGEST_CELL] if isinstance(fact, str) else fact for fact in facts)
    return (one.id, written(one.said_at), *cut, one.permalink, one.part + 1)


def written(moment: datetime | None) -> str:
    """Write a moment so that it sorts as a text; "" for none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""
