"""The one long-lived client of Claude."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx2
from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient, omit, transform_schema
from pydantic import ValidationError

from bot.calls import Purpose
from bot.claude import batches, encode_files, prompts, tools
from bot.claude import check_key as access
from bot.claude.attachment import block, is_document
from bot.claude.call import ModelCall
from bot.claude.catalog import ModelCard, lookup, today
from bot.claude.check_key import AccessFinding
from bot.claude.errors import judge, translated
from bot.claude.events import events
from bot.claude.model_facts import ModelLimits
from bot.claude.models import ModelList
from bot.claude.parameters import parameters, sampling
from bot.claude.retry import pause, retrying
from bot.claude.transport import Transport, proxy_of
from bot.core.cancel import cancel_on, check
from bot.core.domain.message import Role
from bot.core.ports import Model
from bot.core.ports.model import NO_LISTENERS
from bot.errors import ModelFormError, ModelMisconfiguredError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from anthropic.types import ContentBlockParam, MessageParam, OutputConfigParam
    from pydantic import BaseModel

    from bot.calls import Call
    from bot.claude.model_facts import Clock
    from bot.core.ports import BatchRequest, Completion, Filled, Listeners, Request, Turn

API = "https://api.anthropic.com"


@dataclass(frozen=True, slots=True)
class CallDeadlines:
    """Bounds on a call, in seconds: all tries together, silence between two bytes, connecting, and a mere check."""

    total: float = 300.0
    silence: float = 40.0
    connect: float = 5.0
    check: float = 10.0


@asynccontextmanager
async def connect(
    *,
    api_key: str,
    model: str,
    base_url: str = API,
    deadlines: CallDeadlines | None = None,
    http_client: httpx2.AsyncClient | None = None,
    on_call: Callable[[Call], None] | None = None,
    clock: Clock = today,
) -> AsyncIterator[Claude]:
    """Open the client, and close it when the block exits. Nothing is sent before the first call.

    `http_client` replaces the one on `Transport`. `on_call` is told of each call that was made, attempts that failed
    included, `clock` tells the day. Raises `SettingsError` for a model that is unknown or retired.
    """
    card = lookup(model, clock())
    deadlines = deadlines or CallDeadlines()
    async with AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=httpx2.Timeout(deadlines.silence, connect=deadlines.connect),
        # The SDK would obey any retry-after, however long; the one retry policy is ours.
        max_retries=0,
        open_telemetry=False,
        http_client=http_client or DefaultAsyncHttpxClient(transport=Transport(_certificates(), proxy_of(base_url))),
    ) as anthropic:
        yield Claude(anthropic, card, deadlines, on_call, clock=clock, encloses=http_client is None)


class Claude(ModelLimits):
    """Claude: its facts and its calls. One instance serves all calls concurrently.

    `encloses`: its requests leave by `Transport`, which puts pictures and PDFs in.
    """

    def __init__(
        self,
        anthropic: AsyncAnthropic,
        card: ModelCard,
        deadlines: CallDeadlines,
        on_call: Callable[[Call], None] | None = None,
        *,
        clock: Clock = today,
        encloses: bool = False,
    ) -> None:
        super().__init__(card, clock)
        self._encloses = encloses
        self._on_call = on_call or (lambda _: None)
        self._anthropic = anthropic
        self._deadlines = deadlines
        self._offers = ModelList(anthropic, self.without_web, clock)
        self._retrying = retrying()

    def model(self) -> Model:
        """Return the model as use cases ask it."""
        return Model(
            facts=self,
            offered=self.offered,
            write=self.write,
            fill=self.fill,
            submit=self.submit,
            collect=self.collect,
            cancel=self.cancel,
        )

    async def offered(self) -> Mapping[str, str]:
        """Return the models that can be chosen: their names by their ids. Takes two seconds at most; never raises."""
        return await self._offers.names()

    async def write(
        self,
        request: Request,
        on_text: Callable[[str], None],
        listeners: Listeners = NO_LISTENERS,
        cancelled: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text; `on_text` and the `listeners` get each piece as it arrives. Raises a `ModelError`."""
        check(cancelled)
        if request.web is not None:
            await self.offered()  # which of them have the web
        can_cite = any(turn.passages for turn in request.turns)
        has_tools = bool(request.tools or request.web or request.rounds)
        model = self.card_of(request.settings).id
        exchange = ModelCall(
            request.purpose,
            model,
            on_text,
            listeners,
            has_blocks=has_tools or can_cite,
            before=tuple(one.content for one in request.rounds),
            documents=sum(is_document(one) for turn in request.turns for one in turn.attachments),
        )
        with self._told(exchange):
            await cancel_on(cancelled, self._ask(request, exchange))
        return exchange.completion()

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form (structured output). Raises a `ModelError`."""
        card = self.card_of(request.settings)
        exchange = ModelCall(request.purpose, card.id)
        output = _structured(card, form)
        with self._told(exchange):
            await self._ask(request, exchange, output)
            return _parse(exchange, form), exchange.call()

    async def submit(self, batch: BatchRequest) -> str:
        """Submit requests as a batch; return its id. Raises a `ModelError`."""
        card, first = self.card_of(batch.settings), next(iter(batch.requests.values()))
        with translated(ModelCall(first.purpose, card.id)):
            output = _structured(card, batch.form)
            asked = {name: batches.params(self._arguments(one, output)) for name, one in batch.requests.items()}
            return await batches.submit(self._anthropic, asked, batch.since, batch.taken)

    async def cancel(self, batch: str) -> None:
        """Cancel a batch; one that is done stays. Raises a `ModelError`."""
        with translated(ModelCall(Purpose.CLASSIFY, self.card.id)):
            await batches.cancel(self._anthropic, batch)

    async def collect(
        self, batch: str, form: type[Filled], like: Request
    ) -> Mapping[str, tuple[Filled | None, Call]] | None:
        """Return a batch's filled forms by their names; None while it is not done. Raises a `ModelError`."""
        card = self.card_of(like.settings)
        with translated(ModelCall(like.purpose, card.id)):
            results = await batches.results(self._anthropic, batch)
            if results is None:
                return None
            found: dict[str, tuple[Filled | None, Call]] = {}
            async for result in results:
                exchange = batches.exchange(result, like.purpose, card.id)
                try:
                    filled = _parse(exchange, form) if exchange.stop_reason else None
                except ModelFormError:
                    filled = None
                call = exchange.call("ok" if filled is not None else "ModelFormError")
                found[result.custom_id] = filled, replace(call, latency_ms=0)
            return found

    async def check(self) -> AccessFinding:
        """Ask the API, within a deadline, whether it accepts the key and offers the model. Never raises."""
        try:
            async with asyncio.timeout(self._deadlines.check):
                return await access.check(self._anthropic, self.card)
        except TimeoutError:
            late, remedy = "Claude did not answer in time.", "Check the network."  # not for people: operators read it
            return AccessFinding(ok=False, sentence=late, remedy=remedy)

    @contextmanager
    def _told(self, exchange: ModelCall) -> Iterator[None]:
        """Report a request's last attempt, too, when it is over; raise only our errors."""
        try:
            with translated(exchange):
                yield
        except BaseException as error:
            self._on_call(exchange.call(type(error).__name__))
            raise
        self._on_call(exchange.call())

    async def _ask(self, request: Request, exchange: ModelCall, output: OutputConfigParam | None = None) -> None:
        async with asyncio.timeout(self._deadlines.total) as deadline:

            def worth_retrying(error: Exception) -> bool | float:
                # Text that a person has seen can't be taken back, so nothing is tried again after the first piece.
                if exchange.shown:
                    return False
                return pause(error, (deadline.when() or 0.0) - asyncio.get_running_loop().time())

            await self._retrying(worth_retrying, self._try, request, exchange, output)

    async def _try(self, request: Request, exchange: ModelCall, output: OutputConfigParam | None) -> None:
        if exchange.failure is not None:
            self._on_call(exchange.failure)
        exchange.restart()
        # Here, too, so that the retry policy, and the log of what it does, know our errors only.
        with translated(exchange), encode_files.enclosing() as enclose:
            arguments = self._arguments(request, output, enclose if self._encloses else encode_files.written)
            async with self._anthropic.messages.with_streaming_response.create(stream=True, **arguments) as response:
                exchange.request_id = response.headers.get("request-id")
                async for event in events(response):
                    exchange.follow(event)
            judge(exchange)

    def _arguments(
        self,
        request: Request,
        output: OutputConfigParam | None,
        encode: Callable[[bytes], str] = encode_files.written,
    ) -> dict[str, Any]:
        """Return the arguments of the SDK's `messages.create`, the way of answering aside."""
        card, settings = self.card_of(request.settings), request.settings
        if settings.effort and card.effort:
            output = {**(output or {}), "effort": settings.effort}
        declared = tools.declared(request, card)
        return {
            "model": card.id,
            "max_tokens": min(request.max_output, card.max_output),
            "system": prompts.system(
                self._prompt(request, has_tools=bool(declared)), prompts.instructions_of(settings)
            ),
            "messages": [
                *(_message(turn, encode) for turn in request.turns),
                *tools.exchanged(request.rounds),
                *(_message(turn, encode) for turn in request.last),
            ],
            "tools": declared or omit,
            "tool_choice": omit if request.may_call or not declared else {"type": "none"},
            # A conversation comes back with one more turn, so what was sent is worth caching; other requests don't.
            "cache_control": {"type": "ephemeral"} if request.purpose == Purpose.ANSWER else omit,
            "metadata": {"user_id": _opaque(request.person)},
            "output_config": output or omit,
            **parameters(
                card,
                sampling(settings, request.creativity),
                thinks=settings.thinking == "adaptive",
                has_tools=bool(declared),
            ),
        }

    def _prompt(self, request: Request, *, has_tools: bool) -> str:
        """Return what Claude is told for a purpose, and about tools where it has any."""
        prompt = self.prompts[request.purpose]
        if not has_tools:
            return prompt
        return "\n\n".join((prompt, self.prompts["tools"].format(today=f"{self.clock():%A, %Y-%m-%d}")))


@cache
def _certificates() -> ssl.SSLContext:
    """Read the certificates of all authorities, which takes 50 ms, once for all clients."""
    return httpx2.create_ssl_context()


def _structured(card: ModelCard, form: type[BaseModel]) -> OutputConfigParam:
    """Require an answer in a form. Raises `ModelMisconfiguredError` for a model that has no structured outputs."""
    if not card.structured_outputs:
        raise ModelMisconfiguredError(f"{card.id} does not support structured outputs")
    return {"format": {"type": "json_schema", "schema": transform_schema(form)}}


def _message(turn: Turn, encode: Callable[[bytes], str]) -> MessageParam:
    if turn.role is Role.ASSISTANT:
        return {"role": "assistant", "content": turn.text}
    if not (turn.attachments or turn.passages):
        return {"role": "user", "content": turn.text}
    # Files first, then the words about them, as the API's guide advises.
    blocks: list[ContentBlockParam] = [block(attachment, encode) for attachment in turn.attachments]
    blocks += map(tools.search_result, turn.passages)
    return {"role": "user", "content": [*blocks, {"type": "text", "text": turn.text}]}


def _opaque(person: str) -> str:
    return hashlib.sha256(f"parley:{person}".encode()).hexdigest()


def _parse(exchange: ModelCall, form: type[Filled]) -> Filled:
    if exchange.stop_reason == "max_tokens":
        raise ModelFormError("cut off by the output limit")
    try:
        return form.model_validate_json(exchange.text)
    except ValidationError as error:
        faults = ", ".join(sorted({fault["type"] for fault in error.errors(include_url=False)}))
        # Not chained: pydantic's own message quotes the input.
        raise ModelFormError(f"{error.error_count()} faults: {faults}") from None
