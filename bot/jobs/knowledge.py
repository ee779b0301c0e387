"""Reads the sources of knowledge: in slices that end, so that a crash costs a page and nobody waits behind a site.

A job finds out which pages a source has, which begins a run. Each further job reads some of them, and hands over to the
next. What a run has yet to read is in the database. Sources of one host follow each other, on whichever replica.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from bot.core.domain.knowledge import SourceKind, SourceState
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.site_scope import MOST_PAGES, Shapes
from bot.core.knowledge import faults
from bot.core.knowledge.faults import PageError
from bot.core.knowledge.reading import Inventory, SourceReader
from bot.core.knowledge.report import MOST_NAMED, report
from bot.core.knowledge.schedule import after_failure, after_reading, misses
from bot.core.ports import Chat
from bot.core.ports.knowledge import KnowledgeStore
from bot.errors import ChatError
from bot.turn import CostCenter
from bot.work import Delivery, Inbox

if TYPE_CHECKING:
    from typing import Any

    from bot.core.domain.knowledge import KnowledgeSource, KnownPage
    from bot.work import Finish, Job

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds between two looks at which sources are due
AT_ONCE = 4  # sources that are read at once here
MOST_WAITING = 12  # that run or wait to, so that they don't take the room of people's turns
PATIENCE = 6 * 3_600.0  # seconds for which a host may be busy
SLICE, SLICE_SECONDS = 20, 30.0  # pages and seconds of a job
MOST_FAILURES = 5  # pages in a row that a site does not answer for, until it counts as away
FIND, READ = "knowledge", "knowledge read"  # not for people: kinds of jobs
_GROUP = "knowledge"  # whose jobs take turns with everybody else's


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has come, beside what the database has: handed from job to job."""

    base: str = ""
    is_whole: bool = True
    is_new: bool = False  # nobody has tried to read the source before
    is_first: bool = False  # nobody has read it before
    found: int = 0  # pages that are there, whether or not they could be read
    left_out: int = 0
    withheld: int = 0  # pages that ask for a login
    has_changed: bool = False
    away: int = 0  # pages in a row that the site did not answer for
    failed: tuple[tuple[str, str], ...] = ()  # some pages that could not be read, and why


_PROGRESS = TypeAdapter(RunProgress)


@dataclass
class KnowledgeJobs:
    """Reads sources, each by the reader of its kind; kinds without one are not read."""

    inbox: Inbox
    store: KnowledgeStore
    readers: Mapping[SourceKind, SourceReader]
    chat: Chat
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _waiting: int = 0
    _shapes: dict[tuple[int, int], Shapes] = field(default_factory=dict)

    def register(self, inbox: Inbox) -> None:
        """Register the jobs that read sources, and the one that looks which are due."""
        inbox.every("knowledge", EVERY, self._begin_due)
        inbox.handle(FIND, self._find, self._give_up, charge=_charge, patience=PATIENCE)
        inbox.handle(READ, self._read, self._give_up, charge=_charge, patience=PATIENCE)

    async def start(self, source: KnowledgeSource) -> None:
        """Have a source that is due read as soon as there is room."""
        if source.kind in self.readers and source.next_at is not None:
            name = f"knowledge:{source.id}:{source.run}:{source.next_at.timestamp()}"
            await self.inbox.accept(_delivery(source, name, FIND, {}))

    async def _begin_due(self, _job: Job) -> None:
        room = MOST_WAITING - self._waiting
        for source in await self.store.sources.due(datetime.now(UTC), room) if room > 0 else ():
            await self.start(source)

    async def _find(self, job: Job) -> None:
        """Find out which pages a source has, and begin to read them. Raises `PageError` for a busy host."""
        source = await self._source(job)
        if source is None:
            return
        kept = _PROGRESS.validate_json(job.get("progress") or "{}")
        if source.run == job.payload["run"] + 1 and source.state is SourceState.READING and job.get("progress"):
            await self._go_on(source, 0, kept)  # it was begun here
        if source.run != job.payload["run"]:
            return
        is_new = kept.is_new or source.state is SourceState.NEW
        progress = RunProgress(is_new=is_new, is_first=source.read_at is None)
        await job.keep("progress", _written(progress))  # after a failure, the source is not new any more
        async with _Turn(self):
            try:
                found = await self.readers[source.kind].find(source)
            except PageError as error:
                if error.retry_after is not None:
                    raise
                await self._fail(source, error)
                await self._tell(source, progress, job)
                return
        progress = replace(progress, base=found.base, is_whole=found.is_whole, left_out=found.left_out)
        await job.keep("progress", _written(progress))
        begun = await self.store.pages.begin(source, found.addresses, datetime.now(UTC))
        if begun is not None:
            await self._go_on(begun, 0, progress)

    async def _read(self, job: Job) -> None:
        """Read some pages of a run. Raises `PageError` where its host wants a pause."""
        source, progress = await self._source(job), _PROGRESS.validate_python(job.payload["progress"])
        if source is None:
            return
        if (kept := job.get("over")) is not None:
            progress = _PROGRESS.validate_json(kept)
        elif source.run != job.payload["run"] or source.state is not SourceState.READING:
            return
        else:
            async with _Turn(self):
                is_over, progress = await self._slice(source, progress, job)
            if not is_over:
                await self._go_on(source, int(job.payload["slice"]) + 1, progress)
                return
            await job.keep("over", _written(progress))
            self._shapes.pop((source.id, source.run), None)
        await self._finish(source, progress)
        await self._tell(source, progress, job)

    async def _finish(self, source: KnowledgeSource, progress: RunProgress) -> None:
        """End a run, unless that was done."""
        there, now = await self.store.sources.find(source.workspace, source.id), datetime.now(UTC)
        if there is not None and there.run == source.run and there.state is SourceState.READING:
            next_at = after_reading(there, now, has_changed=progress.has_changed)
            missed = misses(there.pages, progress.found)
            await self.store.pages.finish(there, now, next_at, misses=missed)

    async def _slice(self, source: KnowledgeSource, progress: RunProgress, job: Job) -> tuple[bool, RunProgress]:
        """Read some pages; return whether the run is over, and how far it has come."""
        ends_at = asyncio.get_running_loop().time() + SLICE_SECONDS
        waiting = await self.store.pages.waiting(source, SLICE)
        for known in waiting:
            if asyncio.get_running_loop().time() > ends_at:
                break
            job.check()
            try:
                progress = await self._page(source, known, progress)
            except PageError as error:
                if error.retry_after is not None:
                    raise
                progress = _failed(progress, known.address, error)
                is_start = known.address == progress.base and not progress.is_whole
                if error.is_whole or is_start or progress.away >= MOST_FAILURES:
                    await self._fail(source, error)
                    return True, progress
                await self.store.pages.fail(source, known.address, error.fault, is_gone=error.is_gone)
        return not waiting, progress

    async def _page(self, source: KnowledgeSource, known: KnownPage, progress: RunProgress) -> RunProgress:
        """Read a page. Raises `PageError`."""
        inventory = Inventory((), progress.left_out, progress.base, progress.is_whole)
        reading = await self.readers[source.kind].read(source, known, inventory)
        now, pages = datetime.now(UTC), self.store.pages
        shapes = self._shapes.setdefault((source.id, source.run), Shapes())
        is_twin, links = reading.address != known.address, [one for one in reading.links if shapes.has_room(one)]
        if is_twin:  # of another one: that is read on its own
            links.append(reading.address)
        left_out = await pages.enqueue(source, links, MOST_PAGES) if links else 0
        if is_twin:
            await pages.fail(source, known.address, "", is_gone=True)
        elif reading.page is None:
            await pages.unchanged(source, known.address, now)
        else:
            await pages.keep(source, known.address, reading.page, now)
        has_changed = progress.has_changed or (reading.page is not None and reading.page.digest != known.digest)
        found, left_out = progress.found + (not is_twin), progress.left_out + left_out
        return replace(progress, found=found, left_out=left_out, has_changed=has_changed, away=0)

    async def _fail(self, source: KnowledgeSource, error: PageError) -> None:
        """End a run that failed as a whole. What may no longer be used is dropped."""
        now, pages = datetime.now(UTC), self.store.pages
        log.info("a source could not be read: %s", error.fault)
        if source.kind is SourceKind.FILE and error.fault == faults.GONE:
            await self.store.sources.remove(source.workspace, source.id)
            return
        if error.fault in faults.WITHDRAWN and (begun := await pages.begin(source, (), now)) is not None:
            source = begun
            await pages.finish(source, now, now)
        await pages.finish(source, now, after_failure(source, now), error.fault)

    async def _give_up(self, job: Job, error: Exception) -> Finish | None:
        """End a run that no attempt brought to its end."""
        source = await self._source(job)
        if source is not None and source.run == job.payload["run"]:
            await self._fail(source, error if isinstance(error, PageError) else PageError(faults.BROKEN_OFF))
            await self._tell(source, _PROGRESS.validate_json(job.get("progress") or "{}"), job)
        return None

    async def _go_on(self, source: KnowledgeSource, number: int, progress: RunProgress) -> None:
        """Hand over to the job that reads the next pages."""
        payload = {"slice": number, "progress": asdict(progress)}
        await self.inbox.accept(_delivery(source, f"knowledge:{source.id}:{source.run}:{number}", READ, payload))

    async def _tell(self, source: KnowledgeSource, progress: RunProgress, job: Job) -> None:
        """Tell the person who added a source how its first reading went: that it failed once, that it worked once."""
        there = await self.store.sources.find(source.workspace, source.id)
        if there is None or not there.added_by or not (progress.is_new if there.fault else progress.is_first):
            return
        place, told = (
            Place(there.workspace, there.channel),
            report(there, progress.failed, progress.left_out, progress.withheld),
        )
        try:
            direct = await self.chat.posts.open_direct(place, Requester(there.added_by, there.workspace))
            await self.chat.posts.post(direct, told, job, key="told")
        except ChatError as error:
            log.warning("could not tell anyone how a source was read: %s", error)

    async def _source(self, job: Job) -> KnowledgeSource | None:
        return await self.store.sources.find(str(job.payload["workspace"]), int(job.payload["source"]))


@dataclass(slots=True)
class _Turn:
    """A job's turn to read, of as many as run at once."""

    jobs: KnowledgeJobs

    async def __aenter__(self) -> None:
        self.jobs._waiting += 1  # noqa: SLF001 (its own)
        try:
            await self.jobs._room.acquire()  # noqa: SLF001
        except BaseException:
            self.jobs._waiting -= 1  # noqa: SLF001
            raise

    async def __aexit__(self, *_: object) -> None:
        self.jobs._waiting -= 1  # noqa: SLF001
        self.jobs._room.release()  # noqa: SLF001


def _failed(progress: RunProgress, address: str, error: PageError) -> RunProgress:
    """Count a page that could not be read, unless it is none any more."""
    away = progress.away + 1 if error.is_transient else 0
    if error.is_gone:
        return replace(progress, away=away, withheld=progress.withheld + (error.fault == faults.LOGIN))
    failed = (*progress.failed, (address, error.fault))[:MOST_NAMED]
    return replace(progress, away=away, found=progress.found + 1, failed=failed)


def _written(progress: RunProgress) -> str:
    return _PROGRESS.dump_json(progress).decode()


def _delivery(source: KnowledgeSource, name: str, kind: str, payload: Mapping[str, Any]) -> Delivery:
    host = urlsplit(source.address).netloc if source.kind is SourceKind.SITE else source.kind.value
    whose: dict[str, Any] = {
        "workspace": source.workspace,
        "source": source.id,
        "run": source.run,
        "person": source.added_by,
    }
    return Delivery(name, f"knowledge:{host[:200]}", kind, whose | {"channel": source.channel, **payload}, _GROUP)


def _charge(payload: Mapping[str, Any]) -> CostCenter:
    return CostCenter(str(payload["workspace"]), str(payload["channel"]), "", str(payload["person"]))
