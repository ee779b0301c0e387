"""What one summary works with."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.domain.summary import SummaryRun
from bot.core.ports import Answer, Chat, Checkpoint, Model, Store


@dataclass(slots=True)
class SummaryContext:
    """What one summary works with: what is wanted, and where it is written to."""

    run: SummaryRun
    visible: Answer
    checkpoint: Checkpoint
    store: Store
    model: Model
    chat: Chat
    is_private: bool = False  # only the asker sees it, and it can't be written again
    how_far: str = ""  # its progress, in words; "" before anything was read

    def progress(self, line: str) -> None:
        """Show how far it has come."""
        self.how_far = line
        self.visible.progress(line)
