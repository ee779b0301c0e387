"""The tables of what the bot remembers, a module a subject. Everything belongs to a workspace.

articles.py       articles that threads are written up in
base.py           what the tables have in common
drafts.py         drafts of answers to feedback
clocks.py         the clocks of feedback
feedback.py       posts of feedback channels
feedback_questions.py  what reports of feedback lack
installations.py  where the bot is installed
knowledge.py      sources of knowledge, their pages and passages; questions that had no answer
notes.py          notes: what places remember, and what is offered to be remembered
runs.py           runs of /summarize and /classify
settings.py       the settings, and their changes
spend.py          what calls cost and what may be spent; what was taken from Slack's limits
threads.py        threads, their messages and files, and how people rate the answers
tools.py          what the model's tools were called for
trackers.py       what is known of records' issues in trackers
"""

from __future__ import annotations

from bot.db.tables.articles import ArticleRow
from bot.db.tables.base import Base, Moment, SearchWords, Words
from bot.db.tables.clocks import ClockRow
from bot.db.tables.drafts import DraftRow
from bot.db.tables.feedback import AlertRow, FeedbackRow
from bot.db.tables.feedback_questions import FeedbackQuestionRow
from bot.db.tables.installations import InstallationRow, InstallStateRow
from bot.db.tables.knowledge import (
    KnowledgeGapRow,
    KnowledgePageRow,
    KnowledgePassageRow,
    KnowledgeSourceRow,
    KnowledgeWordRow,
)
from bot.db.tables.notes import NoteRow
from bot.db.tables.runs import ClassifyItemRow, ClassifyRunRow, SummaryPartRow, SummaryRunRow
from bot.db.tables.settings import SettingsChangeRow, SettingsRow
from bot.db.tables.spend import BudgetAccountRow, BudgetReservationRow, CallRow, RateRow
from bot.db.tables.threads import CodeFileRow, MessageRow, RatingRow, ThreadRow
from bot.db.tables.tools import ToolCallRow
from bot.db.tables.trackers import TrackerIssueRow

__all__ = [
    "AlertRow",
    "ArticleRow",
    "Base",
    "BudgetAccountRow",
    "BudgetReservationRow",
    "CallRow",
    "ClassifyItemRow",
    "ClassifyRunRow",
    "ClockRow",
    "CodeFileRow",
    "DraftRow",
    "FeedbackQuestionRow",
    "FeedbackRow",
    "InstallStateRow",
    "InstallationRow",
    "KnowledgeGapRow",
    "KnowledgePageRow",
    "KnowledgePassageRow",
    "KnowledgeSourceRow",
    "KnowledgeWordRow",
    "MessageRow",
    "Moment",
    "NoteRow",
    "RateRow",
    "RatingRow",
    "SearchWords",
    "SettingsChangeRow",
    "SettingsRow",
    "SummaryPartRow",
    "SummaryRunRow",
    "ThreadRow",
    "ToolCallRow",
    "TrackerIssueRow",
    "Words",
]
