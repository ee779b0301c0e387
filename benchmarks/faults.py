"""Let turns meet every fault of Slack's and of Claude's: `python -m benchmarks.faults [WORDS]`.

Prints what people were left with, by fault: a whole answer, or what else is allowed there. Fails where a turn left
anything else: a torn or doubled answer, none, an open stream, a status.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import bot.claude.client  # noqa: F401 - which takes a second, that the first fault would pay
from tests.support.faults import CASES, CUT, SENTENCE, TWO, WHOLE, Case, Result, meet
from tests.support.sqlite import SqliteFolder

TURNS = 24
COLUMNS = (WHOLE, SENTENCE, CUT, TWO)


async def measure(words: str) -> bool:
    """Meet the faults whose title holds the words; return whether nothing was left that must not be."""
    print(f"{'fault':50} {'s':>5}  " + "  ".join(f"{name:>17}" for name in COLUMNS) + "  violations")
    with TemporaryDirectory(prefix="faults-") as folder:
        databases = SqliteFolder(Path(folder))
        cases = [case for title, case in CASES.items() if words in title]
        results = [await _meet(case, await databases.migrated()) for case in cases]
    outcomes = sum((result.outcomes for result in results), Counter[str]())
    violations = [violation for result in results for violation in result.violations]
    print(f"{len(results)} faults, {outcomes.total()} turns: {dict(outcomes)}, {len(violations)} violations")
    return not violations


async def _meet(case: Case, url: str) -> Result:
    began = time.monotonic()
    try:
        result = await meet(case, url, turns=TURNS)
    except TimeoutError:
        result = Result(violations=[f"{case.title}: not over in time"])
    seconds = time.monotonic() - began
    counts = "  ".join(f"{result.outcomes[name]:17}" for name in COLUMNS)
    print(f"{case.title:50} {seconds:5.1f}  {counts}  {len(result.violations)}", flush=True)
    for violation in result.violations[:3]:
        print(f"    {violation[:300]}", flush=True)
    return result


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.exit(0 if asyncio.run(measure(" ".join(sys.argv[1:]))) else 1)
