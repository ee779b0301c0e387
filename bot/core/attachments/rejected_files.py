"""Find the files for which the API rejects a request; leave them out, report and remember them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.calls import Call
from bot.core.domain.attachment import Attachment
from bot.core.domain.message import Role
from bot.core.domain.thread import RejectedFile
from bot.core.ports import Request, Turn
from bot.errors import ModelEmptyError, ModelRejectedError
from bot.language import and_list, ngettext

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from bot.core.ports import Model

log = logging.getLogger(__name__)

LOOK = "Say OK."  # not for people: asked along with files, to find out whether they are accepted
SHORTEST = 16  # tokens of output that it may take


@dataclass(frozen=True, slots=True)
class FilesAtFault:
    """The files at fault, and what it cost to find them."""

    files: tuple[Attachment, ...]
    calls: tuple[Call, ...]
    is_certain: bool = True  # each of them is known to be at fault

    @property
    def refused(self) -> tuple[RejectedFile, ...]:
        """The files as the history keeps them."""
        return tuple(RejectedFile(one.file if self.is_certain else "", one.name) for one in self.files)


async def find(
    request: Request, error: ModelRejectedError, *, model: Model, cancelled: asyncio.Event | None
) -> FilesAtFault:
    """Find the files for which a request was rejected: where the API names them, else by trying them, half by half.

    Trying costs what reading those files costs. Raises `error` if there are no files, and a `ModelError` if trying
    fails.
    """
    calls = (error.call,) if error.call else ()
    files = [one for turn in request.turns for one in turn.attachments]
    if not files:
        raise error
    if (named := _at(request, error)) is not None:
        return FilesAtFault((named,), calls)
    suspects = [one for one in files if one.media_type.startswith(error.media_type)] or files
    if len(suspects) == 1:
        return FilesAtFault(tuple(suspects), calls)
    search = _Search(request, model, cancelled)
    at_fault = await search.at_fault(suspects)
    calls = (*calls, *search.calls)
    return FilesAtFault(at_fault, calls) if at_fault else FilesAtFault(tuple(files), calls, is_certain=False)


def without(request: Request, files: Sequence[Attachment]) -> Request:
    """Return a request without some of its files; their names stay."""
    return replace(request, turns=tuple(_less(turn, files) for turn in request.turns))


def told(refused: Sequence[RejectedFile]) -> str:
    """Return the line that says which files an answer leaves out, "" if none."""
    if not refused:
        return ""
    sentence = ngettext(
        "Claude could not open {files}, so I answered without it.",
        "Claude could not open {files}, so I answered without them.",
        len(refused),
        files=and_list(f"*{one.name}*" for one in refused),
    )
    return f"\n\n_{sentence}_"


def _at(request: Request, error: ModelRejectedError) -> Attachment | None:
    if error.at is None:
        return None
    turn, part = error.at
    try:
        return request.turns[turn].attachments[part]
    except IndexError:
        return None


def _less(turn: Turn, files: Sequence[Attachment]) -> Turn:
    gone = [one for one in turn.attachments if any(one is file for file in files)]
    if not gone:
        return turn
    names = "\n".join(f"[file: {one.name}]" for one in gone)
    left = tuple(one for one in turn.attachments if not any(one is file for file in gone))
    return replace(turn, text=f"{turn.text}\n\n{names}".strip(), attachments=left)


class _Search:
    """Tries files by requests of their own, as small as can be."""

    def __init__(self, request: Request, model: Model, cancelled: asyncio.Event | None) -> None:
        settings = request.settings.model_copy(update={"instructions": "", "thinking": "off", "effort": ""})
        self._like = replace(request, max_output=SHORTEST, settings=settings)
        self._model, self._cancelled = model, cancelled
        self.calls: list[Call] = []

    async def at_fault(self, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
        if await self._are_taken(files):
            return ()
        if len(files) == 1:
            return tuple(files)
        middle = len(files) // 2
        return (*await self.at_fault(files[:middle]), *await self.at_fault(files[middle:]))

    async def _are_taken(self, files: Sequence[Attachment]) -> bool:
        asked = replace(self._like, turns=(Turn(Role.USER, LOOK, tuple(files)),))
        try:
            completion = await self._model.write(asked, lambda _: None, cancelled=self._cancelled)
        except ModelRejectedError as error:
            self.calls += [error.call] if error.call else []
            return False
        except ModelEmptyError as error:
            self.calls += [error.call] if error.call else []
            return True
        self.calls.append(completion.call)
        return True
