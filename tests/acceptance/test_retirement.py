"""Models that retire: what is set to one goes on with its replacement, and says so once."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot import app, settings
from bot.cli import doctor, settings_file
from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.errors import SettingsError
from tests.acceptance.conftest import BOTH_DATABASES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude-sonnet-4-5' is deprecated:DeprecationWarning")

OLD, NEW, END = "claude-sonnet-4-5", "claude-sonnet-5-5", date(2026, 11, 30)
TOLD = f"Anthropic has retired {OLD}"


@asynccontextmanager
async def bot(stage: Dialogue, on: date, **environ: str) -> AsyncIterator[None]:
    """Run the bot on a day."""
    read = settings.read(stage.environ | stage.workspace.environment("http") | environ, for_slack=True, on=on)
    async with app.running(read, lambda: on) as address:
        stage.workspace.deliver_to(f"{address}/slack/events")
        yield


def said(stage: Dialogue, words: str) -> int:
    """Count how often something can be read in #general and its threads."""
    roots = stage.workspace.workspace.messages(stage.general)
    shown = {m.ts: m.shown for root in roots for m in [root, *stage.workspace.thread(stage.general, root.ts)]}
    return sum(words.replace("`", "") in text.replace("`", "") for text in shown.values())


async def shown(stage: Dialogue, words: str) -> None:
    """Wait until something can be read in #general or its threads."""
    await stage.workspace.until(lambda: said(stage, words))


async def answers_are_by(stage: Dialogue, model: ScriptedModel, *names: str) -> None:
    """Ask in new threads, and compare the models that were asked."""
    before = len(model.requests)
    for number in range(before, before + len(names)):
        model.answer(f"Answer {number}.")
        stage.mention(f"question {number}")
        await shown(stage, f"Answer {number}.")
        await stage.until_idle()
    assert [asked.body["model"] for asked in model.requests[before:]] == [*names]


@BOTH_DATABASES
async def test_a_place_goes_on_with_the_replacement(stage: Dialogue, model: ScriptedModel) -> None:
    """The channel and the workspace are set to it; it is told once, and what they are set to has changed since."""
    team = stage.workspace.workspace.team_id
    here, everywhere = Place(team, stage.general), Place(team, "")
    database = Database.open(stage.environ["DATABASE_URL"])
    store = sql_store(database)
    try:
        for place in (here, everywhere):
            await store.settings.change(place, {"model": OLD, "temperature": 0.7}, "U1")
        async with bot(stage, date(2026, 11, 29)):
            await answers_are_by(stage, model, OLD)
            assert said(stage, TOLD) == 0
        async with bot(stage, END):
            await answers_are_by(stage, model, NEW, NEW)
        async with bot(stage, END):
            await answers_are_by(stage, model, NEW)
        assert said(stage, TOLD) == 1
        assert said(stage, "which the workspace and this channel were set to") == 1
        assert said(stage, "`model` is not applied") == 0
        for place in (here, everywhere):
            assert (await store.settings.overrides(place)).values["model"] == NEW
            assert (await store.settings.history(place))[0].person == "parley"
    finally:
        await database.close()


async def test_a_thread_is_told_of_its_own(stage: Dialogue, model: ScriptedModel) -> None:
    async with bot(stage, END):
        model.answer("One.")
        ts = stage.mention("first")
        await stage.answer(stage.general, ts)
        await stage.until_idle()
        here = Place(stage.workspace.workspace.team_id, stage.general, ts)
        database = Database.open(stage.environ["DATABASE_URL"])
        await sql_store(database).settings.change(here, {"model": OLD}, "U1")
        await database.close()
        for words in ("second", "third"):
            model.answer(f"{words}!")
            stage.workspace.say(stage.general, words, thread_ts=ts)
            await shown(stage, f"{words}!")
            await stage.until_idle()
        assert said(stage, "which this thread was set to") == 1
        assert [asked.body["model"] for asked in model.requests] == ["claude-haiku-5-5", NEW, NEW]


async def test_nobody_can_choose_a_retired_one(stage: Dialogue) -> None:
    async with bot(stage, END):
        reply = await stage.workspace.command(stage.general, "/parley", f"set model {OLD}")
        assert reply.acked
        assert f"The model {OLD} is retired; use {NEW} instead." in (await stage.whisper()).replace("`", "")
        assert NEW in await offered(stage)
        assert OLD not in await offered(stage)
    async with bot(stage, date(2026, 11, 29)):
        await stage.workspace.command(stage.general, "/parley", f"set model {OLD}")
        assert "model" in (await stage.whisper(2))
        assert OLD in await offered(stage)
    file = f'[T1.C1]\nmodel = "{OLD}"\n'
    with pytest.raises(SettingsError, match=f"Line 2: The model {OLD} is retired; use {NEW} instead"):
        settings_file.read(file, NEW, on=END)
    assert settings_file.read(file, NEW, on=date(2026, 11, 29)).sheets


async def offered(stage: Dialogue) -> str:
    """Open the form of the channel's settings; return it as it is written."""
    await stage.workspace.command(stage.general, "/parley", "settings")
    await stage.workspace.until(lambda: "Model" in json.dumps(stage.workspace.modal()))
    return json.dumps(stage.workspace.modal())


async def test_a_default_that_retires_is_said(
    stage: Dialogue, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    """Within sixty days, at the start and by the doctor; from its end on it stops the start, and no running bot."""
    environ = stage.environ | stage.workspace.environment("http") | {"CLAUDE_MODEL": OLD}
    days = {date(2026, 9, 30): False, date(2026, 10, 1): True, date(2026, 11, 29): True}
    for on, is_soon in days.items():
        caplog.clear()
        async with bot(stage, on, CLAUDE_MODEL=OLD):
            assert (f"{OLD} retires on 2026-11-30: set CLAUDE_MODEL to {NEW}" in caplog.text) is is_soon
        read = settings.read(environ, for_slack=True, on=on)
        (found,) = [one for one in await doctor.examine(read, on) if one.name == "Claude"]
        assert found.is_well
        assert NEW in found.remedy
    with pytest.raises(SettingsError, match=f"The model {OLD} is retired; use {NEW} instead"):
        settings.read(environ, for_slack=True, on=END)
    day = [date(2026, 11, 29)]
    read = settings.read(environ, for_slack=True, on=day[0])
    async with app.running(read, lambda: day[0]) as address:
        stage.workspace.deliver_to(f"{address}/slack/events")
        day[0] = END
        await answers_are_by(stage, model, NEW)
