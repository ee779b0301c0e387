"""What the use cases need from the outside: small protocols, one module each. They import the domain only."""

from __future__ import annotations

from bot.core.ports.chat import (
    Answer,
    Chat,
    ChatAnswers,
    ChatDirectory,
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
