"""What an answer needs: the workspace's ways out to Slack, and the question that it answers."""

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
class WorkspaceOutput:
    """What all answers in a workspace are sent with."""

    client: AsyncWebClient
    identity: Identity
    sessions: Sessions
    streams: Streams
    posts: Posts
    files: Files


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """One answer: where it goes, who asked, and what is kept of it for another try of the turn."""

    out: WorkspaceOutput
    place: Place
    asker: Requester
    checkpoint: Checkpoint
    question: str  # the message that it answers
    instead: str = ""  # an answer whose text it replaces
    title: str = ""  # what the thread is about, where it begins

    @property
    def mark(self) -> Mapping[str, Any]:
        """Return the metadata by which another try finds its messages."""
        return mark(self.checkpoint.reference)
