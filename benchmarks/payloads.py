"""Signed payloads that are mutated by their shape, beside people who talk: `python -m benchmarks.payloads`.

Each is a kind of payload as Slack sends it, with one to three of its fields absent, null, empty or odd. Fails where one
is a fault of ours (a 500, or no answer within Slack's three seconds), or where a turn beside them goes wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import aiohttp
from slack_sdk.signature import SignatureVerifier

from benchmarks.__main__ import PARLEY
from benchmarks.contestant import running
from benchmarks.world import SECRET, World
from bot.slack.inbound.http import PATH
from tests.acceptance.test_odd_payloads import body_of
from tests.acceptance.test_odd_shapes import ODD, PAYLOADS
from tests.support import shape

if TYPE_CHECKING:
    from collections.abc import Iterator

SLACK_WAITS = 3.0  # seconds
AT_ONCE = 20
RATE = 5  # turns a second beside them
NO_ANSWER = "none in 3 s"


def mutated(rng: random.Random) -> Iterator[tuple[bytes, str]]:
    """Yield bodies without an end, and their content types."""
    while True:
        _, kind, payload = rng.choice(PAYLOADS)
        for _ in range(rng.randint(1, 3)):
            with suppress(KeyError, IndexError, TypeError, ValueError):  # a change before it took the place away
                payload = shape.changed(payload, rng.choice(list(shape.walk(payload))), rng.choice(ODD))
        with suppress(UnicodeEncodeError):  # no form holds half a character
            yield body_of(kind, payload)


async def send(url: str, session: aiohttp.ClientSession, body: bytes, content_type: str) -> int | str:
    """Send one, signed; return the status of the answer."""
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body) or ""
    signed = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature, "Content-Type": content_type}
    try:
        async with session.post(f"{url}{PATH}", data=body, headers=signed) as response:
            return response.status
    except (aiohttp.ClientError, TimeoutError):
        return NO_ANSWER


async def measure(count: int, seed: int) -> bool:
    """Send all; print what came back, and return whether none was a fault of ours."""
    bodies, statuses = mutated(random.Random(seed)), Counter[Any]()  # noqa: S311 (nothing here is a secret)
    async with World() as world:
        with TemporaryDirectory(prefix="benchmark-") as folder:
            async with running(PARLEY, world, Path(folder)) as process:
                await world.offer([process.url], rate=RATE, seconds=1)
                start, left = time.monotonic(), iter(range(count))
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SLACK_WAITS)) as session:

                    async def sender() -> None:
                        for _ in left:
                            statuses[await send(process.url, session, *next(bodies))] += 1

                    senders = [asyncio.create_task(sender()) for _ in range(AT_ONCE)]
                    turns = []
                    while any(not one.done() for one in senders):
                        turns += await world.offer([process.url], rate=RATE, seconds=2)
                    await asyncio.gather(*senders)
                seconds = time.monotonic() - start
    wrong = sum(turn.whole == inf for turn in turns)
    told = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items(), key=str))
    print(f"{count:,} payloads (seed {seed}) in {seconds:.0f} s: {told}")
    print(f"{len(turns)} turns beside them: {wrong} without a whole answer")
    return not wrong and all(isinstance(one, int) and one < 500 for one in statuses)  # noqa: PLR2004 (HTTP's own)


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.payloads", description="Send what Slack never sent.")
    parser.add_argument("--count", type=int, default=10_000, help="how many; 10000 unless told")
    parser.add_argument("--seed", type=int, default=0, help="of the changes; 0 unless told")
    options = parser.parse_args()
    gc.disable()  # a pause of the world would look like one of the bot
    if not asyncio.run(asyncio.wait_for(measure(options.count, options.seed), timeout=1_200)):
        sys.exit("a fault of ours")


if __name__ == "__main__":
    main()
