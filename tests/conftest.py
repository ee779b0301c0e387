"""What several suites share."""

from __future__ import annotations

import gc
import itertools
import os
import tempfile
from collections import Counter
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.support.memory import in_memory
from tests.support.postgresql import private_postgresql
from tests.support.sqlite import SqliteFolder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xdist.remote import Producer
    from xdist.scheduler import Scheduling
    from xdist.workermanage import WorkerController

    from tests.support.postgresql import PostgresqlServer

ROOT = Path(__file__).parents[1]
LONG = "tests/unit/test_linear.py"  # which takes as long as all other unit tests

# As when the bot starts: what is imported never goes, and looking through it took a fifth of the suite's time.
gc.disable()
# A collection comes after about as many objects as a test makes; a full one, which takes a tenth of a second, is rare.
SELDOM = (50_000, 20, 50)


def pytest_collection(session: pytest.Session) -> None:
    """Let each worker compile a part of the tests for all, where they would all compile all of them at once."""
    worker = getattr(session.config, "workerinput", None)
    if worker is not None and session.config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
        for file in sorted((ROOT / "tests").rglob("test_*.py"))[number::count]:
            with suppress(Exception):  # the collection tells of it
                import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


class ByCost(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Gives the browser to one worker and the chaos to two, from the start on; tests else one by one.

    Those mostly wait. Spread over all workers, they would leave the processors with nothing to do at first, and with
    nothing to do beside it at last. For the same reason the suites take turns: in one after the other, all workers
    would wait together in the dialogues, and calculate together in the unit tests. The tests of a file that share a
    fixture stay together, and so do unit tests, which take less time than to hand them out one by one. The marks that
    xdist has for it do nothing on pytest 9.
    """

    def schedule(self) -> None:
        is_first = self.collection is None
        super().schedule()
        if is_first:
            for scope in in_turns({scope: len(tests) for scope, tests in self.workqueue.items()}):
                self.workqueue.move_to_end(scope)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Forget a scope that is done: after each test, xdist counts all that its worker ever got."""
        scope = self._split_scope(self.registered_collections[node][item_index])
        super().mark_test_complete(node, item_index, duration)
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/browser/"):
            return "tests/browser"
        if file.startswith("tests/chaos/"):
            return f"tests/chaos/{'first' if file < 'tests/chaos/test_r' else 'second'} half"
        is_quick = file.startswith("tests/unit/") and file != LONG
        return file if is_quick or shares_a_fixture(file) else nodeid


@cache
def shares_a_fixture(file: str) -> bool:
    text = (ROOT / file).read_text(encoding="utf-8")
    return any(sign in text for sign in ('scope="module"', "@on_shared"))


def in_turns(scopes: Mapping[str, int]) -> list[str]:
    """Spread the tests of each suite evenly over the whole, the scopes of many tests first: they end last."""
    suites: dict[str, list[str]] = {}
    for scope in sorted(scopes, key=lambda one: -scopes[one]):
        suites.setdefault("/".join(scope.split("/")[:2]), []).append(scope)
    places: dict[str, float] = {}
    for suite in suites.values():
        *before, whole = itertools.accumulate((scopes[scope] for scope in suite), initial=0)
        places |= {scope: place / whole for scope, place in zip(suite, before, strict=True)}
    return sorted(scopes, key=places.__getitem__)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was skipped and why, each reason once."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} tests were skipped: {reason.removeprefix('Skipped: ')}", yellow=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return ByCost(config, log)


# How long an example takes says more about the machine than about the code. Each run tries the same examples: a red run
# is a change's own fault. `make fuzz` explores; what it finds becomes an `@example` of the property.
settings.register_profile("parley", max_examples=50, deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "parley"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    with private_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_folder() -> Iterator[SqliteFolder]:
    with tempfile.TemporaryDirectory(prefix="parley-", dir=in_memory()) as folder:
        yield SqliteFolder(Path(folder))
