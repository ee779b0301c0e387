"""What the bot remembers: small stores, each of whose methods is one short transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.code_file import CodeFile
    from bot.core.domain.message import Place
    from bot.core.domain.overrides import Overrides, OverridesChange
    from bot.core.domain.summary import SummaryRun
    from bot.core.domain.thread import Conversation, PageKept, PageRead
    from bot.core.domain.usage import DailyUsage, UsageView


class ThreadStore(Protocol):
    """Keeps the threads that the bot takes part in."""

    async def load(self, place: Place) -> Conversation:
        """Load a thread with its settings, by one query; an empty conversation where nothing is known."""

    async def keep(self, page: PageRead) -> PageKept:
        """Store a page of a thread that was read at the platform, and how far the thread is read."""

    async def rate(self, place: Place, question: str, person: str, *, is_good: bool, comment: str = "") -> None:
        """Keep what somebody thinks of the answer to a question; a later rating of theirs replaces it."""


class SettingsStore(Protocol):
    """Keeps what was set for workspaces, channels and threads."""

    async def load(self, place: Place) -> ChannelSettings:
        """Return the settings that hold in a place: the thread's over the channel's over the workspace's."""

    async def overrides(self, place: Place) -> Overrides:
        """Return what was set for just this thread, channel (`thread` is "") or workspace (`channel` is "")."""

    async def layers(self, place: Place) -> tuple[Overrides, ...]:
        """Return the sheets that hold in a place: the workspace's, the channel's, the thread's, as far as it goes."""

    async def all_overrides(self, workspace: str = "") -> Mapping[Place, Overrides]:
        """Return the sheets of a workspace and of its channels, or of all workspaces; threads are left out."""

    async def history(self, place: Place, *, since: int = 0) -> tuple[OverridesChange, ...]:
        """Return the changes of just this place's sheet behind its version `since`, the newest 200, newest first."""

    async def last_change(self) -> int:
        """Return a number that is another one after any change of anybody's settings."""

    async def change(
        self, place: Place, changes: Mapping[str, Any], person: str, *, version: int | None = None
    ) -> None:
        """Set some settings of just this place, or unset them with None; who, when and what is kept.

        Raises `ConflictError` when `version` is given and the sheet has another one by now.
        """


class CodeFileStore(Protocol):
    """Keeps the files of code that were written in threads."""

    async def load(self, place: Place) -> tuple[CodeFile, ...]:
        """Return the files of code of a thread, each in its latest version, the oldest file first."""


class SummaryRunStore(Protocol):
    """Keeps the runs of summaries, each with what it found so far."""

    async def begin(self, run: SummaryRun) -> None:
        """Keep a new run of a summary; one that is there stays as it is."""

    async def find(self, workspace: str, run_id: str) -> SummaryRun | None:
        """Load a run; None for one that is forgotten."""

    async def kept(self, run: SummaryRun, key: str) -> str | None:
        """Return what a run keeps under `key`."""

    async def keep(self, run: SummaryRun, key: str, content: str) -> None:
        """Keep `content` under `key`; what is there already stays."""


class UsageStore(Protocol):
    """Knows what was used."""

    async def load(self, view: UsageView, place: Place, person: str, now: datetime) -> tuple[DailyUsage, ...]:
        """Return what was used by a person, in a channel or in a workspace, the oldest day first."""


@dataclass(frozen=True, slots=True)
class Store:
    """All of it."""

    threads: ThreadStore
    settings: SettingsStore
    code_files: CodeFileStore
    summary_runs: SummaryRunStore
    usage: UsageStore
