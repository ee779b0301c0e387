"""Run the calls of one round: all at once, each kept before it runs, none that writes twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from bot.core.domain.tool import MOST_TITLE, Passage, SourceLink, Step, StepState, ToolResult
from bot.core.ports.tools import ToolCallEntry, ToolCallState, ToolJournal
from bot.core.tools.tool import Tool, ToolOutput
from bot.errors import BotError
from bot.language import in_english

if TYPE_CHECKING:
    from bot.core.domain.tool import ToolCall
    from bot.core.tools.tool import ToolContext

log = logging.getLogger(__name__)

MOST_CALLS = 8  # that run in one round
SECONDS = 20.0  # that one call may take
LONGEST_FAULTS = 2_000  # characters that the model is told of what is wrong with arguments
MOST_FAULTS = 5  # of arguments, that the model is told

UNKNOWN = "There is no tool of this name here."  # not for people: Claude is told this
NO_OBJECT = "The arguments were not a JSON object. Nothing was done."  # not for people: Claude is told this
TOO_MANY = "Too many calls at once: at most {most} run. This one did not."  # not for people: Claude is told this
DONE_BEFORE = "This was done already. Don't do it again."  # not for people: Claude is told this
MAYBE_DONE = "An interruption came, so this may be done. It was not done again."  # not for people: Claude is told this
TOO_SLOW = "This took longer than {seconds:.0f} seconds and was ended."  # not for people: Claude is told this
MAYBE_TOO_SLOW = f"{TOO_SLOW} It may be done. Don't do it again."  # not for people: Claude is told this
BROKEN = "This failed, and not because of the arguments."  # not for people: Claude is told this
MAYBE_BROKEN = f"{BROKEN} It may be done. Don't do it again."  # not for people: Claude is told this
CUT_PASSAGE = "… [cut]"  # not for people: Claude is told this
CUT = "\n[cut: the rest of the result is left out]"  # not for people: Claude is told this


@dataclass(frozen=True)
class ToolRunner:
    """Runs calls of a channel's tools; `show` is told of each step."""

    tools: Sequence[Tool[Any]]
    journal: ToolJournal
    show: Callable[[Step], None]

    async def run(self, calls: Sequence[ToolCall], context: ToolContext) -> tuple[ToolResult, ...]:
        """Run a round's calls; return a result for each, in their order. Never raises for what a tool does."""
        try:
            async with asyncio.TaskGroup() as group:
                running = [
                    group.create_task(self._result(call, replace(context, call=call.id), number), name="tool")
                    for number, call in enumerate(calls)
                ]
        except BaseExceptionGroup as broken:
            raise broken.exceptions[0] from None  # such as that the turn is no longer ours
        return tuple(task.result() for task in running)

    async def _result(self, call: ToolCall, context: ToolContext, number: int) -> ToolResult:
        if number >= MOST_CALLS:
            return ToolResult(call.id, TOO_MANY.format(most=MOST_CALLS), is_error=True)
        tool = next((one for one in self.tools if one.name == call.name), None)
        if tool is None:
            return ToolResult(call.id, UNKNOWN, is_error=True)
        if call.arguments is None:
            return ToolResult(call.id, NO_OBJECT, is_error=True)
        try:
            arguments = tool.arguments.model_validate(call.arguments)
        except ValidationError as error:
            return ToolResult(call.id, _cut(_faults(error), LONGEST_FAULTS), is_error=True)
        output = await self._once(tool, arguments, call, context)
        return ToolResult(
            call.id,
            _cut(output.content, tool.longest_result),
            _fitting(output.passages, tool.longest_result),
            is_error=output.is_error,
            is_storable=output.is_storable,
            needs_sources=output.needs_sources,
        )

    async def _once(self, tool: Tool[Any], arguments: BaseModel, call: ToolCall, context: ToolContext) -> ToolOutput:
        """Run a call that is valid, unless it writes and an earlier try of the turn has begun it."""
        entry = ToolCallEntry(
            place=context.place,
            turn=context.checkpoint.reference,
            call=call.id,
            tool=tool.name,
            arguments_hash=_hash(call.arguments),
            begun_at=datetime.now(UTC),
            is_write=tool.is_write,
        )
        before = await self.journal.begin(entry)
        if before is not None and tool.is_write:
            return ToolOutput(DONE_BEFORE if before is ToolCallState.DONE else MAYBE_DONE)
        self._tell(tool, arguments, call, StepState.RUNNING)
        output, is_known = await self._run(tool, arguments, context)
        if is_known:
            await self.journal.end(entry, ToolCallState.FAILED if output.is_error else ToolCallState.DONE)
        self._tell(tool, arguments, call, StepState.FAILED if output.is_error else StepState.DONE, output.sources)
        return output

    def _tell(
        self,
        tool: Tool[Any],
        arguments: BaseModel,
        call: ToolCall,
        state: StepState,
        found: tuple[SourceLink, ...] = (),
    ) -> None:
        self.show(Step(call.id, tool.title(arguments, state)[:MOST_TITLE], state, found))

    async def _run(self, tool: Tool[Any], arguments: BaseModel, context: ToolContext) -> tuple[ToolOutput, bool]:
        """Run a call if the asker may; return its output, and whether it is known what it did.

        One that writes may have, and broken off. Raises if the turn is no longer ours.
        """
        context.checkpoint.turn.check()
        may_write = False
        try:
            async with asyncio.timeout(SECONDS):
                await tool.check_asker(context)
                may_write = tool.is_write
                return await tool.run(arguments, context), True
        except TimeoutError:
            log.warning("the tool %s took too long", tool.name)
            said = (MAYBE_TOO_SLOW if may_write else TOO_SLOW).format(seconds=SECONDS)
        except BotError as error:
            log.info("the tool %s returned an error: %s", tool.name, type(error).__name__)
            with in_english():
                return ToolOutput(error.sentence, is_error=True), True
        except Exception as error:  # noqa: BLE001 (one broken tool doesn't end the answer)
            context.checkpoint.turn.check()
            log.error("the tool %s is broken: %s", tool.name, type(error).__name__)  # noqa: TRY400 (no arguments)
            said = MAYBE_BROKEN if may_write else BROKEN
        return ToolOutput(said, is_error=True), not may_write


def _hash(arguments: object) -> str:
    return hashlib.sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).hexdigest()


def _faults(error: ValidationError) -> str:
    """Say what is wrong with arguments, without quoting them."""
    found = error.errors(include_url=False, include_input=False, include_context=False)[:MOST_FAULTS]
    said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in found)
    return f"The arguments don't fit: {said}. Nothing was done."  # not for people: Claude is told this


def _cut(content: str, most: int) -> str:
    return content if len(content) <= most else content[: most - len(CUT)] + CUT


def _fitting(passages: tuple[Passage, ...], most: int) -> tuple[Passage, ...]:
    """Return the passages that a result holds, the last of them cut; the API takes none without text."""
    left, found = most, []
    for one in passages:
        if not one.text.strip():
            continue
        if len(one.text) <= left:
            found.append(one)
            left -= len(one.text)
            continue
        if left > len(CUT_PASSAGE):
            found.append(replace(one, text=one.text[: left - len(CUT_PASSAGE)] + CUT_PASSAGE))
        break
    return tuple(found)
