"""The commands with the rehearsal model: what somebody without an account sees."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import TextDelta, ThinkingDelta
from bot.playground.rehearsal.code import load_templates
from bot.playground.rehearsal.model import NOTICE, Rehearsal
from tests.acceptance.conftest import Dialogue
from tests.acceptance.test_commands import command_thread

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord
    from tests.support.workspace import ScriptedWorkspace

TALK = (
    "The importer crashes on large files. Should we split them?",
    "I disagree, streaming is better than splitting large files.",
    "Agreed: we stream large files in the importer.",
    "I'll write the streaming importer by Friday.",
)


async def test_a_channel_is_summarized_with_links(rehearsal: Dialogue) -> None:
    local = rehearsal.workspace
    asked = local.fill(rehearsal.general, TALK, ago=3_600)
    await local.command(rehearsal.general, "/summarize", "24h")
    await local.until(
        lambda: any("by Friday" in message.shown for message in local.workspace.messages(rehearsal.direct))
    )
    shown = local.workspace.messages(rehearsal.direct)[-1].shown
    assert "stream large files" in shown
    assert asked[2].replace(".", "") in shown


async def test_code_is_revised_in_its_thread(rehearsal: Dialogue) -> None:
    local = rehearsal.workspace
    await local.command(rehearsal.general, "/code", "a function for the area of a circle")
    await local.until(lambda: any(file.name == "circle_area.py" for file in local.files()))
    root = next(message for message in local.workspace.messages(rehearsal.general) if not message.thread_ts)
    local.say(rehearsal.general, "Write tests for it, please", thread_ts=root.ts)
    await local.until(lambda: any("# test_circle_area.py" in m.shown for m in local.thread(rehearsal.general, root.ts)))
    await rehearsal.answer(rehearsal.general, root.ts, 3)
    assert NOTICE in local.thread(rehearsal.general, root.ts)[-1].shown


async def test_code_is_written_after_a_mention(rehearsal: Dialogue) -> None:
    rehearsal.mention("code: a function for the area of a circle")
    await rehearsal.workspace.until(lambda: any(file.name == "circle_area.py" for file in rehearsal.workspace.files()))


async def test_cut_code_is_gone_on_with(rehearsal: Dialogue) -> None:
    local = rehearsal.workspace
    await local.command(rehearsal.general, "/parley", "set max_output 256")
    await rehearsal.whisper()
    await local.command(rehearsal.general, "/code", "fetch JSON from an HTTP API in Python")
    await local.until(
        lambda: any("“Continue” goes on" in m.shown for m in command_thread(rehearsal, rehearsal.general))
    )
    cut = command_thread(rehearsal, rehearsal.general)[1]
    assert local.files() == []
    assert (await local.press(cut, "code_continue.0")).ok
    await local.until(local.files)
    (file,) = local.files()
    code = load_templates()["http_get.py"].removeprefix("```python\n").partition("```")[0]
    assert file.text == code


async def test_what_was_hidden_can_be_seen(rehearsal: Dialogue) -> None:
    await rehearsal.workspace.command(rehearsal.general, "/parley", "set redact true")
    await rehearsal.whisper()
    ts = rehearsal.mention("is anna@acme-corp.com or +49 30 901820 right?")
    answer = await rehearsal.answer(rehearsal.general, ts)
    assert "What I was sent: “is `email-1` or `phone-1` right?”" in answer
    assert "anna@acme-corp.com" not in answer


SEARCHED = "Searched the web for “Lumenpad's price”"


class Unhurried(Rehearsal):
    """Goes on after a search once people see it: an answer that is there at once comes whole, without its steps."""

    def __init__(self, workspace: ScriptedWorkspace, channel: str) -> None:
        super().__init__(pace=0)
        self._workspace, self._channel = workspace, channel

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        has_searched = False
        async for event in super().respond(asked):
            if has_searched and isinstance(event, TextDelta):
                await self._workspace.until(lambda: any(SEARCHED in one.shown for one in self._messages()))
            has_searched = has_searched or not isinstance(event, TextDelta | ThinkingDelta)
            yield event

    def _messages(self) -> Sequence[MessageRecord]:
        return self._workspace.workspace.messages(self._channel)


async def test_the_web_is_searched_with_sources(workspace: ScriptedWorkspace, environ: dict[str, str]) -> None:
    async with (
        MessagesServer(Unhurried(workspace, workspace.channel("general"))) as server,
        aclosing(Dialogue(workspace, environ | server.environment())) as dialogue,
        dialogue.bot(),
    ):
        await workspace.command(dialogue.general, "/parley", "set web on")
        await dialogue.whisper()
        answer = await dialogue.answer(dialogue.general, dialogue.mention("search the web for Lumenpad's price"))
    assert SEARCHED in answer
    assert NOTICE in answer
    assert "The price of the Team plan went up from $5 to $6 on September 1, 2026.” [1](https://lumenpad" in answer


async def test_a_note_is_known_later(rehearsal: Dialogue) -> None:
    local = rehearsal.workspace
    await local.command(rehearsal.general, "/parley", "set memory on")
    await rehearsal.whisper()
    ts = rehearsal.mention("remember that we eat at noon until Friday")
    assert "noted “we eat at noon until Friday”" in await rehearsal.answer(rehearsal.general, ts)
    await local.command(rehearsal.general, "/parley", "memory")
    assert "we eat at noon until Friday" in (listed := await rehearsal.whisper(2))
    assert "; until " in listed
