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
from bot.core.summarize.transcript import MOST_MESSAGES, transcript
from bot.core.time_span.times import Span
from bot.errors import UsageError
from bot.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.channel_reader import ReadHistory
    from bot.core.domain.summary import SummaryRun
    from bot.core.ports import Chat, Model, Store
    from bot.core.summarize.transcript import Transcript


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
            progress=lambda count: self._progress(_so_far(min(count, total), total)),
            language=reader.language,
            zone=reader.zone,
        )
        self._progress(_so_far(0, total))
        self.digest = digester.found
        await digester.digest(read.lines)
        addresses = {line.id: self._address(line.thread, line.message) for line in read.lines}
        text = page(self.digest.findings, self.run.wishes, addresses.__getitem__)
        return f"{text}\n\n{footing(read, self.digest)}"

    async def _read(self) -> Transcript:
        source = self.run.source

        def progress(count: int) -> None:
            self._progress(ngettext("{n:,} message found", "{n:,} messages found", count))

        if source.end is None:
            found = await read_thread(source.place, history=self._chat.history, progress=progress)
        else:
            span = Span(source.start, source.end)
            found = await read_channel(source.place, span, self.run.person, chat=self._chat, progress=progress)
        said = [message for message in found.said if message.id != source.request]
        # In a thread with the bot, what it was asked is what the thread is about.
        others = said if source.end is None else [message for message in said if not message.is_for_bot]
        read = transcript(others, most=MOST_MESSAGES)
        files = others[0].files if len(read.lines) == len(others) == 1 else ()
        return replace(read, requests=len(said) - len(others), notes=_notes(found), files=files)

    def _address(self, thread: str, message: str) -> str:
        return self._chat.history.permalink(replace(self.run.source.place, thread=thread), message)


def footing(read: Transcript, digest: Digest) -> str:
    """Say what the summary is based on, and what is not in it."""
    messages = ngettext("{n:,} message", "{n:,} messages", len({line.id for line in read.lines}))
    people = ngettext("{n:,} person", "{n:,} people", read.people)
    notes = [_("{messages} from {people}", messages=messages, people=people), *read.notes]
    if read.bots:
        notes.append(ngettext("{n:,} bot message skipped", "{n:,} bot messages skipped", read.bots))
    if read.requests:
        notes.append(ngettext("{n:,} message to me skipped", "{n:,} messages to me skipped", read.requests))
    if read.older:
        notes.append(
            ngettext(
                "the oldest message left out: I read {most:,} at a time",
                "the {n:,} oldest messages left out: I read {most:,} at a time",
                read.older,
                most=MOST_MESSAGES,
            )
        )
    return f"_{'; '.join([*notes, *_dropped(digest)])}._"


def _dropped(digest: Digest) -> Iterator[str]:
    if digest.unread:
        yield ngettext("{n:,} message could not be summarized", "{n:,} messages could not be summarized", digest.unread)
    if digest.points_dropped:
        yield ngettext(
            "{n:,} statement dropped because no message backed it",
            "{n:,} statements dropped because no message backed them",
            digest.points_dropped,
        )
    if digest.links_dropped:
        yield ngettext(
            "{n:,} link to unknown messages dropped", "{n:,} links to unknown messages dropped", digest.links_dropped
        )


def nothing_said(run: SummaryRun, read: Transcript) -> str:
    """Return the error that there is nothing to summarize."""
    place, time = run.source.title, run.source.words
    if run.source.place.thread and run.place == run.source.place:
        return (
            _("Only bots posted in this thread, so there is nothing to summarize.")
            if read.bots
            else _("No one posted anything in this thread.")
        )
    if read.requests:
        return _(
            "All that people wrote there ({place}) was for me, so there is nothing to summarize.",
            place=run.source.heading,
        )
    if read.bots and time:
        return _(
            "Only bots posted in {place} in that time ({time}), so there is nothing to summarize.",
            place=place,
            time=time,
        )
    if read.bots:
        return _("Only bots posted in {place}, so there is nothing to summarize.", place=place)
    if time:
        return _("No one posted anything in {place} in that time ({time}).", place=place, time=time)
    return _("No one posted anything in {place}.", place=place)


def _notes(found: ReadHistory) -> tuple[str, ...]:
    notes = []
    if found.found_own is False:
        notes.append(
            _("I can't see how far you have read, and you wrote nothing there in 30 days, so this covers all of them")
        )
    elif found.found_own:
        notes.append(_("I can't see how far you have read, so this starts after your own last message there"))
    return (*notes, *found.gaps)


def _so_far(read: int, total: int) -> str:
    return ngettext("{read:,} of {n:,} message read", "{read:,} of {n:,} messages read", total, read=read)
