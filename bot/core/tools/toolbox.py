"""A channel's tools: which of them an answer has, and how it is asked for with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.core.domain.people import Requester
from bot.core.ports import ChatDirectory
from bot.core.ports.tools import Arrivals, ToolJournal
from bot.core.tools.evidence import TellUnanswered
from bot.core.tools.rounds import Rounds
from bot.core.tools.tool import Tool, ToolContext
from bot.core.tools.web import web_access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.message import IncomingMessage, Message
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Checkpoint, Request
    from bot.core.writing.ask import AskModel


@dataclass(frozen=True)
class Toolbox:
    """All tools that the bot has."""

    tools: tuple[Tool[Any], ...]
    journal: ToolJournal
    arrivals: Arrivals
    directory: ChatDirectory
    unanswered: TellUnanswered

    def of(self, settings: ChannelSettings) -> Sequence[Tool[Any]]:
        """Return the tools of a channel, sorted by name: the same for everyone who asks there."""
        return sorted((tool for tool in self.tools if tool.is_on(settings)), key=lambda tool: tool.name)

    def at(self, conversation: Conversation) -> Toolbox:
        """Return it with only the tools that have something to work on where a conversation is held."""
        return replace(self, tools=tuple(one for one in self.tools if one.has_use(conversation)))

    async def equip(self, request: Request, incoming: IncomingMessage) -> tuple[Request, str]:
        """Give a request its tools; return it, and a sentence about a setting that isn't applied, "" for none."""
        web, unapplied = await web_access(incoming, request.settings, self.directory)
        return replace(request, tools=tuple(one.definition for one in self.of(request.settings)), web=web), unapplied

    def without_arrivals(self) -> Toolbox:
        """Return it for an answer that is written again: a message that comes meanwhile is not about its question."""
        return replace(self, arrivals=_none)

    def asking(
        self, request: Request, incoming: IncomingMessage, question: Message, checkpoint: Checkpoint
    ) -> AskModel:
        """Return how to get the answer to a request: in rounds, of which there is but one where it has no tools."""
        settings = request.settings
        asker = Requester(incoming.author, incoming.home)
        context = ToolContext(incoming.place, asker, question, settings, checkpoint, call="")
        tools = self.of(settings)
        rounds = Rounds(tools, context, incoming, self.journal, self.arrivals, self.unanswered, settings.tool_rounds)
        return rounds.ask


async def _none(question: IncomingMessage) -> tuple[Message, ...]:  # noqa: ARG001 (the port names it)
    return ()
