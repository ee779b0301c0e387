"""People who talk with the bot in many threads at once, and go on talking while it dies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.playground.slack.records import Edited, Posted
from tests.chaos.model import TAG

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from bot.playground.slack.records import Change, MessageRecord
    from tests.support.workspace import ScriptedWorkspace

Opening = Literal["mention", "summarize", "code"]

MOST_QUEUED = 3  # questions that wait for their answers in one thread
PATIENCE = 45.0  # seconds that any one thing may take before the test gives up


@dataclass(slots=True, eq=False)
class Talk:
    """One person's thread: an opening, then follow-ups that mention nobody.

    `tags` are the questions that were acknowledged, in the order in which they were asked; `unsure` are commands of
    which the person was told that they failed, though the bot may have taken them.
    """

    number: int
    opening: Opening
    channel: str
    kind: Literal["q", "l"] = "q"
    thread: str = ""
    tags: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    def next_tag(self, kind: str) -> str:
        """Name the next question."""
        return f"{kind}{self.number}.{len(self.tags) + len(self.unsure)}"


class People:
    """Everybody who talks. `answered` are the questions whose answers can be read to their ends."""

    def __init__(self, workspace: ScriptedWorkspace, patience: float = PATIENCE) -> None:
        self.workspace = workspace
        self.patience = patience
        self.talks: list[Talk] = []
        self.answered: set[str] = set()
        self._roots: dict[str, str] = {}
        workspace.workspace.observe(self._notice)

    def meet(self, opening: Opening = "mention", *, long: bool = False) -> Talk:
        """Begin a talk, in which nothing has been said yet."""
        channel = self.workspace.channel("engineering" if len(self.talks) % 2 else "general")
        self.talks.append(Talk(len(self.talks), opening, channel, "l" if long else "q"))
        return self.talks[-1]

    @property
    def unanswered(self) -> set[str]:
        """The questions that wait for their answers."""
        return {tag for talk in self.talks for tag in talk.tags} - self.answered

    async def ask(self, talk: Talk, online: Callable[[], Awaitable[object]]) -> str:
        """Ask the next question, and wait until it is acknowledged; return its tag."""
        if talk.tags or talk.opening == "mention":
            return await self._say(talk)
        return await self._command(talk, online)

    async def hold(
        self,
        talk: Talk,
        questions: int,
        is_over: Callable[[], bool],
        online: Callable[[], Awaitable[object]],
        floor: asyncio.Semaphore | None = None,
    ) -> None:
        """Ask so many questions, and go on until it is over; in every fourth talk, several wait at a time.

        `floor`: who holds it back so that there are not more questions than a test has the time for.
        """
        queued = 1 if talk.number % 4 else MOST_QUEUED
        while len(talk.tags) < questions or not is_over():
            await self.workspace.until(
                lambda: sum(tag not in self.answered for tag in talk.tags) < queued, self.patience
            )
            if floor is not None:
                await floor.acquire()
            await self.ask(talk, online)

    async def until_answered(self, tags: set[str] | None = None) -> None:
        """Wait until these questions, or all, are answered."""
        wanted = tags if tags is not None else self.unanswered
        await self.workspace.until(lambda: wanted <= self.answered, self.patience)

    async def _say(self, talk: Talk) -> str:
        tag = talk.next_tag(talk.kind)
        mention = "" if talk.thread else f"{self.workspace.bot.mention} "
        log = self.workspace.deliveries.log
        before = len(log)
        ts = self.workspace.say(talk.channel, f"{mention}What about {tag}?", thread_ts=talk.thread)
        deliveries = log[before:]
        talk.thread = talk.thread or ts
        talk.tags.append(tag)
        await self.workspace.until(lambda: all(delivery.is_over for delivery in deliveries), self.patience)
        assert all(delivery.tries[-1].ok for delivery in deliveries), f"{tag} was never acknowledged"
        return tag

    async def _command(self, talk: Talk, online: Callable[[], Awaitable[object]]) -> str:
        while True:
            await online()
            tag = talk.next_tag("c" if talk.opening == "code" else "q")
            reply = await self.workspace.command(talk.channel, f"/{talk.opening}", f"something about {tag}")
            if reply.acked:
                break
            talk.unsure.append(tag)
        talk.tags.append(tag)
        await self.workspace.until(lambda: tag in self._roots, self.patience)
        talk.thread = self._roots[tag]
        # A person follows up on an answer, not on a question that nobody has answered yet.
        await self.until_answered({tag})
        return tag

    def _notice(self, change: Change) -> None:
        match change:
            case Posted(message) | Edited(message, _) if message.user == self.workspace.bot.id:
                self._read(message)
            case _:
                pass

    def _read(self, message: MessageRecord) -> None:
        found = TAG.search(message.shown)
        if found is None:
            return
        tag = found[0]
        if not message.thread_ts:
            self._roots.setdefault(tag, message.ts)
        elif not message.streaming and f"end of {tag}." in message.shown:
            self.answered.add(tag)
