"""Files that Claude's API rejects: the guilty one is left out alone, once, whoever posted it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from bot.playground.anthropic.reply import TextDelta
from bot.playground.anthropic.rules import MessagesApiError
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_files import PNG
from tests.support.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.reply import Event, ModelRequest
    from tests.acceptance.conftest import Dialogue

BAD = PNG + b"BAD"


class Picky(ScriptedModel):
    """Rejects requests with a bad picture in them, as the API does, with or without a word of where it stands."""

    def __init__(self, *, says_where: bool) -> None:
        super().__init__()
        self.says_where = says_where
        self.rejected = 0

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        for number, turn in enumerate(asked.body["messages"]):
            for place, block in enumerate(turn["content"] if isinstance(turn["content"], list) else []):
                if block["type"] == "image" and base64.b64decode(block["source"]["data"]).endswith(b"BAD"):
                    self.rejected += 1
                    where = f"messages.{number}.content.{place}.image.source.base64.data: " if self.says_where else ""
                    raise MessagesApiError(400, f"{where}Could not process image")
        if asked.text.strip() == "Say OK.":
            yield TextDelta("OK")
            return
        async for event in super().respond(asked):
            yield event


@pytest.fixture(params=[True, False], ids=["where", "nowhere"])
def model(request: pytest.FixtureRequest) -> Picky:
    return Picky(says_where=request.param)


def pictures(model: ScriptedModel) -> list[bytes]:
    """Return the pictures of the newest request that was answered."""
    found: list[dict[str, Any]] = []
    for turn in model.requests[-1].body["messages"]:
        found += (
            [block for block in turn["content"] if block["type"] == "image"]
            if isinstance(turn["content"], list)
            else []
        )
    return [base64.b64decode(block["source"]["data"]) for block in found]


@BOTH_DATABASES
async def test_a_bad_picture_of_another_is_left_out(dialogue: Dialogue, model: Picky) -> None:
    workspace, general = dialogue.workspace, dialogue.general
    root = workspace.say(general, "look at this screenshot", user=workspace.sam, files={"screen.png": BAD})
    model.answer("A fine plan.")
    dialogue.mention("what do you think of the plan?", thread_ts=root)
    answer = await dialogue.answer(general, root)
    assert answer.startswith("A fine plan.")
    assert "Claude could not open *screen.png*, so I answered without it." in answer
    assert "[file: screen.png]" in str(model.requests[-1].body["messages"])
    rejected = model.rejected
    good = PNG + b"GOOD"
    model.answer("A cat.")
    dialogue.mention("what does this one show?", thread_ts=root, files={"cat.png": good})
    assert await dialogue.answer(general, root, 2) == "A cat."
    assert pictures(model) == [good]
    model.answer("Still a cat.")
    dialogue.mention("describe it once more", thread_ts=root)
    assert await dialogue.answer(general, root, 3) == "Still a cat."
    assert pictures(model) == [good]
    assert model.rejected == rejected == 1


async def test_several_bad_pictures_are_found(dialogue: Dialogue, model: Picky) -> None:
    files = {f"{number}.png": (BAD if number in {1, 4} else PNG + bytes([number])) for number in range(6)}
    model.answer("Four cats.")
    ts = dialogue.workspace.say(dialogue.direct, "what are these?", files=files)
    answer = await dialogue.answer(dialogue.direct, ts)
    assert "Claude could not open *1.png* and *4.png*, so I answered without them." in answer
    assert pictures(model) == [PNG + bytes([number]) for number in (0, 2, 3, 5)]
    model.answer("Four.")
    dialogue.workspace.say(dialogue.direct, "how many?", thread_ts=ts)
    assert await dialogue.answer(dialogue.direct, ts, 2) == "Four."
    assert len(pictures(model)) == 4
    assert model.rejected <= 10
    calls = await dialogue.rows("SELECT outcome FROM calls")
    assert len([one for (one,) in calls if one == "ModelRejectedError"]) == model.rejected


async def test_files_that_are_not_at_fault_stay(dialogue: Dialogue, model: Picky) -> None:
    for _ in range(2):
        model.answer(MessagesApiError(400, "system: something else is wrong"))
    files = {"1.png": PNG + b"1", "2.png": PNG + b"2"}
    ts = dialogue.workspace.say(dialogue.direct, "what are these?", files=files)
    assert "Claude couldn't process that request." in await dialogue.answer(dialogue.direct, ts)
    model.answer("Cats.")
    dialogue.workspace.say(dialogue.direct, "and now?", thread_ts=ts)
    assert await dialogue.answer(dialogue.direct, ts, 2) == "Cats."
    assert len(pictures(model)) == 2
