"""What the use cases need from the outside: small protocols, one module each. They import the domain only.

budgets.py         the accounts of budgets
chat.py            a chat platform: what the bot reads there, and how it posts
classify_store.py  the stores of classification runs
feedback_archive.py  all records of a channel: read through, searched, merged
feedback_questions.py  the store of what reports lack, and of which posts were asked about that
draft_store.py     the store of drafts, in small parts
clocks.py          until when feedback is to be answered and resolved
feedback_splits.py  the records of posts that are about several things
feedback_store.py  the store of feedback, in small parts
files.py           reading untrusted files where their content can't harm the bot
installations.py   the store of installations
knowledge.py       the stores of knowledge: sources, pages, passages, gaps
message_search.py  the search of what was said where the bot took part
model.py           a large language model: requests, answers, facts and costs
notes.py           notes: what places remember
pages.py           where the pages of knowledge come from, and what reads them
quota.py           the counters of rate limits that all replicas share
store.py           what the bot remembers: small stores, each of whose methods is one short transaction
tools.py           what tools need from the outside
tracker_store.py   the store of what is known of records' issues in trackers
work.py            durable work: where listeners hand it in
"""

from __future__ import annotations

from bot.core.ports.chat import (
    Answer,
    Chat,
    ChatAnswers,
    ChatDirectory,
    ChatDocuments,
    ChatFiles,
    ChatHistory,
    ChatNames,
    ChatPosts,
    ChatSearch,
    ChatViews,
    Mentions,
)
from bot.core.ports.files import FileReader
from bot.core.ports.message_search import MessageSearch
from bot.core.ports.model import BatchRequest, Completion, Filled, Listeners, Model, ModelFacts, Request, Turn
from bot.core.ports.notes import NoteStore
from bot.core.ports.store import (
    CodeFileStore,
    SettingsStore,
    Store,
    SummaryRunStore,
    ThreadStore,
    UsageStore,
)
from bot.core.ports.work import Intake, InteractionIntake, MessageIntake
from bot.turn import Checkpoint

__all__ = [
    "Answer",
    "BatchRequest",
    "Chat",
    "ChatAnswers",
    "ChatDirectory",
    "ChatDocuments",
    "ChatFiles",
    "ChatHistory",
    "ChatNames",
    "ChatPosts",
    "ChatSearch",
    "ChatViews",
    "Checkpoint",
    "CodeFileStore",
    "Completion",
    "FileReader",
    "Filled",
    "Intake",
    "InteractionIntake",
    "Listeners",
    "Mentions",
    "MessageIntake",
    "MessageSearch",
    "Model",
    "ModelFacts",
    "NoteStore",
    "Request",
    "SettingsStore",
    "Store",
    "SummaryRunStore",
    "ThreadStore",
    "Turn",
    "UsageStore",
]
