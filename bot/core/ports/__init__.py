"""What the use cases ask of the outside world: small protocols, a module each. They import the domain only."""

from __future__ import annotations

from bot.core.ports.chat import Answer, Chat
from bot.core.ports.files import FileReader
from bot.core.ports.model import Completion, Filled, Model, ModelFacts, Request, Turn
from bot.core.ports.store import Store
from bot.core.ports.work import Checkpoint, Intake

__all__ = [
    "Answer",
    "Chat",
    "Checkpoint",
    "Completion",
    "FileReader",
    "Filled",
    "Intake",
    "Model",
    "ModelFacts",
    "Request",
    "Store",
    "Turn",
]
