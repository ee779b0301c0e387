"""Senders that send one byte a second, beside Slack's deliveries: `python -m benchmarks.slow`.

Half of them never end their headers, half never end their body. Fails where the bot listens to one for longer than it
allows, or where a delivery beside them is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.__main__ import PARLEY
from benchmarks.contestant import running
from benchmarks.figures import Span
from benchmarks.world import World
from bot.slack.inbound.http import PATH
from bot.web import BODY_WITHIN, HEADERS_WITHIN, LINGERING, LOOK_FOR_SLOW

EVERY = 1.0  # seconds between two bytes
RATE = 20  # turns a second beside them
HEADERS = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\n".encode()
BODY = HEADERS + b"Content-Length: 1000000\r\n\r\n"
ALLOWED = max(HEADERS_WITHIN, BODY_WITHIN) + LINGERING + 2 * LOOK_FOR_SLOW + EVERY


async def send_slowly(url: str, opening: bytes) -> float:
    """Send an opening, then a byte a second; return how many seconds the bot listened."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    loop = asyncio.get_running_loop()
    start = loop.time()
    closed = asyncio.create_task(reader.read(-1))
    try:
        for byte in chain([opening], repeat(b"x")):
            with suppress(ConnectionError):
                writer.write(byte)
                await writer.drain()
            done, _ = await asyncio.wait([closed], timeout=EVERY)
            if done:
                with suppress(ConnectionError):
                    closed.result()
                break
    finally:
        closed.cancel()
        writer.close()
    return loop.time() - start


async def measure(senders: int) -> bool:
    """Send slowly, and deliver meanwhile; print the figures, and return whether they are within the bounds."""
    async with World() as world:
        with TemporaryDirectory(prefix="benchmark-") as folder:
            async with running(PARLEY, world, Path(folder)) as process:
                await world.offer([process.url], rate=RATE, seconds=1)
                openings = [HEADERS, BODY] * (senders // 2)
                listening = [asyncio.create_task(send_slowly(process.url, opening)) for opening in openings]
                turns = await world.offer([process.url], rate=RATE, seconds=ALLOWED)
                held = await asyncio.gather(*listening)
    refused = sum(turn.acknowledged == float("inf") for turn in turns)
    accept = Span.of(turn.acknowledged - turn.sent for turn in turns)
    print(f"{senders} senders of one byte a second: held for {median(held):.1f} s (median), {max(held):.1f} s at most")
    print(f"beside them, at {RATE} turns/s: delivery → 200 {accept} ms (median / 99 %), {refused} refused")
    return max(held) <= ALLOWED and not refused


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow", description="Meet senders that never end.")
    parser.add_argument("--senders", type=int, default=200, help="how many; 200 unless told")
    options = parser.parse_args()
    gc.disable()  # a pause of the world would look like one of the bot
    if not asyncio.run(asyncio.wait_for(measure(options.senders), timeout=300)):
        sys.exit("out of bounds")


if __name__ == "__main__":
    main()
