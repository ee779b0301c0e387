"""Calls of tools that never end, end together, or are stopped: each is answered once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from bot.core.cancel import cancel_on
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.domain.message import Message, Place, Role
from bot.core.domain.people import Requester
from bot.core.domain.tool import Passage, Step, StepState, ToolCall
from bot.core.ports.tools import ToolCallEntry, ToolCallState
from bot.core.tools.run import SECONDS, ToolRunner
from bot.core.tools.tool import Tool, ToolContext, ToolOutput, anyone
from bot.errors import ModelStoppedError, NotAllowedError
from tests.support.clock import turn_clock
from tests.support.turn import StandInJob

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


LONGEST_RESULT = 20_000


class Nothing(BaseModel):
    """A tool that takes nothing."""


@dataclass
class InMemoryJournal:
    """Keeps calls as long as a test lasts."""

    states: dict[str, ToolCallState] = field(default_factory=dict)

    async def begin(self, entry: ToolCallEntry) -> ToolCallState | None:
        before = self.states.get(entry.call)
        self.states.setdefault(entry.call, ToolCallState.RUNNING)
        return before

    async def end(self, entry: ToolCallEntry, state: ToolCallState) -> None:
        self.states[entry.call] = state


class Stage:
    """Some tools, what people see of them, and when one began that never ends."""

    def __init__(self) -> None:
        self.journal, self.shown, self.begun = InMemoryJournal(), list[Step](), asyncio.Event()
        self.fault: Exception = KeyError("the launch is on May 2")
        place, said = Place("T1", "C1", "1.0"), Message(Role.USER, "U1", "look", "1.0")
        self.context = ToolContext(place, Requester("U1", "T1"), said, DEFAULTS, StandInJob(), call="")
        self.runner = ToolRunner(
            [
                self.tool("hang", self.hang),
                self.tool("write", self.hang, is_write=True),
                self.tool("break", self.fail),
                self.tool("spoil", self.fail, is_write=True),
                self.tool("long", self.long),
            ],
            self.journal,
            self.shown.append,
        )

    def tool(
        self,
        name: str,
        run: Callable[[Nothing, ToolContext], Awaitable[ToolOutput]],
        *,
        check_asker: Callable[[ToolContext], Awaitable[None]] = anyone,
        is_write: bool = False,
    ) -> Tool[Nothing]:
        return Tool(
            name=name,
            description="",
            arguments=Nothing,
            is_on=lambda _: True,
            check_asker=check_asker,
            longest_result=LONGEST_RESULT,
            title=lambda _, state: f"{name} {state}",
            run=run,
            is_write=is_write,
        )

    async def refuse(self, _context: ToolContext) -> None:
        raise NotAllowedError("Only members may do this.")

    async def hang(self, _arguments: Nothing, _context: ToolContext) -> ToolOutput:
        self.begun.set()
        await asyncio.Event().wait()
        return ToolOutput("never")

    async def fail(self, _arguments: Nothing, _context: ToolContext) -> ToolOutput:
        raise self.fault

    async def long(self, _arguments: Nothing, _context: ToolContext) -> ToolOutput:
        passage = Passage("https://slack.example/p1", "Ada", "x" * (LONGEST_RESULT // 2 + 1))
        return ToolOutput("y" * 10_000_000, (passage, Passage("https://slack.example/p2", "Bo", " "), passage, passage))


def calls(*names: str) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(f"toolu_{number}", name, {}) for number, name in enumerate(names))


async def test_a_search_without_end_is_ended() -> None:
    stage = Stage()
    running = asyncio.create_task(stage.runner.run(calls("hang", "write", "long"), stage.context))
    await stage.begun.wait()
    turn_clock(SECONDS + 1)
    search, write, _ = await running
    assert (search.is_error, search.content) == (True, "This took longer than 20 seconds and was ended.")
    assert write.content.endswith("It may be done. Don't do it again.")
    assert stage.shown[-1].state is StepState.FAILED
    assert stage.journal.states["toolu_0"] is ToolCallState.FAILED
    assert stage.journal.states["toolu_1"] is ToolCallState.RUNNING  # nobody knows


async def test_stop_ends_a_running_tool() -> None:
    stage, stop = Stage(), asyncio.Event()
    running = asyncio.create_task(cancel_on(stop, stage.runner.run(calls("hang", "long"), stage.context)))
    await stage.begun.wait()
    stop.set()
    with pytest.raises(ModelStoppedError):
        await running
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"tool", "cancellation"})


async def test_results_are_cut_to_their_limit() -> None:
    stage = Stage()
    (result,) = await stage.runner.run(calls("long"), stage.context)
    assert len(result.content) == LONGEST_RESULT
    assert [len(one.text) for one in result.passages] == [LONGEST_RESULT // 2 + 1, LONGEST_RESULT // 2 - 1]
    assert [one.text.endswith("x… [cut]") for one in result.passages] == [False, True]


async def test_a_broken_tool_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    search, write, _ = await stage.runner.run(calls("break", "spoil", "long"), stage.context)
    assert (search.is_error, search.content) == (True, "This failed, and not because of the arguments.")
    assert write.content.endswith("It may be done. Don't do it again.")
    assert stage.journal.states["toolu_0"] is ToolCallState.FAILED
    assert stage.journal.states["toolu_1"] is ToolCallState.RUNNING
    assert "the tool break is broken: KeyError" in caplog.text
    assert "May 2" not in caplog.text


async def test_a_lost_turn_ends_its_tools() -> None:
    stage, checked = Stage(), list[int]()

    def check() -> None:
        checked.append(1)
        if len(checked) > 1:
            raise stage.fault

    context = replace(stage.context, checkpoint=StandInJob(check))
    with pytest.raises(KeyError):
        await stage.runner.run(calls("break"), context)


@pytest.mark.parametrize("is_write", [False, True])
async def test_a_refused_asker_runs_nothing(*, is_write: bool) -> None:
    stage = Stage()
    tool = stage.tool("spoil", stage.fail, is_write=is_write, check_asker=stage.refuse)
    (result,) = await replace(stage.runner, tools=[tool]).run(calls("spoil"), stage.context)
    assert (result.is_error, result.content) == (True, "Only members may do this.")
    assert stage.journal.states["toolu_0"] is ToolCallState.FAILED


async def test_rights_are_checked_at_each_call() -> None:
    stage, asked = Stage(), list[str]()

    async def check(context: ToolContext) -> None:
        asked.append(context.call)
        if len(asked) > 1:
            await stage.refuse(context)

    runner = replace(stage.runner, tools=[stage.tool("long", stage.long, check_asker=check)])
    first, second = await runner.run(calls("long", "long"), stage.context)
    assert (first.is_error, second.is_error) == (False, True)
    assert asked == ["toolu_0", "toolu_1"]


async def test_a_check_without_end_wrote_nothing() -> None:
    stage = Stage()

    async def check(_context: ToolContext) -> None:
        stage.begun.set()
        await asyncio.Event().wait()

    tool = stage.tool("write", stage.hang, is_write=True, check_asker=check)
    running = asyncio.create_task(replace(stage.runner, tools=[tool]).run(calls("write"), stage.context))
    await stage.begun.wait()
    turn_clock(SECONDS + 1)
    (result,) = await running
    assert result.content == "This took longer than 20 seconds and was ended."
    assert stage.journal.states["toolu_0"] is ToolCallState.FAILED
