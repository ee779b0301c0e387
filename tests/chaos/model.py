"""The model of the chaos tests: its answer says which question it is to, and that it is whole."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from bot.playground.anthropic.reply import MessageStop, TextDelta, ToolUse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.reply import Event, ModelRequest

# What names a question: its kind, its talk and its place there. c: asks for code; l: for a long answer; k: for one that
# the length limit cuts; n: offers a note first; q: anything.
TAG = re.compile(r"\b[qclkn]\d+\.\d+\b")
PIECES = 6
SLOW = 5.0  # so many times slower are the answers in every tenth talk: long enough for their streams to grow
LONG = 2_000  # words: more than one message holds, and no more than one answer of the model


def answer_to(tag: str) -> str:
    """Write the answer to a question: each word carries its tag, and the end says that it is the end."""
    words = " ".join(f"{tag}/{number}" for number in range(LONG if tag[0] == "l" else 12))
    code = f"\n\n```python\n# {file_of(tag)}\nprint('{tag}')\n```" if tag[0] == "c" else ""
    return f"Answer to {tag}: {words} end of {tag}.{code}"


def file_of(tag: str) -> str:
    """Name the file that an answer's code is saved as."""
    return f"{tag.replace('.', '_')}.py"


class RecordingModel:
    """Answers every question in some pieces, `pace` seconds apart; keeps what it was asked, by question."""

    def __init__(self, pace: float = 0.04) -> None:
        self.pace = pace
        self.requests: dict[str, list[ModelRequest]] = defaultdict(list)
        self._asked = asyncio.Condition()

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        tag = TAG.findall("\n".join(text for _, text in asked.turns))[-1]
        async with self._asked:
            self.requests[tag].append(asked)
            self._asked.notify_all()
        if tag[0] == "n" and not asked.tool_results:
            yield ToolUse("remember", {"text": f"a note of {tag}"})
            return
        text = answer_to(tag)
        length = -(-len(text) // PIECES)
        is_slow = tag[1:].partition(".")[0].endswith("0")
        for start in range(0, len(text), length):
            await asyncio.sleep(self.pace * (SLOW if is_slow else 1))
            yield TextDelta(text[start : start + length])
        if tag[0] == "k":
            yield MessageStop("max_tokens")

    async def until_asked(self, tag: str, times: int) -> None:
        """Wait until a question has been asked so often. The caller sets the deadline."""
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.requests[tag]) >= times)
