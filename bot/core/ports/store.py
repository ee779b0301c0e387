"""What the bot remembers: small stores, each of whose methods is one short transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot.core.ports.message_search import MessageSearch
from bot.core.ports.notes import NoteStore

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
        """Save a person's rating of the answer to a question, replacing their earlier one."""


class SettingsStore(Protocol):
    """Keeps the settings of workspaces, channels and threads."""

    async def load(self, place: Place) -> ChannelSettings:
        """Return the settings that apply in a place: the thread's over the channel's over the workspace's."""

    async def overrides(self, place: Place) -> Overrides:
        """Return what is set for only this thread, channel (`thread` is "") or workspace (`channel` is "")."""

    async def layers(self, place: Place) -> tuple[Overrides, ...]:
        """Return the layers that apply in a place: the workspace's, the channel's, the thread's."""

    async def all_overrides(self, workspace: str = "", *, with_threads: bool = False) -> Mapping[Place, Overrides]:
        """Return the sheets of a workspace and of its channels, or of all workspaces; of their threads if asked."""

    async def history(self, place: Place, *, since: int = 0) -> tuple[OverridesChange, ...]:
        """Return the changes to only this place's settings after its version `since`, the newest 200, newest first."""

    async def last_change(self) -> int:
        """Return a number that differs after any change of settings."""

    async def change(
        self, place: Place, changes: Mapping[str, Any], person: str, *, version: int | None = None
    ) -> None:
        """Set some settings of only this place, or unset them with None; keep who, when and what.

        Raises `ConflictError` when `version` is given and is no longer the current one.
        """


class CodeFileStore(Protocol):
    """Keeps the files of code that were written in threads."""

    async def load(self, place: Place) -> tuple[CodeFile, ...]:
        """Return the files of code of a thread, each in its latest version, the oldest file first."""


class SummaryRunStore(Protocol):
    """Keeps the runs of summaries, each with what it found so far."""

    async def begin(self, run: SummaryRun) -> None:
        """Save a new run of a summary; an existing one stays as it is."""

    async def find(self, workspace: str, run_id: str) -> SummaryRun | None:
        """Load a run; None if it was deleted."""

    async def kept(self, run: SummaryRun, key: str) -> str | None:
        """Return what a run keeps under `key`."""

    async def keep(self, run: SummaryRun, key: str, content: str) -> None:
        """Keep `content` under `key`; what is there already stays."""


class UsageStore(Protocol):
    """Reads what was used."""

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
    search: MessageSearch
    notes: NoteStore
