"""Commands with a prefix, where another app has their names: through the real wire."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from bot.core.command_prefix import NAMES
from bot.slack.manifest import manifest
from tests.acceptance.test_home import words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

BARE = re.compile(rf"(?<![\w/.-])/({NAMES})(?![\w/-])")


@pytest.fixture
async def prefixed(stage: Dialogue) -> AsyncIterator[Dialogue]:
    """The stage with a bot whose commands begin with `/ai-`."""
    stage.environ["PARLEY_COMMAND_PREFIX"] = "ai-"
    async with stage.bot():
        yield stage


async def parley(dialogue: Dialogue, text: str) -> str:
    """Type `/ai-parley …`; return what only I see then."""
    before = len(dialogue.workspace.ephemerals())
    await dialogue.workspace.command(dialogue.general, "/ai-parley", text)
    return await dialogue.whisper(before + 1)


async def test_all_that_is_said_has_the_prefix(prefixed: Dialogue) -> None:
    for typed in (
        *("help", "settings list", "prompt", "budget list", "usage", "history", "why", "persona", "triage report"),
        *("nonsense", "revert x", "set", "set model gpt-4", "set commands_off", "forget", "trends 1y", "workspace"),
    ):
        told = await parley(prefixed, typed)
        assert not BARE.search(told), typed
    assert "`/ai-parley" in await parley(prefixed, "help")
    await prefixed.workspace.command(prefixed.general, "/ai-code")
    told = await prefixed.whisper(len(prefixed.workspace.ephemerals()))
    assert "`/ai-code" in told
    assert not BARE.search(told)


async def test_forms_and_home_have_the_prefix(prefixed: Dialogue) -> None:
    workspace = prefixed.workspace
    await parley(prefixed, f"prompt {'word ' * 700}")
    await workspace.command(prefixed.general, "/ai-parley", "settings")
    await workspace.until(workspace.has_modal)
    shown = json.dumps(workspace.modal()["blocks"])
    assert "/ai-" in shown
    assert not BARE.search(shown)
    workspace.open_home()
    await workspace.until(lambda: "/ai-parley" in words(workspace.home()))
    assert not BARE.search(words(workspace.home()))


async def test_a_mention_is_a_command_with_it(prefixed: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\nprint(1)\n```")
    prefixed.mention("/ai-code print one")
    await prefixed.workspace.until(prefixed.workspace.files)
    assert [file.content for file in prefixed.workspace.files()] == [b"print(1)\n"]


async def test_commands_are_switched_off_with_it(prefixed: Dialogue) -> None:
    assert "*/ai-code*" in await parley(prefixed, "set commands_off /ai-code")
    await prefixed.workspace.command(prefixed.general, "/ai-code", "a haiku in Python")
    told = await prefixed.whisper(2)
    assert told.startswith("`/ai-code` is turned off here")


async def test_what_the_model_says_stays(prefixed: Dialogue, model: ScriptedModel) -> None:
    model.answer("Mount it at `/code`.")
    assert "`/code`" in await prefixed.answer(prefixed.general, prefixed.mention("Where do I mount it?"))


def test_the_manifest_has_the_prefix() -> None:
    declared = manifest(prefix="ai-")["features"]["slash_commands"]
    assert [one["command"] for one in declared] == ["/ai-summarize", "/ai-classify", "/ai-code", "/ai-parley"]
