"""Clients of workspaces, which Slack calls teams: each with its token, and caches of its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import LRUCache

from bot.slack.client.action_tokens import ActionTokens
from bot.slack.client.identity import Identity
from bot.slack.client.names import Names
from bot.slack.client.own_messages import Ours
from bot.slack.client.people import People
from bot.slack.client.tokens import Client
from bot.slack.outbound.answer_context import WorkspaceOutput
from bot.slack.outbound.posts import Posts
from bot.slack.outbound.status import Sessions
from bot.slack.outbound.stream import Streams
from bot.slack.outbound.upload import Files

if TYPE_CHECKING:
    from collections.abc import Callable

    import aiohttp

    from bot.slack.client.rate_limit import Budget

KEPT = 200  # workspaces; each may remember the names of some thousands


@dataclass(frozen=True, slots=True)
class WorkspaceClient:
    """The client and the caches of one workspace."""

    client: Client
    identity: Identity
    out: WorkspaceOutput
    people: People
    names: Names
    ours: Ours
    tokens: ActionTokens


class WorkspaceClients:
    """Creates a workspace's client when it is first needed; beyond `KEPT`, the least used is dropped.

    `join` creates the client and the identity of a workspace, without a request.
    """

    def __init__(
        self, join: Callable[[str], tuple[Client, Identity]], session: aiohttp.ClientSession, budget: Budget
    ) -> None:
        self._join, self._session, self._budget = join, session, budget
        self._known = LRUCache[str, WorkspaceClient](KEPT)

    def of(self, workspace: str) -> WorkspaceClient:
        """Return a workspace's client, by its id."""
        if (team := self._known.get(workspace)) is None:
            team = self._known[workspace] = self._make(workspace)
        return team

    def forget(self, workspace: str) -> None:
        """Drop what is known of a workspace."""
        self._known.pop(workspace, None)

    def _make(self, workspace: str) -> WorkspaceClient:
        client, identity = self._join(workspace)
        out = WorkspaceOutput(
            client=client,
            identity=identity,
            sessions=Sessions(client, self._budget),
            streams=Streams(client, self._budget),
            posts=Posts(client, self._budget),
            files=Files(client, self._session),
        )
        people = People(client)
        return WorkspaceClient(
            client, identity, out, people, Names(client, people), Ours(client, identity), ActionTokens()
        )
