"""Keep a run, one request for a summary, with what was read and found for it, for retries and for its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.core.summarize.schema import Findings
from bot.core.summarize.transcript import Transcript

if TYPE_CHECKING:
    from bot.core.domain.summary import SummaryRun
    from bot.core.ports import Checkpoint, SummaryRunStore

TRANSCRIPT, SHARED, TEXT = "transcript", "shared", "text"  # what a run keeps beside findings and notes


class SharedCheckpoint:
    """The checkpoint of a shared summary, in a turn that also writes to the person who shared it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.reference, self.turn = checkpoint.reference, checkpoint.turn
        self._checkpoint = checkpoint

    def get(self, key: str) -> str | None:
        """Return what was kept under `key` for the shared summary."""
        return self._checkpoint.get(f"shared {key}")

    async def keep(self, key: str, value: str) -> None:
        """Keep `value` under `key`. Raises if the turn's lease is lost."""
        await self._checkpoint.keep(f"shared {key}", value)


class SummaryCheckpoint:
    """Keeps what a run has paid for and read. Implements `map_reduce.Kept` and `text.Notes`."""

    def __init__(self, run: SummaryRun, store: SummaryRunStore) -> None:
        self._run, self._store = run, store

    async def get(self, key: str) -> Findings | None:
        """Return the findings stored under `key`."""
        kept = await self._store.kept(self._run, key)
        return Findings.model_validate_json(kept) if kept is not None else None

    async def keep(self, key: str, findings: Findings) -> None:
        """Store findings, so that no one pays for them again."""
        await self._store.keep(self._run, key, findings.model_dump_json())

    async def transcript(self) -> Transcript | None:
        """Return what was read."""
        kept = await self._store.kept(self._run, TRANSCRIPT)
        return _TRANSCRIPT.validate_json(kept) if kept is not None else None

    async def keep_transcript(self, transcript: Transcript) -> None:
        """Store what was read, so that it is not read again."""
        await self._store.keep(self._run, TRANSCRIPT, _TRANSCRIPT.dump_json(transcript).decode())

    async def note(self, name: str) -> str | None:
        """Return what was noted on a part of a text."""
        return await self._store.kept(self._run, name)

    async def keep_note(self, name: str, text: str) -> None:
        """Keep what was noted on a part of a text."""
        await self._store.keep(self._run, name, text)

    async def text(self) -> str | None:
        """Return the text that was typed."""
        return await self._store.kept(self._run, TEXT)

    async def keep_text(self, text: str) -> None:
        """Store the text that was typed, so that its run can be resumed."""
        await self._store.keep(self._run, TEXT, text)

    async def shared(self) -> str:
        """Return the id of the message that shared the summary, "" until then."""
        return await self._store.kept(self._run, SHARED) or ""

    async def keep_shared(self, message: str) -> None:
        """Store the id of the message that shared the summary."""
        await self._store.keep(self._run, SHARED, message)


_TRANSCRIPT = TypeAdapter(Transcript)
