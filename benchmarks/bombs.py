"""Throw every bomb at the bot, and see that it costs a sentence: `python -m benchmarks.bombs [WORDS]`.

Fails where one takes more than 10 seconds, 600 MB in the child or 50 ms of the bot's loop, or is answered otherwise
than it should be.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.db import migrate
from tests.support.bombing import Bombing, bombing
from tests.support.bombs import BOMBS, Bomb

MOST_MEMORY, LONGEST_HOLD = 600e6, 0.05


async def measure(words: str) -> bool:
    """Throw those whose title holds the words; return whether all went as it should."""
    print(f"{'bomb':44} {'MB':>5} {'s':>6} {'child MB':>9} {'hold ms':>8}  answer")
    with TemporaryDirectory(prefix="bombs-") as folder:
        url = f"sqlite:///{Path(folder) / 'bombs.db'}"
        await migrate.upgrade(url)
        async with bombing({"DATABASE_URL": url}) as stage:
            thrown = [await _throw(title, bomb, stage) for title, bomb in BOMBS.items() if words in title]
    return all(thrown)


async def _throw(title: str, bomb: Bomb, stage: Bombing) -> bool:
    thrown = await stage.throw(bomb)
    faults = {
        "SLOW": thrown.seconds > bomb.seconds,
        "LARGE": thrown.memory > MOST_MEMORY,
        "HELD": thrown.hold > LONGEST_HOLD,
        "WRONG": not any(words in thrown.sentence for words in bomb.said),
    }
    size, memory = len(bomb.make()) / 1e6, thrown.memory / 1e6
    sentence = " ".join(thrown.sentence.split())[:110]
    figures = f"{size:5.1f} {thrown.seconds:6.2f} {memory:9.0f} {thrown.hold * 1000:8.0f}"
    print(f"{title:44} {figures}  {' '.join([*(name for name in faults if faults[name]), sentence])}", flush=True)
    return not any(faults.values())


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure(" ".join(sys.argv[1:]))) else 1)
