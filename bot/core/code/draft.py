"""An answer with code while it is written: what it works with, and what the model has written so far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.calls import Call
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.thread import RejectedFile
from bot.core.ports import Answer, Chat, Checkpoint, Model, Request

DRAFT = "draft"  # the checkpoint of what the model wrote: a retry neither asks nor pays for it again


@dataclass(frozen=True, slots=True)
class CodeContext:
    """What one answer with code works with: who asks where, what the model is asked, and where it writes to."""

    place: Place
    asker: Requester
    request: Request
    visible: Answer
    checkpoint: Checkpoint
    model: Model
    chat: Chat
    known: tuple[CodeFile, ...] = ()  # the thread's files
    said: str = ""  # the text of the newest message
    question: str = ""  # the newest message's id
    begun: str = ""  # the code to continue
    opening: str = ""  # goes before the answer
    notes: str = ""  # are at the answer's very end
    is_private: bool = False  # only the asker sees it
    is_first: bool = False  # the thread has no answer yet


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """What the model has written so far, and what that cost."""

    text: str
    calls: tuple[Call, ...]
    truncated: bool
    is_mended: bool = False
    remark: str = ""  # how the correction of its faults went, "" before that
    refused: tuple[RejectedFile, ...] = ()  # files that the API rejected, so that it was asked without them
    written: str = ""  # the first answer as it was shown, without what it continues and before any correction


_DRAFT = TypeAdapter(CodeDraft)


def kept(checkpoint: Checkpoint) -> CodeDraft | None:
    """Return what an earlier attempt of this turn had the model write, None if there was none."""
    stored = checkpoint.get(DRAFT)
    return _DRAFT.validate_json(stored) if stored else None


async def keep(draft: CodeDraft, checkpoint: Checkpoint) -> None:
    """Keep a draft for the turn's next attempt."""
    stored: dict[str, Any] = _DRAFT.dump_python(draft, mode="json")
    await checkpoint.keep(DRAFT, json.dumps(stored))
