"""Read and summarize a channel or a thread, in one go or again in another form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.calls import Purpose
from bot.core.channel_reader import read_channel, read_thread
from bot.core.domain.setting_choices import Creativity
from bot.core.ports import Request
from bot.core.summarize.map_reduce import MAX_OUTPUT, Digest, Digester
from bot.core.summarize.render import page
from bot.core.summarize.run import SummaryCheckpoint
from bot.core.summarize.transcript import transcript
from bot.core.time_span.times import Span
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.channel_reader import ReadHistory
    from bot.core.domain.summary import SummaryRun
    from bot.core.ports import Chat, Model, Store
    from bot.core.summarize.transcript import Transcript

MOST_LINES = 5_000  # messages of one summary


class Summary:
    """A summary of a conversation, for one answer. `progress` gets how far it has come."""

    def __init__(
        self, run: SummaryRun, *, store: Store, model: Model, chat: Chat, progress: Callable[[str], None]
    ) -> None:
        self.run, self._store, self._model, self._chat = run, store, model, chat
        self._progress = progress
        self._keeper = SummaryCheckpoint(run, store.summary_runs)
        self.digest = Digest()

    async def read(self) -> Transcript:
        """Return what was said; the platform is asked for it only once. Raises `UsageError`, `ChatError`."""
        kept = await self._keeper.transcript()
        if kept is None:
            kept = await self._read()
            await self._keeper.keep_transcript(kept)
        return kept

    async def make(self, read: Transcript) -> str:
        """Return the summary as a page. What an earlier attempt paid for is not paid for again.

        Raises `UsageError` if nothing was said, `ModelError`, `ChatError`.
        """
        if not read.lines:
            raise UsageError(nothing_said(self.run, read))
        reader = await self._chat.directory.reader(self.run.place, self.run.person)
        request = Request(
            purpose=Purpose.DIGEST,
            turns=(),
            max_output=MAX_OUTPUT,
            person=self.run.place.opaque(self.run.person),
            settings=await self._store.settings.load(self.run.source.place),
            creativity=Creativity.LOW,
        )
        total = len(read.lines)
        digester = Digester(
            request,
            self.run.wishes,
            model=self._model,
            kept=self._keeper,
            progress=lambda count: self._progress(f"{min(count, total):,} of {total:,} messages read"),
            language=reader.language,
            zone=reader.zone,
        )
        self._progress(f"0 of {total:,} messages read")
        self.digest = digester.found
        await digester.digest(read.lines)
        addresses = {line.id: self._address(line.thread, line.message) for line in read.lines}
        text = page(self.digest.findings, self.run.wishes, addresses.__getitem__)
        return f"{text}\n\n{footing(read, self.digest)}"

    async def _read(self) -> Transcript:
        source = self.run.source

        def progress(count: int) -> None:
            self._progress(f"{count:,} messages found")

        if source.end is None:
            found = await read_thread(source.place, history=self._chat.history, progress=progress)
        else:
            span = Span(source.start, source.end)
            found = await read_channel(source.place, span, self.run.person, chat=self._chat, progress=progress)
        said = [message for message in found.said if message.id != source.request]
        read = transcript(said, most=MOST_LINES)
        files = said[0].files if len(read.lines) == len(said) == 1 else ()
        return replace(read, notes=_notes(found), files=files)

    def _address(self, thread: str, message: str) -> str:
        return self._chat.history.permalink(replace(self.run.source.place, thread=thread), message)


def footing(read: Transcript, digest: Digest) -> str:
    """Say what the summary is based on, and what is not in it."""
    messages, people = len({line.id for line in read.lines}), read.people
    notes = [f"{_count(messages, 'message')} from {_count(people, 'person', 'people')}", *read.notes]
    if read.bots:
        notes.append(f"{_count(read.bots, 'bot message')} skipped")
    if read.older:
        notes.append(f"the {_count(read.older, 'oldest message')} left out: I read {MOST_LINES:,} at a time")
    if digest.unread:
        notes.append(f"{_count(digest.unread, 'message')} could not be summarized")
    if digest.points_dropped:
        notes.append(f"{_count(digest.points_dropped, 'statement')} dropped because no message backed them")
    if digest.links_dropped:
        notes.append(f"{_count(digest.links_dropped, 'link')} to unknown messages dropped")
    return f"_{'; '.join(notes)}._"


def nothing_said(run: SummaryRun, read: Transcript) -> str:
    """Return the error that there is nothing to summarize."""
    where = f"in {run.source.title}" + (f" in that time ({run.source.words})" if run.source.words else "")
    if read.bots:
        return f"Only bots posted {where}, so there is nothing to summarize."
    return f"No one posted anything {where}."


def _notes(found: ReadHistory) -> tuple[str, ...]:
    notes = []
    if found.found_own is False:
        notes.append(
            "I can't see how far you have read, and you wrote nothing there in 30 days, so this covers all of them"
        )
    elif found.found_own:
        notes.append("I can't see how far you have read, so this starts after your own last message there")
    return (*notes, *found.gaps)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
