"""Channels and people picked in the composer, behind every command that takes some, as Slack sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.playground.page.typed import as_typed
from bot.playground.page.viewer import Viewer

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue

ON_ONE_BOT = pytest.mark.asyncio(loop_scope="module")
TALK = ("The importer crashes on large files.", "Agreed: we stream large files.", "I'll write it by Friday.")


async def typed(dialogue: Dialogue, command: str, text: str) -> str:
    """Type a command in #general; return what I read."""
    workspace = dialogue.workspace
    seen = len(workspace.ephemerals())
    wire = as_typed(text, Viewer(workspace.workspace, workspace.me).mentions(in_command=True))
    await workspace.command(dialogue.general, command, wire)
    return await dialogue.whisper(seen + 1)


async def settings(dialogue: Dialogue, channel: str) -> dict[str, Any]:
    """Return what is set for a channel only, "" for the workspace."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        place = Place(dialogue.workspace.workspace.team_id, channel)
        return dict((await sql_store(database).settings.overrides(place)).values)
    finally:
        await database.close()


@ON_ONE_BOT
@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("set allowed_people @sam", "allowed_people", ["U01SAM00000"]),
        ("set denied_people @Sam Okoro, @gia", "denied_people", ["U01SAM00000", "U01GIA00000"]),
        ("workspace set denied_channels #general #leads", "denied_channels", ["C01GENERAL0", "C01LEADS000"]),
        ("set agents @ada", "agents", ["U01ADA00000"]),
        ("set teams Apps: #engineering, @sam; Web: @support", "teams", None),
    ],
)
async def test_a_setting_takes_picked_names(standing: Dialogue, text: str, name: str, value: list[str] | None) -> None:
    where = "" if text.startswith("workspace") else standing.general
    reply = await typed(standing, "/parley", text)
    found = (await settings(standing, where)).get(name)
    assert found == value or (value is None and "C01ENGINEER" in str(found) and "S01SUPPORT0" in str(found)), reply
    await typed(standing, "/parley", f"{'' if where else 'workspace '}unset {name}")
    assert name not in await settings(standing, where)


async def test_a_picked_channel_is_summarized(rehearsal: Dialogue) -> None:
    local = rehearsal.workspace
    local.fill(local.channel("leads"), TALK, ago=3_600)
    text = as_typed("#leads since yesterday", Viewer(local.workspace, local.me).mentions(in_command=True))
    await local.command(rehearsal.general, "/summarize", text)
    await local.until(
        lambda: any("stream large files" in message.shown for message in local.workspace.messages(rehearsal.direct))
    )


async def test_a_picked_channel_is_classified(rehearsal: Dialogue) -> None:
    local = rehearsal.workspace
    local.fill(local.channel("engineering"), TALK, ago=3_600)
    wish = "#engineering 7d into: Bug report, Plan"
    text = as_typed(wish, Viewer(local.workspace, local.me).mentions(in_command=True))
    await local.command(rehearsal.general, "/classify", text)
    await local.until(
        lambda: any("Bug report" in message.shown for message in local.workspace.messages(rehearsal.general))
    )
