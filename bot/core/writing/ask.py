"""Ask the model once: an answer that was cut is continued, and files that the API rejects are left out."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.core.attachments import rejected_files
from bot.core.code_blocks.blocks import read
from bot.core.ports.model import NO_LISTENERS
from bot.core.writing.continuation import Seam, rest_of
from bot.core.writing.known_addresses import addresses_of
from bot.core.writing.unlinking import Unlinking
from bot.errors import ModelBusyError, ModelError, ModelRejectedError, ModelStoppedError, ModelUnavailableError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from bot.calls import Call
    from bot.core.domain.message import Message
    from bot.core.domain.thread import RejectedFile
    from bot.core.ports import Answer, Completion, Listeners, Model, Request

log = logging.getLogger(__name__)


class Written(NamedTuple):
    """One completion, the calls that it took, and the files that the API rejected."""

    completion: Completion
    calls: tuple[Call, ...]
    refused: tuple[RejectedFile, ...] = ()


class ModelAnswer(NamedTuple):
    """An answer, the calls that it took, and the files that the API rejected. `truncated`: its limit cut it short.

    `ending` follows the text. `added`: messages that came meanwhile and are answered with it.
    """

    text: str
    truncated: bool
    calls: tuple[Call, ...]
    refused: tuple[RejectedFile, ...] = ()
    ending: str = ""
    added: tuple[Message, ...] = ()


class AskModel(Protocol):
    """Gets an answer from the model, and streams its text into a message."""

    async def __call__(
        self, request: Request, answer: Answer, *, model: Model, cancelled: asyncio.Event | None = None
    ) -> ModelAnswer:
        """Answer. Raises a `ModelError`, whose `partial` is what was streamed."""


async def ask(request: Request, answer: Answer, *, model: Model, cancelled: asyncio.Event | None = None) -> ModelAnswer:
    """Stream the model's text into `answer`, with its thinking if the channel shows it. Raises a `ModelError`.

    Only addresses that stand in the request are links.
    """
    text = Unlinking(await addresses_of(request), answer.write)
    try:
        written = await ask_once(request, text.write, shown(request, answer), model=model, cancelled=cancelled)
    except ModelError as error:
        text.close()
        error.partial = text.text
        raise
    text.close()
    return ModelAnswer(text.text, written.completion.truncated, written.calls, written.refused)


def shown(request: Request, answer: Answer) -> Listeners:
    """Return what shows the model's thinking, if the channel wants it."""
    return replace(NO_LISTENERS, thinking=answer.think if request.settings.thinking != "off" else None)


async def ask_once(
    request: Request,
    on_text: Callable[[str], None],
    listeners: Listeners = NO_LISTENERS,
    *,
    model: Model,
    cancelled: asyncio.Event | None = None,
) -> Written:
    """Ask for one completion. An answer that was cut is continued, once; rejected files are left out.

    Raises a `ModelError`; a `ModelRejectedError`, too, where the web may be what the API rejects.
    """
    before: tuple[Call, ...] = ()
    refused: tuple[RejectedFile, ...] = ()
    while True:
        try:
            completion = await model.write(request, on_text, listeners, cancelled)
        except ModelRejectedError as error:
            is_of_file = error.at is not None or error.media_type
            if error.partial or (request.web is not None and not is_of_file):
                raise
            found = await rejected_files.find(request, error, model=model, cancelled=cancelled)
            log.warning("asking again without %d files: %s", len(found.files), error)
            before, refused = (*before, *found.calls), (*refused, *found.refused)
            request = rejected_files.without(request, found.files)
        except (ModelUnavailableError, ModelBusyError) as error:
            if not error.partial.strip():
                raise
            log.warning("asking for the rest: %s", error)
            begun = (*before, *((error.call,) if error.call else ()))
            completion = await _rest(request, error, on_text, replace(listeners, thinking=None), model, cancelled)
            return Written(completion, (*begun, completion.call), refused)
        else:
            return Written(completion, (*before, completion.call), refused)


async def _rest(
    request: Request,
    cut: ModelError,
    on_text: Callable[[str], None],
    listeners: Listeners,
    model: Model,
    cancelled: asyncio.Event | None,
) -> Completion:
    """Ask for the rest of an answer that was cut; return all of it. Raises a `ModelError` with all that came."""
    await read(cut.partial)
    seam = Seam(cut.partial, on_text)
    try:
        completion = await model.write(rest_of(request, cut.partial), seam.write, listeners, cancelled)
    except ModelError as error:
        seam.close()
        error.partial = cut.partial + seam.text
        if isinstance(error, ModelStoppedError):
            raise
        cut.partial = error.partial
        raise cut from error
    seam.close()
    return replace(completion, text=cut.partial + seam.text)
