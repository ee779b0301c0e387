"""What a tool is: declared once, with what the model sees of it, who may use it, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Message, Place
from bot.core.domain.people import Requester
from bot.core.domain.thread import Conversation
from bot.core.domain.tool import Passage, SourceLink, StepState, ToolDefinition
from bot.core.ports import Checkpoint

Arguments = TypeVar("Arguments", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ToolContext:
    """For whom a tool runs, and why: the question that it helps to answer.

    `has_read`: the model has read something in this answer that is neither the thread nor a tool's own words, so what
    it asks for now may be somebody else's wish.
    """

    place: Place
    asker: Requester
    question: Message
    settings: ChannelSettings
    checkpoint: Checkpoint
    call: str  # the id of the call, the same in each try of the turn
    has_read: bool = False


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool returns: `passages` that the model can cite, or else `content`; `sources` are for people.

    `is_storable`: the platform's terms allow to keep it until the turn is over. `needs_sources`: each statement of an
    answer that uses it has to have a source.
    """

    content: str = ""
    passages: tuple[Passage, ...] = ()
    sources: tuple[SourceLink, ...] = ()
    is_error: bool = False
    is_storable: bool = True
    needs_sources: bool = False


async def anyone(_context: ToolContext) -> None:
    """Let everyone use a tool who may ask the bot; what they may see is up to the tool."""


@dataclass(frozen=True)
class Tool(Generic[Arguments]):
    """A tool. `arguments` declares what it takes: the model sees its JSON schema, and what it sends is held to that.

    `is_write`: it changes something that stays, so it never runs twice. `is_on` says whether a channel's settings want
    it: they alone decide which tools the model sees, so that all of a channel's requests begin with the same bytes.
    `check_asker` decides whether the asker may use it, before each call: it raises `NotAllowedError` with a sentence,
    and then `run` is never reached. `longest_result` is what a call costs at most: so many characters of its result go
    into each request after it. The rest is cut, so budgets have to have room for no more.
    `has_use` says whether there is something to work on where a conversation is held.
    `title` is what people read while it runs and afterwards: `Searched messages for “…”`.
    """

    name: str
    description: str  # not for people: Claude is told this
    arguments: type[Arguments]
    is_on: Callable[[ChannelSettings], bool]
    check_asker: Callable[[ToolContext], Awaitable[None]]
    longest_result: int
    title: Callable[[Arguments, StepState], str]
    run: Callable[[Arguments, ToolContext], Awaitable[ToolOutput]]
    is_write: bool = False
    has_use: Callable[[Conversation], bool] = lambda _: True

    @cached_property
    def definition(self) -> ToolDefinition:
        """The tool as the model sees it, made once: pydantic takes a millisecond for its schema."""
        schema: dict[str, Any] = self.arguments.model_json_schema()
        return ToolDefinition(self.name, self.description, schema)
