"""Sources from the command to what was read of them, through the real wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.conftest import on_shared_bot
from tests.support.website import Website, page, website

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue

READ = "SELECT text FROM knowledge_passages ORDER BY text"


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website() as opened:
        opened.pages |= {"/": page("Start", "/a"), "/a": page("Export")}
        yield opened


@pytest.fixture
def environ(database_url: str, site: Website) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "PORT": "0", "KNOWLEDGE_HOSTS": site.host}


@on_shared_bot
async def test_threads_follow_what_people_do(dialogue: Dialogue) -> None:
    """What was read of threads goes when a message of them is edited or deleted, and when its author is forgotten."""
    local, channel = dialogue.workspace, dialogue.general
    replies = []
    for number, helper in enumerate((local.sam, local.sam, local.gia, local.me)):
        ts = local.say(channel, f"How do I export board {number}?", user=local.ada)
        replies.append(local.say(channel, f"By menu {number}.", user=helper, thread_ts=ts))
        local.react(channel, ts, "white_check_mark")
    await local.command(channel, "/parley", f"knowledge add <#{channel}|general>")
    await dialogue.until_rows(READ, lambda rows: len(rows) == 4)
    local.edit(channel, replies[0], "By no menu.")
    await dialogue.until_rows(READ, lambda rows: len(rows) == 3)
    local.delete(channel, replies[1])
    await dialogue.until_rows(READ, lambda rows: len(rows) == 2)
    await local.command(channel, "/parley", "forget me")
    await local.until(lambda: "This erases" in local.ephemerals()[-1].shown)
    await local.press(local.ephemerals()[-1], "forget.0")
    ((left,),) = await dialogue.until_rows(READ, lambda rows: len(rows) == 1)
    assert "By menu 2." in str(left)


async def test_a_site_is_read_and_read_again(dialogue: Dialogue, site: Website) -> None:
    local = dialogue.workspace
    await local.command(dialogue.general, "/parley", f"knowledge add {site.url}")
    await local.until(lambda: f"I read 2 pages of {site.host}" in "".join(one.shown for one in direct(dialogue)))
    await local.command(dialogue.general, "/parley", "knowledge list")
    assert "2 pages, read " in await dialogue.whisper(2)
    site.pages["/"] = page("Start")
    await local.command(dialogue.general, "/parley", "knowledge refresh 1")
    ((left,),) = await dialogue.until_rows(READ, lambda rows: len(rows) == 1)
    assert "Start" in str(left)
    await dialogue.until_idle()
    assert len(direct(dialogue)) == 1


def direct(dialogue: Dialogue) -> list[MessageRecord]:
    return dialogue.workspace.workspace.messages(dialogue.direct)
