from __future__ import annotations

import pytest

from bot.core.triage.small_talk import is_small_talk


@pytest.mark.parametrize("text", ["", "Thanks!", "Hi all :wave:", "Good morning everyone", "<@U1> danke", "🎉"])
def test_politeness_is_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize("text", ["Hi, the export crashes", "ok?", "500", "壊れました", "no no no no no no no", "Help"])
def test_whatever_may_be_more_is_judged(text: str) -> None:
    assert not is_small_talk(text)
