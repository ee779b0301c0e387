from __future__ import annotations

import json
import logging
from contextvars import Context
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from bot import log
from tests.support.turn import begin_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "what a person said"
OURS = "bot.core.writing.stream"


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the process's logging as it was."""
    hooks = get_on_retry_hooks()
    levels = {name: logging.getLogger(name).level for name in (*log.TALKATIVE, None)}
    monkeypatch.setattr(logging.root, "handlers", [])
    yield
    set_on_retry_hooks(hooks)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def warn(message: str, *args: str, extra: dict[str, int] | None = None) -> None:
    """Log as a turn does."""
    begin_turn(reference="r-4711")
    logging.getLogger(OURS).warning(message, *args, extra=extra)


def test_json_lines_hold_all_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "json")
    Context().run(warn, "%s failed", "it", extra={"attempt": 2})
    logging.getLogger(OURS).info("later")
    first, second = lines(capsys)
    assert first.pop("time").endswith("+00:00")
    assert first == {"level": "WARNING", "logger": OURS, "message": "it failed", "reference": "r-4711", "attempt": 2}
    assert "reference" not in second


def test_a_traceback_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "json")
    logging.getLogger(OURS).error("failed", exc_info=LookupError("two\nlines"))
    (line,) = lines(capsys)
    assert "LookupError: two\nlines" in line["exception"]


def test_what_is_no_json_is_written_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "json")
    logging.getLogger(OURS).info("\ud83d %s", "ö", extra={"odd": {1}})
    (line,) = lines(capsys)
    assert line["odd"] == "{1}"


def test_a_pretty_line_ends_with_its_reference(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "pretty")
    Context().run(warn, "it failed")
    assert capsys.readouterr().err.rstrip().endswith(f"WARNING {OURS}: it failed [r-4711]")


def test_a_pipe_gets_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "auto")
    logging.getLogger(OURS).info("hello")
    assert lines(capsys)[0]["message"] == "hello"


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_the_sdks_keep_quiet(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(level, "json")
    for name in log.TALKATIVE:
        logging.getLogger(f"{name}.inner").info(SECRET)
    logging.getLogger(OURS).log(logging.getLevelNamesMapping()[level], "ours")
    assert [line["message"] for line in lines(capsys)] == ["ours"]


async def test_a_retry_is_logged_without_words(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", "json")

    async def say(words: str, *, tries: list[str]) -> None:
        tries.append(words)
        if len(tries) < 2:
            raise TimeoutError(words)

    caller = stamina.AsyncRetryingCaller(attempts=2, wait_initial=0, wait_max=0, wait_jitter=0)
    await caller(TimeoutError, say, SECRET, tries=[])
    written = capsys.readouterr().err
    assert "TimeoutError" in written
    assert SECRET not in written
