"""The chat of one local workspace, without a bot around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.reader.pool import ReaderPool
from bot.slack.chat import slack_chat
from bot.slack.client.identity import AskedIdentity
from bot.slack.client.rate_limit import Budget
from bot.slack.client.tokens import Client, StaticToken
from bot.slack.workspaces import WorkspaceClients
from tests.support.quota import InMemoryQuota

if TYPE_CHECKING:
    import aiohttp

    from bot.core.ports import Chat
    from tests.support.workspace import ScriptedWorkspace


def chat_in(workspace: ScriptedWorkspace, session: aiohttp.ClientSession) -> Chat:
    """Build the chat by the workspace's own token."""
    client = Client(StaticToken(workspace.workspace.bot_token), f"{workspace.url}/api/", session)
    budget = Budget(InMemoryQuota())
    return slack_chat(
        WorkspaceClients(lambda _: (client, AskedIdentity(client)), session, budget), session, budget, ReaderPool()
    )
