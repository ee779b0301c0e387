"""A model that does not get to see what is hidden."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.domain.settings import DEFAULTS
from bot.core.forward import ForwardingModel
from bot.core.privacy.redaction.placeholder import NOTE, Redaction, Restoring
from bot.core.tokens import estimate_tokens
from bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from bot.calls import Call
    from bot.core.domain.settings import ChannelSettings
    from bot.core.ports import Completion, Filled, Request

NOTE_TOKENS = estimate_tokens(NOTE)
QUICK = 4_000  # characters that are looked through in a millisecond or two


class RedactingModel(ForwardingModel):
    """`bot.core.ports.Model` for channels whose settings want redaction; for others, nothing is added to a call."""

    def room(self, max_output: int, settings: ChannelSettings = DEFAULTS) -> int:
        """Tell how many tokens of input fit."""
        room = super().room(max_output, settings)
        return max(0, room - NOTE_TOKENS) if settings.redact else room

    def ceiling(self, request: Request, *, is_batch: bool = False) -> int | None:
        """Tell what a request costs at most."""
        if request.settings.redact:
            # A placeholder may be longer than what it stands for, by no more than the estimate is too high.
            prompt = f"{NOTE}\n\n{request.settings.prompt}"
            settings = request.settings.model_copy(update={"instructions": prompt, "persona": ""})
            request = replace(request, settings=settings)
        return super().ceiling(request, is_batch=is_batch)

    async def write(
        self,
        request: Request,
        sink: Callable[[str], None],
        think: Callable[[str], None] | None = None,
        halt: asyncio.Event | None = None,
    ) -> Completion:
        """Answer in free text; what was hidden is there again in all that comes back. Raises as the model does."""
        if not request.settings.redact:
            return await super().write(request, sink, think, halt)
        hidden, redaction = await _redacted(request)
        answer, thought = Restoring(redaction, sink), Restoring(redaction, think or _unheard)
        with _restored(redaction):
            try:
                completion = await super().write(hidden, answer.write, thought.write if think else None, halt)
            finally:
                thought.close()
                answer.close()
        return replace(completion, text=redaction.restore(completion.text))

    async def fill(self, request: Request, form: type[Filled]) -> tuple[Filled, Call]:
        """Answer by filling in a form. Raises as the model does."""
        if not request.settings.redact:
            return await super().fill(request, form)
        hidden, redaction = await _redacted(request)
        with _restored(redaction):
            filled, call = await super().fill(hidden, form)
        return redaction.fill_in(filled), call

    async def submit(
        self,
        requests: Mapping[str, Request],
        form: type[BaseModel],
        *,
        since: datetime | None = None,
        taken: Collection[str] = (),
    ) -> str:
        """Hand in a batch. What its answers quote of what is hidden stays so: nobody knows it any more by then."""
        hidden = {
            name: (await _redacted(request))[0] if request.settings.redact else request
            for name, request in requests.items()
        }
        return await super().submit(hidden, form, since=since, taken=taken)


async def _redacted(request: Request) -> tuple[Request, Redaction]:
    """Redact a request; not on the event loop where it is long."""
    redaction = Redaction(request.settings.phone_country)
    if sum(_sizes(request)) <= QUICK:
        return redaction.request(request), redaction
    return await asyncio.to_thread(redaction.request, request), redaction


def _sizes(request: Request) -> Iterable[int]:
    yield len(request.settings.prompt)
    for turn in request.turns:
        yield len(turn.text)
        yield from (len(one.data) for one in turn.attachments if one.media_type == "text/plain")


@contextmanager
def _restored(redaction: Redaction) -> Iterator[None]:
    """Put back what was hidden in what had come before an error."""
    try:
        yield
    except ModelError as error:
        error.partial = redaction.restore(error.partial)
        raise


def _unheard(_: str) -> None:
    """Nobody wants the thinking."""
