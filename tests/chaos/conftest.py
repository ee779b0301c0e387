"""The scene of the chaos tests: the local workspace with its people, a model, and real bots that die."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from bot.db.engine import Database
from bot.playground.anthropic.api import MessagesServer
from bot.playground.slack.rules import Rules
from tests.chaos.model import RecordingModel
from tests.chaos.people import People
from tests.chaos.replica import Replica
from tests.chaos.verdict import brief, faults, until_idle
from tests.support.postgresql import PostgresqlServer, free_port, private_postgresql
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# Slack's own retries take minutes, and give up after the third.
RULES = Rules(retry_delays=(0.0, *[0.3] * 300))
GRACE = 3  # seconds: SHUTDOWN_GRACE
LEASE = 6  # seconds: TAKEOVER_AFTER


@dataclass
class Scene:
    """What a test of this folder plays with. `seed` is what its random instants come from."""

    workspace: ScriptedWorkspace
    model: RecordingModel
    people: People
    environ: dict[str, str]
    folder: Path
    seed: int
    rng: random.Random
    replicas: list[Replica] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)

    def replica(self, transport: Literal["http", "socket"] = "socket") -> Replica:
        """Add a bot, which is not started yet. Over HTTP, all that there are get what is delivered in turn."""
        environ = self.environ | self.workspace.environment(transport)
        if transport == "http":
            environ["PORT"] = str(free_port())
            self.urls.append(f"http://127.0.0.1:{environ['PORT']}/slack/events")
            self.workspace.deliver_to(*self.urls)
        self.replicas.append(Replica(environ, self.folder, f"bot{len(self.replicas)}"))
        return self.replicas[-1]

    async def online(self) -> None:
        """Return at once: over sockets, the workspace itself waits for a bot."""

    async def settle(self) -> None:
        """Wait until all is answered and quiet, stop the bots, and pass the verdict."""
        database = Database.open(self.environ["DATABASE_URL"])
        try:
            await self.people.until_answered()
            await until_idle(database)
            running = [replica for replica in self.replicas if replica.ready.is_set()]
            statuses = await asyncio.gather(*(replica.stop() for replica in running))
            found = await faults(self.people, self.model, database)
        finally:
            await database.close()
        if any(statuses):
            found.append(f"the bots ended with {statuses}")
        if found:
            pytest.fail("\n".join([f"{len(found)} faults:", *found]))

    def picture(self) -> str:
        """Describe the scene, for a person who looks for what went wrong."""
        lines = [f"seed {self.seed} (CHAOS_SEED={self.seed} plays the same again)", *self.deaths]
        lines.append(f"{len(self.people.answered)} answered, {len(self.people.unanswered)} not")
        for talk in self.people.talks:
            if self.people.unanswered.intersection(talk.tags):
                said = self.workspace.thread(talk.channel, talk.thread) if talk.thread else []
                lines.append(f"talk {talk.number} asked {talk.tags}")
                lines += [
                    f"  {message.ts} {'streaming ' * message.streaming}{brief(message.shown)}" for message in said
                ]
        return "\n".join([*lines, *(replica.log() for replica in self.replicas)])


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What the instants come from: the same in each run of a test, but for `make fuzz`."""
    is_exploring = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
    own = secrets.randbits(32) if is_exploring else zlib.crc32(request.node.name.encode())
    return int(os.environ.get("CHAOS_SEED") or own)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'parley.db'}"


@pytest.fixture
async def scene(tmp_path: Path, database_url: str, seed: int) -> AsyncIterator[Scene]:
    model = RecordingModel()
    async with ScriptedWorkspace(RULES) as workspace, MessagesServer(model) as server:
        environ = {"DATABASE_URL": database_url, "PORT": "0", "SHUTDOWN_GRACE": str(GRACE)} | server.environment()
        environ["SLACK_RATE_FACTOR"] = "1000"  # one workspace's rates would make these runs last for hours
        environ["TAKEOVER_AFTER"] = str(LEASE)
        people = People(workspace)
        scene = Scene(workspace, model, people, environ, tmp_path, seed, random.Random(seed))  # noqa: S311 (no secret)
        yield scene
        print(scene.picture())  # noqa: T201 (pytest shows it with a failure)
        for replica in scene.replicas:
            await replica.clear_away()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server of its own: it crashes in the middle of a test."""
    with private_postgresql() as server:
        yield server


@pytest.fixture
async def postgresql_url(postgresql_server: PostgresqlServer) -> str:
    return await postgresql_server.migrated()
