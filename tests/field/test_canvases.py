"""Canvases, as they went wrong for others; https://docs.slack.dev/surfaces/canvases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.core.domain.message import Place
from bot.errors import ChatError
from bot.playground.slack.methods.canvas import check
from bot.playground.slack.wire import ApiError
from bot.slack.chat.documents import SlackDocuments
from bot.slack.client.identity import AskedIdentity
from bot.slack.client.rate_limit import Budget
from bot.slack.client.tokens import Client, StaticToken
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.slack.outbound.canvas_markdown import canvas_markdown
from bot.slack.workspaces import WorkspaceClients
from tests.support.quota import InMemoryQuota
from tests.support.turn import StandInJob
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    Kept = tuple[ScriptedWorkspace, SlackDocuments]

TURN = StandInJob()


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    async with ScriptedWorkspace() as local, aiohttp.ClientSession() as session:
        local.change_rules(scopes=frozenset({*SCOPES, *OPTIONAL_SCOPES}))
        client = Client(StaticToken(local.workspace.bot_token), f"{local.url}/api/", session)
        yield (
            local,
            SlackDocuments(
                WorkspaceClients(lambda _: (client, AskedIdentity(client)), session, Budget(InMemoryQuota()))
            ),
        )


# https://github.com/getsentry/junior/pull/1115: one list in another of its kind, a quote in a list, a deep heading
@pytest.mark.parametrize(
    ("written", "put"),
    [
        ("1. Open it:\n   - the menu\n   - Export\n2. Done.", "1. Open it:\n   1. the menu\n   1. Export\n2. Done."),
        ("- Open it\n  > as told\n- Done", "- Open it\n  as told\n- Done"),
        ("- a\n\nThen:\n\n1) b", "- a\n\nThen:\n\n1) b"),
        ("> - Open it\n> - Export", "> Open it\n> Export"),
        ("##### Export\n```\n##### not this\n> - nor this\n```", "### Export\n```\n##### not this\n> - nor this\n```"),
    ],
)
def test_a_canvas_takes_what_is_written(written: str, put: str) -> None:
    assert canvas_markdown(written) == put
    assert canvas_markdown(put) == put
    check(put)
    if written != put:
        with pytest.raises(ApiError, match="canvas_creation_failed"):
            check(written)


# https://docs.slack.dev/surfaces/canvases: `![](@U1)` is a mention, `![](address)` shows what is there
def test_a_canvas_calls_no_one() -> None:
    assert canvas_markdown("Ask ![](@U1) or ![](https://evil.example/a)").count("![") == 0


# https://github.com/slackapi/python-slack-sdk/issues/1720: a table that the day before was none too many
# https://github.com/bobmatnyc/trusty-tools/pull/3749: a free plan has canvases in its channels' tabs only
async def test_a_refused_canvas_leaves_nothing_behind(kept: Kept) -> None:
    local, documents = kept
    here = Place(local.workspace.team_id, local.channel("general"))
    with pytest.raises(ChatError, match="canvas_creation_failed"):
        await documents.create(here, "Codes", "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 200, TURN)
    local.change_rules(is_free=True)
    with pytest.raises(ChatError, match="free_teams_cannot_create_non_tabbed_canvases"):
        await documents.create(here, "Codes", "One.", TURN)
    assert local.workspace.files == {}


# https://github.com/bobmatnyc/trusty-tools/issues/5155: nobody but the bot could open it
# https://github.com/Netflix/dispatch/pull/6205: that it was not shared went unnoticed
async def test_a_canvas_is_shared_with_its_channel_alone(kept: Kept) -> None:
    local, documents = kept
    here = Place(local.workspace.team_id, local.channel("general"))
    canvas = await documents.create(here, "Export", "Press *Export*.", TURN)
    assert local.workspace.file(canvas).access == {}
    await documents.share(here, canvas, TURN)
    assert local.workspace.file(canvas).access == {here.channel: "read"}
    assert (await documents.link(here, canvas)).endswith(f"/docs/{here.workspace}/{canvas}")
    direct = Place(here.workspace, local.workspace.direct(local.me.id).id)
    with pytest.raises(ChatError, match="channel_not_found"):
        await documents.share(direct, canvas, TURN)
    for _ in range(2):
        await documents.delete(here, canvas, TURN)
    assert local.workspace.file(canvas).is_deleted
