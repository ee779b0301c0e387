"""What the use cases ask of the world outside, a module each; the names are taken from here."""

from bot.core.ports.chat import Answer, Asker, Chat, Standing, Upload
from bot.core.ports.files import FileReader
from bot.core.ports.model import (
    DEFAULTS,
    MICROS,
    Attachment,
    Call,
    Completion,
    Filled,
    Model,
    Purpose,
    Request,
    Role,
    Turn,
)
from bot.core.ports.store import Sheet, SheetChange, Store
from bot.core.ports.work import Bookmark, Reception

__all__ = [
    "DEFAULTS",
    "MICROS",
    "Answer",
    "Asker",
    "Attachment",
    "Bookmark",
    "Call",
    "Chat",
    "Completion",
    "FileReader",
    "Filled",
    "Model",
    "Purpose",
    "Reception",
    "Request",
    "Role",
    "Sheet",
    "SheetChange",
    "Standing",
    "Store",
    "Turn",
    "Upload",
]
