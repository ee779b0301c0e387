"""The store of what is known of records' issues in trackers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.tracker import TrackerIssue


class TrackerStore(Protocol):
    """Keeps what is known of records' issues. Each method is one short transaction."""

    async def find(self, workspace: str, record: int) -> TrackerIssue:
        """Return what is known of a record's issue."""

    async def records_of(self, tracker: str, issue_id: str, address: str) -> Sequence[tuple[str, int]]:
        """Return the workspaces and ids of the records that an issue belongs to, by its id or its address."""

    async def repositories(self) -> Sequence[str]:
        """Return the repositories where records have issues, closed ones, too: they may be opened again."""

    async def take_in(
        self, record: Feedback, before: TrackerIssue, issue: TrackerIssue, values: Mapping[str, Any] | None
    ) -> Feedback | None:
        """Save what an event says, and what it changes of the record as a new version; return the record.

        Of the issue, only what differs from `before` is saved: the bot may have written something else meanwhile.
        `values` is None where people see no difference: then there is no new version. Returns None if the record has
        changed since `record` was read: then nothing is saved.
        """

    async def wrote(self, record: Feedback, **values: Any) -> None:  # noqa: ANN401 - each field has its own type
        """Save what the bot itself has written to an issue: fields of `TrackerIssue`."""

    async def told(self, record: Feedback, states: str, message: str) -> None:
        """Save the states that the author of a post was told of, and the message that told of the last one."""
