"""Calls of tools that never end, end together, or are stopped: each is answered once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from pydantic import BaseModel

from bot.core.cancel import cancel_on
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.domain.message import Message, Place, Role
from bot.core.domain.people import Requester
from bot.core.domain.tool import Passage, Step, StepState, ToolCall
from bot.core.ports.tools import ToolCallEntry, ToolCallState
from bot.core.tools.run import LONGEST_RESULT, SECONDS, ToolRunner
from bot.core.tools.tool import Tool, ToolContext, ToolOutput
from bot.errors import ModelStoppedError
from tests.support.clock import turn_clock
from tests.support.turn import StandInJob


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
                Tool("hang", "", Nothing, lambda _: True, lambda _, state: f"hang {state}", self.hang),
                Tool("write", "", Nothing, lambda _: True, lambda _, state: f"write {state}", self.hang, is_write=True),
                Tool("break", "", Nothing, lambda _: True, lambda _, state: f"break {state}", self.fail),
                Tool("spoil", "", Nothing, lambda _: True, lambda _, state: f"s {state}", self.fail, is_write=True),
                Tool("long", "", Nothing, lambda _: True, lambda _, state: f"long {state}", self.long),
            ],
            self.journal,
            self.shown.append,
        )

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
