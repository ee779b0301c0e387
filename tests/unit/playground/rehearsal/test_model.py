"""What the rehearsal model goes on with."""

from __future__ import annotations

import pytest

from bot.playground.anthropic.reply import ModelRequest
from bot.playground.rehearsal.model import Rehearsal


def answer(*turns: str) -> str:
    """Return the answer to turns, the first and each second one the person's."""
    roles = ("user", "assistant")
    messages = [{"role": roles[number % 2], "content": text} for number, text in enumerate(turns)]
    return Rehearsal().answer(ModelRequest({"model": "any", "max_tokens": 1_000, "messages": messages}, {}))


@pytest.mark.parametrize("mark", ["", "\n\n[stopped]", "\n\n[cut off]"])
def test_what_ended_early_is_gone_on_with(mark: str) -> None:
    whole = answer("hello")
    begun = whole[: len(whole) // 2]
    assert begun + answer("hello", begun + mark, "Go on exactly where you stopped.") == whole
