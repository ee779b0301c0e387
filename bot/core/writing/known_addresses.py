"""The addresses that an answer may link to: those that stand in what it is made of, and were not made by the model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.core.addresses import Addresses
from bot.core.domain.message import Role
from bot.core.writing.unlinking import unlinked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.domain.tool import Passage, Round
    from bot.core.ports import Request


QUICK = 50_000  # characters that are read in a few milliseconds


class _Linked(Addresses):
    """Takes any address for known, and notes it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __contains__(self, address: str) -> bool:
        self.found.append(address)
        return True


class _Pending(Addresses):
    """The addresses of a request, which are read when the first one is asked for: most answers have none."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request: Request | None = request

    def __contains__(self, address: str) -> bool:
        if self._request is not None:
            request, self._request = self._request, None
            _read(self, request)
        return super().__contains__(address)


async def addresses_of(request: Request) -> Addresses:
    """Return what `known_addresses` does: not on the event loop where the request is long, and at once otherwise."""
    if sum(map(len, _said(request, raw=True))) <= QUICK:
        return _Pending(request)
    return await asyncio.to_thread(known_addresses, request)


def known_addresses(request: Request) -> Addresses:
    """Return the addresses in people's words, their text files, the channel's instructions and the tools' results.

    Takes time in proportion to the request, about a millisecond for 20,000 characters.
    """
    known = Addresses()
    _read(known, request)
    return known


def _read(known: Addresses, request: Request) -> None:
    for text in _said(request):
        known.add(text)
    for one in request.rounds:
        add_round(known, one)


def add_round(known: Addresses, one: Round) -> None:
    """Add what a round brought: tools' results, but for what the model itself put in there, and what people added."""
    for result in one.results:
        known.add(result.content, but=one.content)
        for passage in result.passages:
            known.add(_of_passage(passage))
    known.add(one.added)


def _said(request: Request, *, raw: bool = False) -> Iterator[str]:
    yield request.settings.prompt
    for turn in request.turns:
        yield turn.text if raw or turn.role is Role.USER else links_of(turn.text)
        yield from (passage.text if raw else _of_passage(passage) for passage in turn.passages)
        for file in turn.attachments:
            yield f"{file.name}\n{file.context}"
            if file.media_type == "text/plain":
                yield file.data.decode(errors="replace")


def _of_passage(passage: Passage) -> str:
    """Return a passage's addresses; its text may be an earlier answer."""
    return f"{passage.source}\n{passage.title}\n{links_of(passage.text)}"


def links_of(answer: str) -> str:
    """Return the addresses that are links in an earlier answer. Those in its code may be the model's own."""
    linked = _Linked()
    unlinked(answer, linked)
    return "\n".join(linked.found)
