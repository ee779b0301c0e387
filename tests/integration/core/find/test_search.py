"""Whose messages are found where: what the asker may read, and everybody who reads the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.core.domain.message import Message, Place, Role
from bot.core.domain.search import Query
from bot.core.domain.thread import Record
from bot.core.find.search import Search, search
from bot.core.find.terms import terms_of
from bot.db.engine import Database
from bot.db.store import sql_store
from bot.db.threads import record
from bot.errors import NotAllowedError, UsageError
from tests.support.chat import chat_in
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.ports import Chat, Store
    from bot.playground.slack.records import User


class Scene:
    """A workspace whose channels each have a message, and what people find there."""

    def __init__(self, local: ScriptedWorkspace, chat: Chat, store: Store, database: Database) -> None:
        self.local, self._chat, self.store, self._database = local, chat, store, database
        workspace, me, sam, bot = local.workspace, local.me.id, local.sam.id, local.bot.id
        self.ids = {name: local.channel(name) for name in ("general", "support-feedback", "partners")}
        self.ids["merger"] = workspace.add_channel("merger", members=[me, sam, bot], is_private=True).id
        self.ids["other"] = workspace.add_channel("other", members=[me, bot], is_private=True).id
        self.ids["public"] = workspace.add_channel("public", members=[me, bot]).id
        self.ids["without bot"] = workspace.add_channel("without-bot", members=[me, sam]).id
        self.ids["direct"] = workspace.direct(me).id

    def place(self, channel: str) -> Place:
        return Place(self.local.workspace.team_id, self.ids[channel])

    async def fill(self) -> None:
        for name, id_ in self.ids.items():
            place = Place(self.local.workspace.team_id, id_, "1700000000.000100")
            messages = (Message(Role.USER, "U1", f"zanzibar in {name}", "1700000000.000100"),)
            async with self._database.writer.begin() as connection:
                await connection.run_sync(record, Record(place, "U1", began_with_bot=True, messages=messages))

    async def found(
        self, where: str, user: User | None = None, *, is_private: bool = False, channel: str = ""
    ) -> set[str]:
        """Return the channels whose messages someone finds."""
        person = (user or self.local.me).id
        wanted = Search(
            self.place(where),
            person,
            Query(terms_of("zanzibar")),
            is_private=is_private,
            channel=self.ids.get(channel, channel),
        )
        findings = await search(wanted, limit=50, store=self.store, directory=self._chat.directory)
        return {one.text.removeprefix("zanzibar in ") for one in findings.messages}


@pytest.fixture
async def scene(sqlite_url: str) -> AsyncIterator[Scene]:
    database = Database.open(sqlite_url)
    async with ScriptedWorkspace() as local, aiohttp.ClientSession() as session:
        made = Scene(local, chat_in(local, session), sql_store(database), database)
        await made.fill()
        yield made
    await database.close()


async def test_a_public_channel_shows_public_words(scene: Scene) -> None:
    assert await scene.found("general") == {"general", "support-feedback", "partners", "public"}
    assert await scene.found("general", scene.local.sam) == {"general", "support-feedback", "partners"}


async def test_a_private_channel_shows_its_own_too(scene: Scene) -> None:
    assert await scene.found("merger") == {"merger", "general", "support-feedback", "partners", "public"}


@pytest.mark.parametrize(("where", "is_private"), [("direct", False), ("general", True)])
async def test_the_asker_alone_sees_all_of_theirs(scene: Scene, where: str, is_private: bool) -> None:  # noqa: FBT001
    everywhere = set(scene.ids) - {"without bot", "direct"} | {where}
    assert await scene.found(where, is_private=is_private) == everywhere


async def test_a_shared_channel_shows_only_itself(scene: Scene) -> None:
    """People of other organizations read the answer, and can open no other channel of this workspace."""
    assert await scene.found("partners") == {"partners"}
    assert await scene.found("partners", scene.local.rio) == {"partners"}
    assert await scene.found("partners", scene.local.rio, is_private=True) == {"partners"}


async def test_guests_find_only_what_is_here(scene: Scene) -> None:
    scene.local.invite(scene.ids["general"], scene.local.gia)
    for is_private in (False, True):
        assert await scene.found("support-feedback", scene.local.gia, is_private=is_private) == {"support-feedback"}


async def test_who_left_finds_nothing_more(scene: Scene) -> None:
    assert "merger" in await scene.found("merger", scene.local.sam)
    scene.local.kick(scene.ids["merger"], scene.local.sam)
    assert await scene.found("merger", scene.local.sam) == set()
    assert "merger" not in await scene.found("general", scene.local.sam, is_private=True)


async def test_one_channel_can_be_named(scene: Scene) -> None:
    assert await scene.found("general", channel="general") == {"general"}
    assert await scene.found("general", channel="public") == {"public"}
    assert await scene.found("general", channel="#Public") == {"public"}
    assert await scene.found("direct", channel="merger") == {"merger"}
    for hidden in ("merger", "without bot", "nowhere"):
        with pytest.raises(UsageError):
            await scene.found("general", channel=hidden)


async def test_a_channel_turned_off_is_found_nowhere(scene: Scene) -> None:
    off = {"find_messages": False}
    await scene.store.settings.change(scene.place("public"), off, "U1")
    assert await scene.found("general") == {"general", "support-feedback", "partners"}
    with pytest.raises(NotAllowedError):
        await scene.found("public")
    await scene.store.settings.change(Place(scene.local.workspace.team_id, ""), off, "U1")
    await scene.store.settings.change(scene.place("public"), {"find_messages": True}, "U1")
    assert await scene.found("public") == {"public"}
