"""A model that does not get to see what is hidden: where a channel wants it so, and wherever it may use the web."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.domain.tool import Citation
from bot.core.ports.model import NO_LISTENERS
from bot.core.privacy.redaction.placeholder import Redaction, Restoring
from bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.calls import Call
    from bot.core.domain.tool import SourceLink, Step
    from bot.core.ports import BatchRequest, Completion, Filled, Listeners, Model, Request

QUICK = 4_000  # characters that are searched in a millisecond or two


def redacting(model: Model) -> Model:
    """Return a model that does not get to see what is hidden, where a request wants redaction."""
    calls = RedactedCalls(model)
    return replace(model, write=calls.write, fill=calls.fill, submit=calls.submit)


class RedactedCalls:
    """The calls to a model that carry people's words; where no redaction is wanted, nothing is added to them."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def write(
        self,
        request: Request,
        on_text: Callable[[str], None],
        listeners: Listeners = NO_LISTENERS,
        cancelled: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text; what was hidden is there again in all that comes back. Raises as the model does."""
        if not request.settings.redact and request.web is None:
            return await self._model.write(request, on_text, listeners, cancelled)
        hidden, redaction = await _redacted(request)
        answer = Restoring(redaction, on_text)
        thought = Restoring(redaction, listeners.thinking or _unheard)
        with _restored(redaction):
            try:
                completion = await self._model.write(
                    hidden, answer.write, _restoring(listeners, thought, redaction), cancelled
                )
            finally:
                thought.close()
                answer.close()
        calls = tuple(replace(one, arguments=redaction.fill_in(one.arguments)) for one in completion.tool_calls)
        return replace(completion, text=redaction.restore(completion.text), tool_calls=calls)

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form. Raises as the model does."""
        if not request.settings.redact:
            return await self._model.fill(request, form)
        hidden, redaction = await _redacted(request)
        with _restored(redaction):
            filled, call = await self._model.fill(hidden, form)
        return redaction.fill_in(filled), call

    async def submit(self, batch: BatchRequest) -> str:
        """Hand in a batch. What its answers quote of what is hidden stays so: no one knows it any more by then."""
        hidden = {
            name: (await _redacted(request))[0] if request.settings.redact else request
            for name, request in batch.requests.items()
        }
        return await self._model.submit(replace(batch, requests=hidden))


async def _redacted(request: Request) -> tuple[Request, Redaction]:
    """Redact a request; not on the event loop where it is long."""
    redaction = Redaction(request.settings.phone_country)
    if sum(_sizes(request)) <= QUICK:
        return redaction.request(request), redaction
    return await asyncio.to_thread(redaction.request, request), redaction


def _sizes(request: Request) -> Iterable[int]:
    yield len(request.settings.prompt)
    for turn in (*request.turns, *request.last):
        yield len(turn.text)
        yield from (len(one.data) for one in turn.attachments if one.media_type == "text/plain")
        yield from (len(passage.text) for passage in turn.passages)
    for one in request.rounds:
        yield len(one.added) + sum(len(result.content) for result in one.results)
        yield from (len(passage.text) for result in one.results for passage in result.passages)


def _restoring(listeners: Listeners, thought: Restoring, redaction: Redaction) -> Listeners:
    """Return listeners that hear what was hidden, too."""
    hear, cite = listeners.step, listeners.cite

    def whole(source: SourceLink) -> SourceLink:
        return replace(source, url=redaction.restore(source.url), title=redaction.restore(source.title))

    def cited(one: Citation) -> Citation:
        words = None if one.words is None else redaction.restore(one.words)
        return Citation(whole(one.source), redaction.restore(one.statement), words)

    def step(one: Step) -> None:
        if hear is not None:
            hear(replace(one, title=redaction.restore(one.title), sources=tuple(map(whole, one.sources))))

    return replace(
        listeners,
        thinking=thought.write if listeners.thinking else None,
        step=step if hear else None,
        cite=(lambda one: cite(cited(one))) if cite else None,
    )


@contextmanager
def _restored(redaction: Redaction) -> Iterator[None]:
    """Put back what was hidden in what had come before an error."""
    try:
        yield
    except ModelError as error:
        error.partial = redaction.restore(error.partial)
        raise


def _unheard(_: str) -> None:
    """Discard the thinking."""
