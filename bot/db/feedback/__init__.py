"""The store of feedback, in a database.

archive.py     all records of a channel: read through, searched, merged
alerts.py      which trends of feedback were posted
decisions.py   decisions about posts, as they are saved
drafts.py      drafts of answers: what is wanted, and what became of it
clocks.py      until when each record is to be answered and resolved, and who was told otherwise
inbox.py       incoming posts that wait to be sorted, and the decisions about them
known.py       earlier feedback, for comparing new posts
questions.py   what reports lack, which posts were asked about that, and the answers
records.py     records of feedback: people's decisions, what is shown, and where they were sent
rows.py        rows of feedback: queries, and conversion to records
splits.py      the records of posts that are about several things
statistics.py  the counts of feedback for reports and alerts
trackers.py    what is known of records' issues in trackers
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ports.feedback_store import FeedbackStore
from bot.db.feedback.alerts import SqlAlertStore
from bot.db.feedback.archive import SqlFeedbackArchive
from bot.db.feedback.clocks import SqlClockFigures, SqlClockStore
from bot.db.feedback.drafts import SqlDraftHistory, SqlDraftStore
from bot.db.feedback.inbox import SqlFeedbackInbox
from bot.db.feedback.known import SqlKnownFeedback
from bot.db.feedback.questions import SqlFeedbackQuestions
from bot.db.feedback.records import SqlFeedbackRecords, SqlFeedbackRouting
from bot.db.feedback.splits import SqlFeedbackSplits
from bot.db.feedback.statistics import SqlFeedbackStatistics
from bot.db.feedback.trackers import SqlTrackerStore

if TYPE_CHECKING:
    from bot.db.engine import Database


def sql_feedback_store(database: Database) -> FeedbackStore:
    """Return the feedback store on a database."""
    return FeedbackStore(
        inbox=SqlFeedbackInbox(database),
        records=SqlFeedbackRecords(database),
        routing=SqlFeedbackRouting(database),
        statistics=SqlFeedbackStatistics(database),
        known=SqlKnownFeedback(database),
        alerts=SqlAlertStore(database),
        questions=SqlFeedbackQuestions(database),
        drafts=SqlDraftStore(database),
        draft_history=SqlDraftHistory(database),
        trackers=SqlTrackerStore(database),
        archive=SqlFeedbackArchive(database),
        clocks=SqlClockStore(database),
        figures=SqlClockFigures(database),
        splits=SqlFeedbackSplits(database),
    )
