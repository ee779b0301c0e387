"""Texts that took other programs a minute: here their time grows with their length, not with its square."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.classify import parse as classify
from bot.core.code import diff
from bot.core.code_blocks import blocks
from bot.core.domain.code_file import CodeFile
from bot.core.privacy.redaction.find import find
from bot.core.settings import subcommands
from bot.core.summarize import parse as summarize
from bot.errors import UsageError
from bot.playground.rehearsal import revision
from bot.slack.client.read_limits import LONGEST, clipped
from bot.slack.inbound import messages
from bot.slack.outbound import message, split, table
from tests.support.growth import SIZES, Attack, fault

if TYPE_CHECKING:
    from collections.abc import Callable


def _said(text: str) -> None:
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}
    for fields in ({"text": text}, {"blocks": [{"type": "rich_text", "elements": [rich]}]}):
        event: dict[str, Any] = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", **fields}
        assert messages.incoming_message(clipped(event), team="T1", bot="U0BOT") is not None


def _shown(text: str) -> None:
    for part in split.parts(text, "", 0)[0]:
        list(message.blocks(part, 0, len(part)))


def _typed(text: str) -> None:
    for read in (classify.parse_options, summarize.parse, subcommands.parse):
        with suppress(UsageError):
            read(text)


def _code(text: str) -> None:
    fenced = f"```python\na = 1\n```\n{text}"
    blocks.blocks(fenced)
    revision.files_in([("assistant", fenced)])


# How each reads a text, and how long that may be: a message, an answer, a table's cell, a command, code, secrets.
READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "message": (_said, SIZES[-1]),
    "answer": (_shown, 100_000),
    "cell": (lambda text: table.block(f"| a |\n|---|\n| {text} |"), table.MAX_TEXT),
    "command": (_typed, LONGEST),
    "code": (_code, 20_000),
    "redaction": (lambda text: find(text, "US"), 20_000),
}
MARKDOWN = ("message", "answer", "cell", "code")

CASES = {
    # https://github.com/markdown-it/markdown-it/issues/583
    "*_": (Attack("", "*_"), MARKDOWN),
    # https://github.com/markdown-it/markdown-it/issues/737
    "<": (Attack("", "<"), MARKDOWN),
    # https://github.com/markdown-it/markdown-it/issues/734
    "[]((": (Attack("", "[](("), MARKDOWN),
    # https://github.com/coda/packs-sdk/pull/3570
    "quotes": (Attack("", '"'), (*MARKDOWN, "command")),
    # the same, as phones type them
    "curly quotes": (Attack("", "“"), (*MARKDOWN, "command")),
    # https://github.com/Python-Markdown/markdown/issues/798
    "[": (Attack("", "["), MARKDOWN),
    # https://github.com/six-ddc/ccbot/issues/37
    "[a]": (Attack("", "[a]"), MARKDOWN),
    # https://github.com/dbuenzli/cmarkit/issues/22
    "[[]]": (Attack("", "[", "]" * 30), MARKDOWN),
    # https://github.com/markedjs/marked/issues/1463
    "~": (Attack("", "~"), MARKDOWN),
    # https://github.com/mity/md4c/issues/73
    "<![CDATA[": (Attack("", "a <![CDATA["), MARKDOWN),
    # https://github.com/showdownjs/showdown/issues/1048
    "> ": (Attack("", "> ", "x"), MARKDOWN),
    # https://github.com/commonmark/cmark/issues/285
    "[ (](": (Attack("", "[ (]("), MARKDOWN),
    # https://github.com/commonmark/cmark/issues/218
    "[a](<b": (Attack("", "[a](<b"), MARKDOWN),
    # https://github.com/commonmark/cmark/issues/431
    "*": (Attack("", "*", "a**"), MARKDOWN),
    # https://github.com/ariabuckles/simple-markdown/issues/71
    "`": (Attack("", "`", "x"), MARKDOWN),
    # https://github.com/Azure/LogicAppsUX/pull/9374
    "fences": (Attack("```\n", "```\na "), MARKDOWN),
    # https://github.com/trentm/python-markdown2/pull/387
    "spaces behind a fence": (Attack("```python", " ", "x"), MARKDOWN),
    # https://github.com/codemirror/codemirror5/issues/7128
    "spaces": (Attack("a", " ", "@"), (*MARKDOWN, "command")),
    # https://github.com/OpenRouterLabs/spawn/issues/3199
    "pipes": (Attack("| a |\n|", "-", " x"), MARKDOWN),
    # the same, with spaces in the line below a table's head
    "a table's second line": (Attack("| a | b |\n| ---", " ", "x"), MARKDOWN),
    # https://github.com/markdown-it/linkify-it/issues/36
    "emoji": (Attack("", "😡"), MARKDOWN),
    # https://github.com/anneschuth/claude-threads/issues/551
    "one long word": (Attack("⚠️ ", "a"), ("message", "command", "redaction")),
    # https://github.com/apify/crawlee/pull/3845
    "dots before an at": (Attack("x", ".a", "@"), ("message", "redaction")),
    # https://github.com/PostHog/posthog/pull/67540 and https://github.com/fhightower/ioc-finder/pull/389
    "base64": (Attack("", "aGVsbG8rd29ybGQv"), ("message", "redaction")),
    # https://github.com/Unstructured-IO/unstructured/pull/4468
    "signs between digits": (Attack("215", "-. (", "1"), ("message", "redaction")),
}


@pytest.mark.parametrize("name", CASES)
def test_time_grows_with_the_length_alone(name: str) -> None:
    attack, readers = CASES[name]
    for reader in readers:
        read, most = READERS[reader]
        assert not fault(read, [attack], most, least=20_000 if reader == "answer" else SIZES[0]), reader


def test_lines_that_are_nearly_alike_are_compared() -> None:
    # https://github.com/python/cpython/issues/119105
    old = "\n".join("0" * (1_000 - number) for number in range(1_000))
    new = "\n".join("0" * (1_000 - number) + "x" for number in range(1_000))
    started = time.thread_time()
    shown, left = diff.diff(CodeFile("a.py", old), CodeFile("a.py", new))
    assert shown
    assert left
    assert time.thread_time() - started < 0.5


def test_of_very_many_lines_none_is_compared() -> None:
    # https://github.com/python/cpython/issues/106865
    old, new = (CodeFile("a.py", "\n".join(map(str, range(*bounds)))) for bounds in ((0, 50_000), (7, 50_001)))
    started = time.thread_time()
    assert diff.diff(old, new) == ("", 0)
    assert diff.count(old, new) == "+1 -7"
    assert time.thread_time() - started < 1
