"""Summarize a conversation of any length: its parts in parallel, then one summary of them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Protocol

from bot.core.domain.message import Role
from bot.core.domain.summary import Length, SummaryOptions
from bot.core.ports import Turn
from bot.core.prompt_data import quoted
from bot.core.summarize.parts import LARGEST_PART, PARALLEL, halves, parts
from bot.core.summarize.prompts import for_findings
from bot.core.summarize.schema import Findings, check, cited, is_empty, nothing
from bot.core.summarize.transcript import worded
from bot.core.tokens import estimate_tokens
from bot.errors import ModelFormError, ModelRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from bot.core.ports import Model, Request
    from bot.core.summarize.transcript import TranscriptLine
    from bot.errors import ModelError

log = logging.getLogger(__name__)

MAX_OUTPUT = 8_000  # tokens


class Kept(Protocol):
    """Stores findings that were paid for, durably, so that a retry does not pay again."""

    async def get(self, key: str) -> Findings | None:
        """Return the findings stored under `key`."""

    async def keep(self, key: str, findings: Findings) -> None:
        """Store findings under `key`."""


@dataclass(slots=True)
class Digest:
    """The findings, and what is missing from them."""

    findings: Findings = field(default_factory=nothing)
    links_dropped: int = 0
    points_dropped: int = 0
    unread: int = 0  # messages that the model could not summarize


class Digester:
    """Asks the model for the findings of one conversation. `request` has everything but its turns.

    `progress` gets how many messages have been read; `found` is what came out so far. Raises the `ModelError` that
    ended it.
    """

    def __init__(
        self,
        request: Request,
        options: SummaryOptions,
        *,
        model: Model,
        kept: Kept,
        progress: Callable[[int], None],
        language: str = "",
        zone: tzinfo = UTC,
    ) -> None:
        self._request, self._options, self._model, self._kept = request, options, model, kept
        self._progress, self._language, self._zone = progress, language, zone
        self._room = model.facts.room(request.max_output, request.settings) - estimate_tokens(self._ask(options)) - 200
        self._running = asyncio.Semaphore(PARALLEL)
        self._read = 0
        self.found = Digest()
        self._failure: ModelError | None = None  # of a part that had to be left out

    async def digest(self, lines: Sequence[TranscriptLine]) -> Digest:
        """Summarize a conversation: in one call if it fits, else its parts in parallel and then all of them."""
        cut = parts(lines, self._room)
        if len(cut) == 1:
            found = await self._part(cut[0], f"{self._options.length} 1", self._ask(self._options))
        else:
            asks = [  # not for people: Claude is told this
                f"{self._ask(replace(self._options, length=Length.LONG))} This is part {number} of {len(cut)}."
                for number in range(1, len(cut) + 1)
            ]
            found = await _gather(
                self._part(part, f"part {number}", asks[number - 1]) for number, part in enumerate(cut, start=1)
            )
        self.found.findings = await self._merge(found)
        if is_empty(self.found.findings):
            self._check_nothing_failed()
        return self.found

    def _check_nothing_failed(self) -> None:
        """Raise unless there really is nothing to report: a part that was left out may have held something."""
        if self._failure:
            raise self._failure
        if self.found.points_dropped:
            raise ModelFormError("no statement cites a message that was given")  # not for people: the log's

    def _ask(self, options: SummaryOptions) -> str:
        return for_findings(options, self._language)

    async def _part(self, part: Sequence[TranscriptLine], key: str, ask: str) -> list[Findings]:
        """Summarize a part; split one whose form is invalid, and leave out and count one that is refused."""
        known = {line.id for line in part}
        try:
            found = [await self._fill(key, f"{ask}\n\n{worded(part, self._zone)}", known)]
        except ModelFormError as error:
            first, second = halves(part)
            if not second:
                self._failure = error
                return self._leave_out(part)
            return [*await self._part(first, f"{key}a", ask), *await self._part(second, f"{key}b", ask)]
        except ModelRefusedError as error:
            self._failure = error
            return self._leave_out(part)
        self._count(part)
        return found

    async def _merge(self, found: Sequence[Findings], level: int = 1) -> Findings:
        """Merge findings into one, several at a time if they are too many for one call."""
        told = [findings for findings in found if not is_empty(findings)]
        if not told:
            return nothing()
        if len(told) == 1:
            return told[0]
        batches = _batches(told, min(self._room, LARGEST_PART))
        is_last = len(batches) == 1
        options = self._options if is_last else replace(self._options, length=Length.LONG)
        merged = await _gather(
            self._one(batch, f"{options.length} merged {level}.{number}", self._ask(options), is_last=is_last)
            for number, batch in enumerate(batches, start=1)
        )
        return merged[0] if is_last else await self._merge(merged, level + 1)

    async def _one(self, batch: Sequence[Findings], key: str, ask: str, *, is_last: bool) -> list[Findings]:
        if len(batch) == 1 and not is_last:
            return list(batch)
        known = set[str]().union(*map(cited, batch))
        text = f"{ask}\n\n{quoted('parts', [findings.model_dump() for findings in batch])}"
        try:
            return [await self._fill(key, text, known)]
        except ModelFormError:
            return [await self._fill(key, text, known)]

    async def _fill(self, key: str, text: str, known: set[str]) -> Findings:
        """Ask once for findings, or take those an earlier attempt paid for; check the links in both cases."""
        found = await self._kept.get(key)
        if found is None:
            async with self._running:
                request = replace(self._request, turns=(Turn(Role.USER, text),))
                found, _ = await self._model.fill(request, Findings)
            await self._kept.keep(key, found)
        checked = check(found, known)
        if checked.links_dropped:
            log.warning(
                "%d links to no message given were dropped, %d statements with them",
                checked.links_dropped,
                checked.points_dropped,
            )
        self.found.links_dropped += checked.links_dropped
        self.found.points_dropped += checked.points_dropped
        return checked.findings

    def _leave_out(self, part: Sequence[TranscriptLine]) -> list[Findings]:
        self.found.unread += len({line.id for line in part})
        self._count(part)
        return []

    def _count(self, part: Sequence[TranscriptLine]) -> None:
        self._read += len(part)
        self._progress(self._read)


def _batches(found: Sequence[Findings], room: int) -> list[list[Findings]]:
    """Group findings in their order, at least two at a time, so that they become fewer."""
    batches: list[list[Findings]] = [[]]
    used = 0
    for findings in found:
        needed = estimate_tokens(findings.model_dump_json())
        if used + needed > room and len(batches[-1]) > 1:
            batches.append([])
            used = 0
        batches[-1].append(findings)
        used += needed
    return batches


async def _gather(works: Iterable[Coroutine[None, None, list[Findings]]]) -> list[Findings]:
    """Run tasks in parallel; the first failure cancels the others and is raised as it was."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [findings for task in tasks for findings in task.result()]
