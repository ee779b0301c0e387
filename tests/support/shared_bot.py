"""One bot for many tests, each of which gets a workspace, a database and a model as if they were new."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import delete

from bot.db.engine import Database
from bot.db.tables import Base
from bot.work.table import inbox
from tests.support.rows import Rows
from tests.support.scripted import ScriptedModel
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from sqlalchemy import Connection

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.workspace import Workspace

KEPT = {"rates", "settings_changes"}  # whose numbers the bot remembers
PEOPLE = ("me", "ada", "sam", "gia", "rio")


class CurrentModel:
    """Answers as the running test's model does."""

    def __init__(self) -> None:
        self.current = ScriptedModel()

    def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Let that model answer."""
        return self.current.respond(asked)


@dataclass
class SharedBot:
    """A bot that runs, and what it runs against."""

    workspace: ScriptedWorkspace
    model: CurrentModel
    environ: dict[str, str]
    url: str
    database: Database  # the tests' own connections: the first statements of a new one take long
    rows: Rows

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[ScriptedWorkspace]:
        """Let a new workspace take the place of its own: the same team, with people and channels that it has not seen.

        The model is new, too. At the end, the bot has to be idle; then all that is stored is deleted.
        """
        self.model.current = ScriptedModel()
        async with ScriptedWorkspace(self.workspace.workspace.rules, beside=self.workspace) as new:
            was, its = new.workspace, self.workspace.workspace
            was.team_id, was.team_name, was.domain, was.tokens = its.team_id, its.team_name, its.domain, its.tokens
            give_new_ids(was)
            new.deliver_to(f"{self.url}/slack/events")
            members = self.workspace.slack.members
            own, members[:] = members[:1], members[1:]
            try:
                yield new
            finally:
                members[:] = own
                await self._empty()
        self.model.current.expect_no_more()

    async def _empty(self) -> None:
        """Delete all that a test has left in the tables, but what the bot does by the clock."""

        def empty(connection: Connection) -> None:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in KEPT:
                    connection.execute(delete(table))
            connection.execute(delete(inbox).where(~inbox.c.kind.startswith("every:")))

        async with self.database.writer.begin() as connection:
            await connection.run_sync(empty)


def give_new_ids(workspace: Workspace) -> None:
    """Give a workspace's people and channels ids that no other has."""
    mark = secrets.token_hex(3).upper()
    new: dict[str, str] = {}
    for name in PEOPLE:
        person = getattr(workspace, name)
        new[person.id] = f"{person.id[:5]}{mark}"
        setattr(workspace, name, replace(person, id=new[person.id]))
    others = [user for user in workspace.users.values() if user.id not in new]
    workspace.users = {user.id: user for user in (*(getattr(workspace, name) for name in PEOPLE), *others)}
    for channel in workspace.channels.values():
        channel.id = f"{channel.id[:5]}{mark}"
        channel.members = [new.get(member, member) for member in channel.members]
    workspace.channels = {channel.id: channel for channel in workspace.channels.values()}
    users = [tuple(new.get(user, user) for user in group.users) for group in workspace.groups]
    workspace.groups = [replace(group, users=its) for group, its in zip(workspace.groups, users, strict=True)]
