"""Rounds of an answer that dies at each instant between two effects, and goes on in another try of its turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, cast

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from bot.calls import Call
from bot.core.domain.channel_settings import DEFAULTS
from bot.core.domain.message import IncomingMessage, Message, Place, Role
from bot.core.domain.people import Requester
from bot.core.domain.tool import Passage, ToolCall
from bot.core.ports import Completion, Model, Request, Turn
from bot.core.tools.progress import KEY
from bot.core.tools.rounds import SECONDS, TOTAL, Rounds
from bot.core.tools.tool import Tool, ToolContext, ToolOutput, anyone
from bot.db.tables import ToolCallRow
from bot.db.tool_calls import SqlToolJournal
from bot.errors import ModelRejectedError, ModelUnavailableError, OverBudgetError
from tests.support.clock import turn_clock
from tests.support.turn import StandInJob, begin_turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.tool import Step
    from bot.core.ports import Answer, Listeners
    from bot.core.ports.tools import ToolCallEntry, ToolCallState
    from bot.core.writing.ask import ModelAnswer
    from bot.db.engine import Database

PLACE = Place("T1", "C1", "1.0")
QUESTION = IncomingMessage(PLACE, "1.0", "U1", "T1", "look", is_direct=False, mentions_bot=True, addresses_other=False)
ASKED = Message(Role.USER, "U1", "look", "1.0")
LATER = Message(Role.USER, "U1", "and hurry", "1.1")
REQUEST = Request("answer", (Turn(Role.USER, "look"),), 1_000, "U1")
FOUND = Passage("https://slack.example/p1", "Ada, #general", "the zyxgizmo ships in May")
SCANS = 5  # over all instants, at most
WHOLE = "Round 0.\n\nRound 1.\n\nThat is all."


class KilledError(BaseException):
    """The process is gone."""


class Arguments(BaseModel):
    """What both tools take."""

    word: str


class ScriptedAnswer:
    """What people see of one try."""

    def __init__(self) -> None:
        self.text = ""
        self.steps: dict[str, Step] = {}

    def write(self, text: str) -> None:
        self.text += text

    def step(self, step: Step) -> None:
        self.steps[step.id] = step


@dataclass
class World:
    """All that outlives a process, and what was asked of the model. Dies at its `fatal` instant."""

    journal: SqlToolJournal
    fatal: int = 0
    instants: int = 0
    is_storable: bool = True
    job: StandInJob = field(default_factory=StandInJob)
    written: list[str] = field(default_factory=list)
    looked_up: int = 0
    asked: list[Request] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)  # rounds in which the model is away, once each
    too_dear: list[tuple[int, bool]] = field(default_factory=list)  # rounds, and whether they may call
    late: int = -1  # the round at whose end no time is left
    endless: int = -1  # the round that never ends
    is_changed: bool = False  # what comes before the rounds that are kept
    ids: int = 0
    shown: list[ScriptedAnswer] = field(default_factory=list)

    def instant(self) -> None:
        self.instants += 1
        if self.instants == self.fatal:
            raise KilledError

    @property
    def turn(self) -> StandInJob:
        return self.job

    reference = "t-1"

    def get(self, key: str) -> str | None:
        return self.job.get(key)

    async def keep(self, key: str, value: str) -> None:
        self.instant()
        await self.job.keep(key, value)
        self.instant()

    async def begin(self, entry: ToolCallEntry) -> ToolCallState | None:
        before = await self.journal.begin(entry)
        self.instant()
        return before

    async def end(self, entry: ToolCallEntry, state: ToolCallState) -> None:
        self.instant()
        await self.journal.end(entry, state)
        self.instant()

    async def find(self, _arguments: Arguments, _context: ToolContext) -> ToolOutput:
        self.instant()
        self.looked_up += 1
        return ToolOutput(passages=(FOUND,), is_storable=self.is_storable)

    async def note(self, arguments: Arguments, _context: ToolContext) -> ToolOutput:
        self.instant()
        self.written.append(arguments.word)
        self.instant()
        return ToolOutput("noted")

    async def arrived(self, question: IncomingMessage) -> tuple[Message, ...]:
        self.instant()
        return (LATER,) if question.id < LATER.id else ()

    async def unanswered(self, _place: Place, _question: Message, _settings: ChannelSettings) -> str:
        return ""

    async def write(
        self,
        request: Request,
        on_text: Callable[[str], None],
        _listeners: Listeners,
        _cancelled: asyncio.Event | None = None,
    ) -> Completion:
        """Find, then find and note, then answer."""
        number = len(request.rounds)
        self.asked.append(request)
        self.instant()
        if number in self.failing:
            self.failing.remove(number)
            raise ModelUnavailableError("away")
        if (number, request.may_call) in self.too_dear:
            raise OverBudgetError("The budget is spent.")
        if number and self.is_changed:
            self.is_changed = False
            raise ModelRejectedError("messages.1: thinking blocks do not match")
        if number == self.late:
            turn_clock(SECONDS + 1)
        if number == self.endless:
            on_text("That is ")
            turn_clock(TOTAL + 1)
            await asyncio.Event().wait()
        call = Call("answer", "m", datetime.now(UTC), 1, None, 0, 0, 0, 0, None, None, "ok")
        if number == 2 or not request.may_call:
            on_text("That is ")
            self.instant()
            on_text("all.")
            return Completion("", truncated=False, call=call)
        on_text(f"Round {number}.")
        wanted = ("find", "note")[: number + 1]
        self.ids += 1
        calls = tuple(ToolCall(f"toolu_{self.ids}_{name}", name, {"word": "x"}) for name in wanted)
        return Completion("", truncated=False, call=call, tool_calls=calls, content=f'[{{"thinking": "{number}"}}]')

    def tool(
        self, name: str, run: Callable[[Arguments, ToolContext], Awaitable[ToolOutput]], *, is_write: bool = False
    ) -> Tool[Arguments]:
        """Return a tool."""
        return Tool(
            name=name,
            description="",
            arguments=Arguments,
            is_on=lambda _: True,
            check_asker=anyone,
            longest_result=2_000,
            title=lambda _, state: f"{name} {state}",
            run=run,
            is_write=is_write,
        )

    async def go(self) -> ModelAnswer:
        """Try the turn."""
        tools = self.tool("find", self.find), self.tool("note", self.note, is_write=True)
        context = ToolContext(PLACE, Requester("U1", "T1"), ASKED, DEFAULTS, self, call="")
        rounds = Rounds(tools, context, QUESTION, self, self.arrived, self.unanswered, 6)
        self.shown.append(ScriptedAnswer())
        model = cast("Any", Model)(
            *[cast("Any", None)] * 2, write=self.write, fill=None, submit=None, collect=None, cancel=None
        )
        return await rounds.ask(REQUEST, cast("Answer", self.shown[-1]), model=model)


async def killed_at(world: World, number: int) -> ModelAnswer:
    """Let a world die at an instant, and go on to its end."""
    world.fatal = number
    with pytest.raises(KilledError):
        await world.go()
    return await world.go()


async def rows(database: Database) -> list[tuple[str, str]]:
    async with database.reader.connect() as connection:
        found = await connection.execute(select(ToolCallRow.tool, ToolCallRow.state).order_by(ToolCallRow.call))
        return [(row.tool, row.state) for row in found]


async def test_every_instant_of_rounds_is_survived(database: Database) -> None:
    """A finished round is not paid for again, what writes runs once at most, and people see one whole answer."""
    journal = SqlToolJournal(database)
    whole = World(journal, job=StandInJob(reference="whole"))
    assert (await whole.go()).text == WHOLE
    normal = len(whole.asked)
    for number in range(1, whole.instants + 1):
        world = World(journal, job=StandInJob(reference=f"t-{number}"))
        world.reference = world.job.reference
        answer = await killed_at(world, number)
        assert answer.text == WHOLE, number
        assert world.shown[-1].text == WHOLE, number
        assert len(world.written) <= 1, number
        results = [result.content for one in world.asked[-1].rounds for result in one.results]
        assert any("noted" in one or "done" in one for one in results), number
        assert len(world.asked) <= normal + 1, number
        kept = [one.rounds for one in world.asked]
        assert all(after[: len(before)] == before for before, after in pairwise(kept)), number
        assert [answer.added] == [(LATER,)], number
        assert len({call.started_at for call in answer.calls}) == normal, number  # the ledger's: one for each round
        assert sum(bool(one.added) for one in world.asked[-1].rounds) == 1, number
        last = world.shown[-1].steps.values()
        assert sorted(one.title for one in last if one.title[:4] in {"find", "note"})[:2] == ["find complete"] * 2


async def test_what_writes_is_written_or_told(database: Database) -> None:
    """It is lost only where nobody can know whether it was done, and then the model is told so."""
    journal, lost, runs = SqlToolJournal(database), [], count(1)
    # Two calls run at once, so a kill at the n-th instant does not always hit the same one.
    for _ in range(SCANS):
        for fatal in count(1):
            world = World(journal, job=StandInJob(reference=f"t-{next(runs)}"))
            world.reference, world.fatal = world.job.reference, fatal
            try:
                await world.go()
                break
            except KilledError:
                await world.go()
            if not world.written:
                lost.append([result.content for result in world.asked[-1].rounds[1].results][1])
        if lost:
            break
    assert lost
    assert set(lost) == {"An interruption came, so this may be done. It was not done again."}


async def test_what_may_not_be_kept_is_not(database: Database) -> None:
    """Nor anything after it; a later round that was lost is asked for again, and what it wrote stays written once."""
    journal, number = SqlToolJournal(database), 0
    while True:
        number += 1
        world = World(journal, job=StandInJob(reference=f"t-{number}"), is_storable=False)
        world.reference = world.job.reference
        world.fatal = number
        try:
            await world.go()
            break
        except KilledError:
            kept = world.get(KEY) or ""
            assert "zyxgizmo" not in kept
            assert "Round 1" not in kept
            answer = await world.go()
        assert "zyxgizmo" not in (world.get(KEY) or "")
        assert answer.text == WHOLE
        assert len(world.written) <= 1, number
    assert ("note", "done") in await rows(database)


async def test_a_failed_round_is_left_to_another_try(database: Database) -> None:
    world = World(SqlToolJournal(database), failing=[1, 2])
    for _ in range(2):
        with pytest.raises(ModelUnavailableError) as raised:
            await world.go()
        assert raised.value.partial == ""
    assert (await world.go()).text == WHOLE
    assert [len(one.rounds) for one in world.asked] == [0, 1, 1, 2, 2]
    assert world.asked[1] == world.asked[2]
    assert world.written == ["x"]


async def test_kept_calls_are_noted_again(database: Database) -> None:
    """A try that goes on with rounds and fails for good leaves what they took in the ledger, too."""
    world = World(SqlToolJournal(database), failing=[1])
    with pytest.raises(ModelUnavailableError):
        await world.go()
    spending = begin_turn().spending
    await world.go()
    assert len(spending.calls) == 1


async def test_unread_words_keep_their_turn(database: Database) -> None:
    """The model was refused before it read them, also where the process died in between."""
    too_dear = [(1, True), (1, False)]
    whole = World(SqlToolJournal(database), job=StandInJob(reference="whole"), too_dear=too_dear)
    await whole.go()
    for number in range(whole.instants + 1):
        world = World(SqlToolJournal(database), job=StandInJob(reference=f"t-{number}"), too_dear=too_dear)
        world.reference = world.job.reference
        answer = await (killed_at(world, number) if number else world.go())
        assert answer.added == (), number
        assert "The budget is spent." in answer.ending, number
        assert "took in" not in answer.ending, number
        assert world.shown[-1].steps["added 1.1"].title == "I'll answer what you wrote meanwhile next.", number


async def test_a_budget_leaves_a_last_answer(database: Database) -> None:
    world = World(SqlToolJournal(database), too_dear=[(1, True)])
    answer = await world.go()
    assert answer.text == "Round 0.\n\nThat is all."
    assert [one.may_call for one in world.asked] == [True, True, False]
    assert "I stopped looking things up here. The budget is spent." in answer.ending
    assert answer.added == (LATER,)


async def test_late_calls_do_not_run(database: Database) -> None:
    world = World(SqlToolJournal(database), late=1)
    answer = await world.go()
    assert (world.looked_up, world.written) == (1, [])
    assert {result.content for result in world.asked[-1].rounds[1].results} == {
        "No time is left to look this up. Nothing was done."
    }
    assert not world.asked[-1].may_call
    assert answer.text == WHOLE


async def test_an_answer_without_end_is_ended(database: Database) -> None:
    world = World(SqlToolJournal(database), endless=2)
    with pytest.raises(ModelUnavailableError) as late:
        await world.go()
    assert late.value.partial == "Round 0.\n\nRound 1.\n\nThat is "


async def test_rounds_that_no_longer_fit_begin_again(database: Database) -> None:
    """As after an update that changed a prompt; what writes still runs once."""
    world = World(SqlToolJournal(database), failing=[2])
    with pytest.raises(ModelUnavailableError):
        await world.go()
    world.is_changed = True
    answer = await world.go()
    assert [len(one.rounds) for one in world.asked] == [0, 1, 2, 2, 0, 1, 2]
    assert answer.text == f"Round 0.\n\nRound 1.\n\n{WHOLE}"
    assert world.written == ["x"]
    assert answer.added == (LATER,)


async def test_rounds_of_this_try_fail_as_before(database: Database) -> None:
    world = World(SqlToolJournal(database), is_changed=True)
    with pytest.raises(ModelRejectedError):
        await world.go()
    assert [len(one.rounds) for one in world.asked] == [0, 1]
