"""What a record's card says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.feedback import Feedback, FeedbackStatus
from bot.core.triage.card import card

if TYPE_CHECKING:
    from bot.core.ports import ChatNames

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def shown(summary: str, evidence: str) -> str:
    """Render the card of a post that nobody has taken; nobody is mentioned on it."""
    record = Feedback(1, "T1", "C1", "1.1", "U1", "", NOW, status=FeedbackStatus.OPEN)
    record = replace(record, category="Bug report", summary=summary, evidence=evidence)
    return card(record, ChannelSettings(), cast("ChatNames", None))


def test_a_quotation_shows_what_decided() -> None:
    assert "\n> crashes whenever\n" in shown("The export fails", "crashes whenever")


def test_a_summary_is_not_quoted_again() -> None:
    assert ">" not in shown("The app crashes whenever I export", "app Crashes whenever")
