"""The store of feedback, in small parts. Each method is one short transaction; a channel's place has no thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot.core.ports.clocks import ClockFigures, ClockStore
from bot.core.ports.draft_store import DraftHistory, DraftStore
from bot.core.ports.feedback_archive import FeedbackArchive
from bot.core.ports.feedback_questions import FeedbackQuestions
from bot.core.ports.feedback_splits import FeedbackSplits
from bot.core.ports.tracker_store import TrackerStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.calls import Call
    from bot.core.domain.classification import Example
    from bot.core.domain.feedback import Decision, Feedback, KnownPost
    from bot.core.domain.message import IncomingMessage, MessageEdit, Place


class FeedbackInbox(Protocol):
    """Keeps incoming posts until they are sorted."""

    async def add(self, incoming: IncomingMessage, said_at: datetime, permalink: str, *, together: int) -> int | None:
        """Save a post, once; return its waiting record, None if it was withdrawn or is already there.

        It joins the record of a post that the same person wrote up to `together` minutes before.
        """

    async def edit(self, changed: MessageEdit) -> int | None:
        """Apply an edit or a deletion of a post; return the record that it changes, None for no record."""

    async def respond(self, place: Place, person: str, at: datetime | None = None) -> None:
        """Record that someone other than the author replied in a thread, now by default; the first time counts."""

    async def waiting(self, place: Place, limit: int) -> Sequence[Feedback]:
        """Return the records of a channel that wait to be sorted, oldest first, with all of their posts' words."""

    async def channels_waiting(self) -> Sequence[Place]:
        """Return the channels where records wait."""

    async def save(self, place: Place, decisions: Mapping[int, Decision], calls: Sequence[Call]) -> None:
        """Save decisions with their costs in one transaction; records edited meanwhile still wait.

        Corrections by people stay.
        """


class FeedbackRecords(Protocol):
    """Keeps the records, as people see and change them."""

    async def find(self, workspace: str, id_: int) -> Feedback | None:
        """Return a record."""

    async def at(self, place: Place) -> Feedback | None:
        """Return the record of a thread's post, or of the post that it belongs to."""

    async def change(self, workspace: str, id_: int, **values: Any) -> Feedback | None:  # noqa: ANN401 - each field has its own type
        """Change what people see of a record, as a new version; return the record. A past one keeps its status."""

    async def shown(self, workspace: str, id_: int, **values: Any) -> None:  # noqa: ANN401 - as above
        """Record what is shown of a record."""

    async def unshown(self, before: datetime) -> Sequence[Feedback]:
        """Return the records whose newest version is older than a time and not shown yet."""

    async def assigned(self, workspace: str, person: str, limit: int) -> Sequence[Feedback]:
        """Return the records that a person works on, newest first."""


class FeedbackRouting(Protocol):
    """Tracks which records were sent to their teams."""

    async def unrouted(self, place: Place, teams: Sequence[str], limit: int) -> Sequence[Feedback]:
        """Return a channel's open records of these teams that were not sent to them, oldest first."""

    async def retry_routes(self, place: Place) -> Sequence[Feedback]:
        """Let records of a channel that could not be sent to their teams be sent again; return them."""

    async def routed_as(self, workspace: str, message: str) -> Sequence[Feedback]:
        """Return the records that a message to a team is about."""


class FeedbackStatistics(Protocol):
    """Counts the records for reports and alerts."""

    async def recent(
        self, place: Place, since: datetime, limit: int, *, root: int | None = None, category: str = ""
    ) -> Sequence[Feedback]:
        """Return a channel's records of feedback since a time, newest first; of a root or a category, if any."""

    async def repeated(self, place: Place, since: datetime, least: int) -> Mapping[int, int]:
        """Count, by root, the similar records of feedback since a time, if there are at least so many.

        Of very many, those with the newest posts.
        """

    async def counts(self, place: Place, since: datetime, until: datetime) -> Mapping[str, int]:
        """Count by their category a channel's records of feedback, from just after a time up to another."""

    async def oldest(self, place: Place, since: datetime) -> datetime | None:
        """Return the time of a channel's oldest record of feedback since a time, None without any."""

    async def channels_since(self, since: datetime) -> Sequence[Place]:
        """Return the channels that had feedback since a time."""


class KnownFeedback(Protocol):
    """Finds earlier feedback to compare new posts with."""

    async def newest(self, place: Place, limit: int) -> Sequence[KnownPost]:
        """Return the words of a channel's newest records of feedback, newest first."""

    async def alike(
        self, place: Place, words: Mapping[int, Sequence[str]], limit: int
    ) -> Mapping[int, Sequence[KnownPost]]:
        """Return for each number the records of a channel that have any of its words, those with the most first."""

    async def corrections(self, place: Place, limit: int) -> Sequence[Example]:
        """Return what people corrected in a channel, newest first."""


class AlertStore(Protocol):
    """Keeps which trends were posted."""

    async def find(self, place: Place, key: str, since: datetime) -> str:
        """Return what was kept of a trend that was posted since a time, "" for none."""

    async def keep(self, place: Place, key: str, message: str, since: datetime) -> None:
        """Keep where a trend was posted; one from before `since` starts over."""


@dataclass(frozen=True, slots=True)
class FeedbackStore:
    """All of it."""

    inbox: FeedbackInbox
    records: FeedbackRecords
    routing: FeedbackRouting
    statistics: FeedbackStatistics
    known: KnownFeedback
    alerts: AlertStore
    questions: FeedbackQuestions
    drafts: DraftStore
    draft_history: DraftHistory
    trackers: TrackerStore
    archive: FeedbackArchive
    clocks: ClockStore
    figures: ClockFigures
    splits: FeedbackSplits
