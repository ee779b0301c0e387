"""What an answer is written with: the workspace's ways out to Slack, and whom it answers where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.ports import Checkpoint
from bot.slack.client.identity import Identity
from bot.slack.client.turn_mark import mark
from bot.slack.outbound.posts import Posts
from bot.slack.outbound.status import Sessions
from bot.slack.outbound.stream import Streams
from bot.slack.outbound.upload import Files

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Outlet:
    """What answers go out by, the same for all answers of a workspace."""

    client: AsyncWebClient
    identity: Identity
    sessions: Sessions
    streams: Streams
    posts: Posts
    files: Files


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """One answer: where it goes, whom it answers, and what is kept of it for another try of the turn."""

    out: Outlet
    place: Place
    asker: Requester
    checkpoint: Checkpoint
    question: str  # the message that it answers
    instead: str = ""  # an answer whose text it replaces
    title: str = ""  # what the thread is about, where it begins

    @property
    def mark(self) -> Mapping[str, Any]:
        """Return what marks its messages, for another try to find them."""
        return mark(self.checkpoint.reference)
