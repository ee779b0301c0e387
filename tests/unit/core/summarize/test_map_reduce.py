from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.calls import Call, Purpose
from bot.core.domain.summary import Length, SummaryOptions
from bot.core.ports import Request
from bot.core.summarize.map_reduce import Digest, Digester
from bot.core.summarize.parts import PARALLEL
from bot.core.summarize.schema import Findings, Point, nothing
from bot.core.summarize.transcript import TranscriptLine
from bot.errors import ModelBudgetError, ModelFormError, ModelRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Model

CALL = Call(Purpose.DIGEST, "m", datetime(2026, 1, 1, tzinfo=UTC), 1, None, 10, 5, 0, 0, "end_turn", "r", "ok")
REQUEST = Request(Purpose.DIGEST, (), 8_000, "T1/U1")


class Forms:
    """A model that fills in forms by a rule, and counts how many it is asked for at once."""

    def __init__(self, rule: Callable[[str], Findings] | None = None) -> None:
        self.rule = rule or echo
        self.asked: list[str] = []
        self.at_once = self.most = 0

    @property
    def facts(self) -> Forms:
        """Return itself: there is nothing to know but the room."""
        return self

    def room(self, max_output: int, settings: Any = None) -> int:  # noqa: ARG002 (the port's)
        return 90_000

    async def fill(self, request: Request, form: type[Findings]) -> tuple[Findings, Call]:
        assert form is Findings
        text = request.turns[0].text
        self.asked.append(text)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return self.rule(text), CALL


class InMemoryKept:
    """Keeps findings in a dict."""

    def __init__(self) -> None:
        self.findings: dict[str, Findings] = {}

    async def get(self, key: str) -> Findings | None:
        return self.findings.get(key)

    async def keep(self, key: str, findings: Findings) -> None:
        self.findings[key] = findings


def ids(text: str) -> list[str]:
    """Return the ids of a request: its messages', or those that its parts rest on."""
    if found := re.search(r"<messages>(.*)</messages>", text, re.DOTALL):
        return [entry["id"] for entry in json.loads(found[1])]
    found = re.search(r"<parts>(.*)</parts>", text, re.DOTALL)
    assert found
    return [name for part in json.loads(found[1]) for point in part["decided"] for name in point["messages"]]


def decided(*names: str) -> Findings:
    return nothing().model_copy(update={"decided": [Point(text=f"On {name}.", messages=[name]) for name in names]})


def echo(text: str) -> Findings:
    return decided(*ids(text))


def lines(count: int, size: int = 30) -> list[TranscriptLine]:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    return [TranscriptLine(f"m{n}", f"{n}.0", "", "U1", "Ada", now, "x" * size) for n in range(1, count + 1)]


def digester(
    model: Forms,
    kept: InMemoryKept | None = None,
    progress: Callable[[int], None] = lambda _: None,
    options: SummaryOptions | None = None,
) -> Digester:
    return Digester(
        REQUEST, options or SummaryOptions(), model=cast("Model", model), kept=kept or InMemoryKept(), progress=progress
    )


async def digest(model: Forms, count: int, size: int = 30, **more: Any) -> Digest:
    return await digester(model, **more).digest(lines(count, size))


async def test_a_small_conversation_is_one_call() -> None:
    model = Forms()
    found = await digest(model, 100)
    assert len(model.asked) == 1
    assert "<messages>" in model.asked[0]
    assert len(found.findings.decided) == 100


async def test_a_large_one_is_read_side_by_side() -> None:
    model, seen = Forms(), list[int]()
    found = await digest(model, 2_000, 150, progress=seen.append)
    assert len(found.findings.decided) == 2_000
    assert 1 < model.most <= PARALLEL
    assert seen[-1] == 2_000
    assert seen == sorted(seen)
    assert "This is part 1 of" in model.asked[0]
    assert "<parts>" in model.asked[-1]


async def test_too_many_findings_are_merged_in_a_tree() -> None:
    def gist(text: str) -> Findings:
        if "<messages>" in text:
            return decided(*ids(text))
        return decided(*ids(text)[:3])

    model = Forms(gist)
    found = await digest(model, 5_000, 150)
    merges = [text for text in model.asked if "<parts>" in text]
    assert len(merges) > 2
    assert len(found.findings.decided) == 3


async def test_a_second_try_pays_for_nothing_twice() -> None:
    kept, failing = InMemoryKept(), Forms()

    def fail_at_the_end(text: str) -> Findings:
        if "<parts>" in text:
            raise ModelBudgetError("used up")
        return echo(text)

    failing.rule = fail_at_the_end
    with pytest.raises(ModelBudgetError):
        await digest(failing, 2_000, 150, kept=kept)
    again = Forms()
    found = await digest(again, 2_000, 150, kept=kept)
    assert len(again.asked) == 1
    assert len(found.findings.decided) == 2_000


async def test_another_length_reads_no_part_again() -> None:
    kept = InMemoryKept()
    await digest(Forms(), 2_000, 150, kept=kept)
    shorter = Forms()
    await digest(shorter, 2_000, 150, kept=kept, options=SummaryOptions(Length.SHORT))
    assert len(shorter.asked) == 1
    assert "one sentence in `gist`" in shorter.asked[0]


async def test_a_spoiled_form_is_split() -> None:
    def spoil(text: str) -> Findings:
        if "<messages>" in text and len(ids(text)) > 40:
            raise ModelFormError("cut", call=CALL)
        return echo(text)

    model = Forms(spoil)
    found = await digest(model, 100)
    assert len(found.findings.decided) == 100
    assert len(model.asked) == 8
    assert found.unread == 0


async def test_what_never_fits_is_counted() -> None:
    def spoil(text: str) -> Findings:
        if "<messages>" in text and "m3" in ids(text):
            raise ModelFormError("cut")
        return echo(text)

    found = await digest(Forms(spoil), 4)
    assert found.unread == 1
    assert [point.messages for point in found.findings.decided] == [["m1"], ["m2"], ["m4"]]


async def test_a_refused_part_is_left_out() -> None:
    def refuse(text: str) -> Findings:
        if "part 1 of" in text:
            raise ModelRefusedError("refusal", call=CALL)
        return echo(text)

    found = await digest(Forms(refuse), 2_000, 150)
    assert 0 < found.unread < 2_000
    assert len(found.findings.decided) == 2_000 - found.unread


async def test_a_refused_whole_is_raised() -> None:
    def refuse(_: str) -> Findings:
        raise ModelRefusedError("refusal")

    with pytest.raises(ModelRefusedError):
        await digest(Forms(refuse), 10)


async def test_a_whole_that_fails_is_raised() -> None:
    def spoil(_: str) -> Findings:
        raise ModelFormError("cut")

    def invent(_: str) -> Findings:
        return decided("m99999")

    for rule in (spoil, invent):
        with pytest.raises(ModelFormError):
            await digest(Forms(rule), 4)
    with pytest.raises(ModelFormError):
        await digest(Forms(spoil), 2_000, 150)
    assert (await digest(Forms(lambda _: nothing()), 4)).findings == nothing()


async def test_made_up_links_are_counted_at_each_step() -> None:
    def invent(text: str) -> Findings:
        return decided(ids(text)[0], "m99999")

    found = await digest(Forms(invent), 2_000, 150)
    assert found.links_dropped == found.points_dropped > 1
    assert len(found.findings.decided) == 1
