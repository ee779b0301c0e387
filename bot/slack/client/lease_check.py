"""Looks at a turn's lease at the moment when a request of it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import turn

if TYPE_CHECKING:
    import aiohttp


def fenced(config: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
    """Check the lease of a turn once more when its request to Slack is about to leave.

    Once with the headers, where it may raise as it is, and with each piece of the body: before Python 3.12, aiohttp
    sends both together, one round of its loop after the first look, and a process can be frozen in between.
    """

    async def look(*_: object) -> None:
        turn.check()

    config.on_request_headers_sent.append(look)
    config.on_request_chunk_sent.append(look)
    return config
