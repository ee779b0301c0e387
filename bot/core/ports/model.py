"""A large language model: requests, answers, facts and costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import BaseModel

from bot.calls import Call
from bot.core.domain.attachment import Attachment
from bot.core.domain.channel_settings import DEFAULTS, ChannelSettings
from bot.core.domain.message import Role
from bot.core.domain.setting_choices import Creativity
from bot.core.domain.tool import Citation, Passage, Round, Step, ToolCall, ToolDefinition, WebAccess

if TYPE_CHECKING:
    import asyncio

Filled = TypeVar("Filled", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a request to the model. Turns alternate, the user's first.

    Only the user's have attachments, and passages, which the model can cite.
    """

    role: Role
    text: str
    attachments: tuple[Attachment, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model.

    `settings` are the channel's; its instructions are trusted because an admin wrote them; everything that people typed
    is in `turns`. `max_output` is in tokens, thinking included. `person` is an opaque id. `creativity` is the purpose's
    default, unless the channel sets another.

    `tools` are what the model may call, in this order, and `web` what it may look up; `rounds` are what it has called
    so far, after `turns`, and `last` are turns after those. `may_call`: whether it may call any more, or has to answer
    now.
    """

    purpose: str  # names the prompt: a `Purpose`, or the name of the command that it answers
    turns: Sequence[Turn]
    max_output: int
    person: str
    settings: ChannelSettings = DEFAULTS
    creativity: Creativity = Creativity.MEDIUM
    tools: tuple[ToolDefinition, ...] = ()
    web: WebAccess | None = None
    rounds: tuple[Round, ...] = ()
    last: tuple[Turn, ...] = ()
    may_call: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote. `truncated`: the output limit cut it short.

    `tool_calls`: what it wants to know before it goes on. `is_paused`: it goes on as soon as it is asked again.
    `takes_only_results`: a search of its own is not over, so that nothing may be added to the results. `content` is
    then what a `Round` needs of it, "" where the answer is over.
    """

    text: str
    truncated: bool
    call: Call
    tool_calls: tuple[ToolCall, ...] = ()
    is_paused: bool = False
    takes_only_results: bool = False
    content: str = ""


@dataclass(frozen=True, slots=True)
class Listeners:
    """What else hears of an answer while it is written. They run on the event loop, and neither block nor raise.

    `thinking` gets each piece of thinking. `step` is told what the model looks up by itself, and what it found. `cite`
    gets each citation of the text before it, and returns the mark to put there.
    """

    thinking: Callable[[str], None] | None = None
    step: Callable[[Step], None] | None = None
    cite: Callable[[Citation], str] | None = None


NO_LISTENERS = Listeners()


class ModelFacts(Protocol):
    """What is known of the model without asking it. `settings` are the channel's, which may name another model."""

    def room(self, max_output: int, settings: ChannelSettings = DEFAULTS) -> int:
        """Return how many input tokens fit with `max_output` output tokens.

        Prompts, ours and the channel's, are already taken off.
        """

    def faults(self, settings: ChannelSettings) -> Mapping[str, str]:
        """Return why the model does not support settings, by their names; empty if all apply."""

    def successor(self, model: str) -> str:
        """Return the replacement of a model that has retired, by their ids, "" for any other."""

    def find(self, typed: str) -> str:
        """Return the id of the model that people call so, such as "opus", "" for none."""

    def current(self, settings: ChannelSettings) -> tuple[str, str]:
        """Return the id and the name of the model that answers."""

    def price(
        self, input_tokens: int, output_tokens: int, settings: ChannelSettings = DEFAULTS, *, is_batch: bool = False
    ) -> float | None:
        """Return what so many tokens cost in dollars; None where the model's price is unknown."""

    def ceiling(self, request: Request, *, is_batch: bool = False) -> int | None:
        """Return what a request costs at most, in millionths of a dollar; None where the model's price is unknown.

        Its input is estimated on the high side. Attempts that the API bills and that fail come on top.
        """


class Offered(Protocol):
    """Looks up which models there are."""

    async def __call__(self) -> Mapping[str, str]:
        """Return the models that can be chosen: their names by their ids. Takes two seconds at most; never raises."""


class Write(Protocol):
    """Answers in free text."""

    async def __call__(
        self,
        request: Request,
        on_text: Callable[[str], None],
        listeners: Listeners = NO_LISTENERS,
        cancelled: asyncio.Event | None = None,
    ) -> Completion:
        """Answer; `on_text` gets each piece as soon as the model gives it.

        Settings that the model does not take are left out. Retries by itself, within one deadline, as long as `on_text`
        has got nothing.
        Raises a `ModelError`, whose `partial` is what `on_text` got; `ModelStoppedError` as soon as `cancelled` is set.
        """


class Fill(Protocol):
    """Answers by filling in a form (structured output)."""

    async def __call__(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Fill in the form. Raises a `ModelError`."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """Requests, by names of ours, which the model answers by filling in a form, when it has time.

    With `since`, an earlier try may have submitted them: a batch of that time or later which has these names stands for
    them, or one that may have them, as long as it is under way and is not one of those `taken`.
    """

    requests: Mapping[str, Request]
    form: type[BaseModel]
    since: datetime | None = None
    taken: Collection[str] = ()

    @property
    def settings(self) -> ChannelSettings:
        """Return the settings, which all of the requests have in common."""
        return next(iter(self.requests.values())).settings


class Submit(Protocol):
    """Submits a batch."""

    async def __call__(self, batch: BatchRequest) -> str:
        """Submit a batch, or find it; return its id. Raises a `ModelError`."""


class Collect(Protocol):
    """Fetches a batch's results."""

    async def __call__(
        self, batch: str, form: type[Filled], like: Request
    ) -> Mapping[str, tuple[Filled | None, Call]] | None:
        """Return a batch's filled forms by their names, None for one that failed; None while it is not done.

        `like` is what its requests have in common. Raises a `ModelError`.
        """


class Cancel(Protocol):
    """Ends a batch early."""

    async def __call__(self, batch: str) -> None:
        """Cancel a batch; one that is done stays. Raises a `ModelError`."""


class Afford(Protocol):
    """Looks whether a request is within all budgets."""

    async def __call__(self, request: Request, /) -> None:
        """Raise `OverBudgetError` for a request that would be refused now. Nothing is reserved, and nothing asked."""


async def without_budgets(_request: Request) -> None:
    """Afford anything."""


@dataclass(frozen=True, slots=True)
class Model:
    """A large language model: what is known of it, and what it can be asked.

    Each call stands alone, so that what comes before a model (redaction, budgets) takes the place of those calls that
    it changes, by `dataclasses.replace`, and says nothing of the others.
    """

    facts: ModelFacts
    offered: Offered
    write: Write
    fill: Fill
    submit: Submit
    collect: Collect
    cancel: Cancel
    afford: Afford = without_budgets
