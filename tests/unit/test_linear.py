"""No text of a stranger holds the loop: whatever reads one takes time in proportion to its length.

Every pattern of the code is found here by itself, and every function with a loop of its own has to be listed: a new one
is tested, or says why it need not be.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.core import mention_commands, prompt_data, search_words, tokens, trigrams
from bot.core.addresses import Addresses
from bot.core.answer import name_at_start, stop_or_continue
from bot.core.classify import evidence, examples
from bot.core.classify import parse as classify
from bot.core.code import diff, render
from bot.core.code import parse as code
from bot.core.code_blocks import blocks, resume
from bot.core.code_blocks import fences as code_fence
from bot.core.code_blocks.file_names import LONGEST_LINE
from bot.core.command import take_private
from bot.core.domain import category, programming_language, typed_values
from bot.core.domain.classify_item import Item
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import Place
from bot.core.find.terms import terms_of
from bot.core.knowledge.passages import passages
from bot.core.knowledge.statements import statements
from bot.core.literal import literal
from bot.core.memory.asked import own_words
from bot.core.memory.expiry import ending
from bot.core.memory.wording import says_the_same
from bot.core.privacy.redaction import piece
from bot.core.privacy.redaction.find import find
from bot.core.privacy.redaction.placeholder import Redaction, Restoring
from bot.core.settings import command, subcommands
from bot.core.summarize import parse as summarize
from bot.core.summarize import parts as summary_parts
from bot.core.summarize import text as summarize_text
from bot.core.summarize import transcript
from bot.core.time_span import times as span
from bot.core.triage import issue, similar, small_talk
from bot.core.writing.unlinking import Unlinking
from bot.playground.page import emoji, markdown, mrkdwn, typed, unfinished
from bot.playground.rehearsal import conversation, revision
from bot.playground.rehearsal import text as rehearsal_text
from bot.playground.slack import blocks as local_blocks
from bot.playground.slack.methods import canvas
from bot.playground.slack.wire import ApiError
from bot.slack.client import escaping, lookup, people, permalink, rich_text
from bot.slack.client import mrkdwn as slack_mrkdwn
from bot.slack.client.read_limits import LONGEST, clipped
from bot.slack.inbound import messages
from bot.slack.inbound.addressed import addresses_other, mentions, without_mention
from bot.slack.outbound import fence, message, split, table
from bot.slack.outbound.broadcasts import harmless, safe_end
from bot.slack.outbound.canvas_markdown import canvas_markdown
from tests.support.growth import SIZES, Attack, common, fault, made_of, slowest, uses

ROOT = Path(bot.__file__).parent
METHODS = {"match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split"}
USE = re.compile(rf"\b(\w+)\.(?:{'|'.join(METHODS)})\b")  # of a pattern, or of the module `re`
ANY_LENGTH = SIZES[-1]
A_MOMENT = 0.01  # seconds

# Patterns that see no more than so many characters, and why.
BOUNDED = {
    "bot.core.summarize.options._OPTION": (300, "typed.LONGEST_REQUEST; options before a text are held to 200"),
    "bot.core.writing.continuation._LAST_WORD": (300, "cut.SEAM"),
    "bot.core.code_blocks.file_names._CLOSERS": (LONGEST_LINE, "a line"),
    "bot.core.code_blocks.file_names._COMMENT": (LONGEST_LINE, "a line"),
    "bot.core.code_blocks.file_names._HEADING": (LONGEST_LINE, "a line"),
}
# Those that are used where no look at the code finds it.
ELSEWHERE = {
    "bot.core.code_blocks.file_names._PREAMBLE": {"match"},
    "bot.playground.slack.elements._FORMS": {"fullmatch"},
}
# Those that see no stranger's text, or see it in the bounded process.
OWN = {
    "bot.core.classify.table.column._NO_PROSE": "in the bounded process",
    "bot.core.classify.table.html_rows._ATTRIBUTE": "in the bounded process",
    "bot.cli.settings_file._HEADER": "the operator's file",
    "bot.cli.settings_file._KEY": "the operator's file",
    "bot.db.migrate.TOLD": "our migrations",
}
# Patterns that are put together where they are used: some of each kind, as they may come out.
PUT_TOGETHER = {
    "bot.core.articles.words:sub": (r"(?<!\w)@?(?:Ada\ Marsh|Marsh|Ada)(?!\w)",),
    "bot.core.classify.table.delimiter:findall": (r";[ \u00a0]",),
    "bot.core.command_prefix:compile": (r"(?<![\w/-])/ai\-(?=(?:summarize|classify|code|parley)(?![\w/-]))",),
    "bot.core.domain.typed_values:fullmatch": ("#[A-Z0-9]{3,}",),
    "bot.playground.page.typed:compile": (typed.pattern(("@ada lovelace", "@ada", "#general")),),
    "bot.playground.rehearsal.conversation:compile": (r"\bmy\ name (?:is|are|was|were) [^.!?\n]+",),
    "bot.settings:fullmatch": ("[UW][A-Z0-9]+",),
}


def patterns() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """Return every pattern of the code by its name, with the methods that it is used by."""
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    kept: dict[str, list[tuple[str, re.Pattern[Any]]]] = {}
    for name in _modules():
        module = importlib.import_module(name)
        for where, methods in _inline(name).items():
            found[where[0]] = re.compile(where[1]), methods
        for variable, value in vars(module).items():
            labeled = list(_within(f"{name}.{variable}", value))
            if labeled and variable in _assigned(name):
                kept[f"{name}.{variable}"] = labeled
    used = _used({variable.rpartition(".")[2] for variable in kept})
    for variable, labeled in kept.items():
        methods = used[variable] or ELSEWHERE.get(variable) or {"finditer", "fullmatch"}
        found |= {label: (pattern, methods) for label, pattern in labeled}
    for place, sources in PUT_TOGETHER.items():
        for source in sources:
            found[f"{place} {source}"] = re.compile(source), {place.partition(":")[2].replace("compile", "search")}
    return found


def _within(label: str, value: object) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield label, value
    elif isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from _within(f"{label}[{number}]", one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _within(f"{label}[{key}]", one)


def _modules() -> list[str]:
    paths = [path.relative_to(ROOT.parent) for path in sorted(ROOT.rglob("*.py")) if path.name != "__main__.py"]
    return [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]


@cache
def _source(module: str) -> str:
    path = ROOT.parent / Path(*module.split("."))
    path = file if (file := path.with_suffix(".py")).exists() else path / "__init__.py"
    return path.read_text(encoding="utf-8")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_source(module))


@cache
def _nodes(module: str) -> list[ast.AST]:
    return list(ast.walk(_tree(module)))


@cache
def _assigned(module: str) -> set[str]:
    targets = [
        target
        for node in _tree(module).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _used(variables: set[str]) -> dict[str, set[str]]:
    """Return by which methods each of these variables is used, wherever it is imported to."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in _modules():
        if not USE.search(_source(module)) or variables.isdisjoint(re.findall(r"\w+", _source(module))):
            continue
        nodes = _nodes(module)
        origins = {name: {f"{module}.{name}"} for name in _assigned(module)}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                origins |= {one.asname or one.name: {f"{node.module}.{one.name}"} for one in node.names}
        for node in nodes:
            # `for one in PATTERNS` makes `one` another name of them.
            if isinstance(node, ast.comprehension | ast.For) and isinstance(node.target, ast.Name):
                parts = [part.id for part in ast.walk(node.iter) if isinstance(part, ast.Name)]
                origins.setdefault(node.target.id, set()).update(*(origins.get(part, set()) for part in parts))
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                name, _, attribute = ast.unparse(node.value).partition(".")
                for origin in origins.get(name, ()):
                    found[f"{origin}.{attribute}".rstrip(".")].add(node.attr)
    return found


def _inline(module: str) -> dict[tuple[str, str], set[str]]:
    """Return the patterns that a module uses without keeping them."""
    found: dict[tuple[str, str], set[str]] = {}
    for call, method in _calls(module) if "re" in USE.findall(_source(module)) else ():
        if isinstance(call.args[0], ast.Constant) and method != "compile":
            source = str(call.args[0].value)
            found[f"{module}:{method} {source}", source] = {method}
    return found


def _calls(module: str) -> Iterator[tuple[ast.Call, str]]:
    for node in _nodes(module) if re.search(r"\bre\.", _source(module)) else ():
        if (
            (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
            )
            and node.func.value.id == "re"
            and node.func.attr in METHODS | {"compile"}
        ):
            yield node, node.func.attr


PATTERNS = patterns()


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_each_pattern_takes_linear_time(name: str) -> None:
    pattern, methods = PATTERNS[name]
    if name in OWN or isinstance(pattern.pattern, bytes):
        return
    for method in sorted({"finditer" if one not in {"match", "fullmatch"} else one for one in methods}):
        use, attacks = uses(pattern, method), made_of(pattern.pattern, pattern.flags)
        if name in BOUNDED:
            seconds, attack = slowest(use, attacks, BOUNDED[name][0])
            assert seconds < A_MOMENT, f"{name} by {method}: {attack}"
        else:
            assert not fault(use, attacks), f"{name} by {method}"


def test_patterns_that_are_put_together_are_known() -> None:
    found = set()
    for module in _modules():
        at_top = {id(part) for node in _tree(module).body if isinstance(node, ast.Assign) for part in ast.walk(node)}
        for call, method in _calls(module):
            if not isinstance(call.args[0], ast.Constant) and id(call) not in at_top:
                found.add(f"{module}:{method}")
    assert found == set(PUT_TOGETHER)


def test_what_is_excepted_is_there() -> None:
    assert not {*BOUNDED, *OWN} - set(PATTERNS)


# Functions


def _rich(text: str) -> dict[str, Any]:
    inside = {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}
    return {"blocks": [{"type": "rich_text", "elements": [inside, {"type": "rich_text_quote", "elements": [inside]}]}]}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _said(fields: Mapping[str, Any]) -> object:
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", **fields}
    return messages.incoming_message(clipped(event), team="T1", bot="U0BOT")


def _answered(text: str) -> object:
    return [list(message.blocks(part, 0, len(part))) for part in split.parts(text, "", 0)[0]]


def _streamed(text: str) -> None:
    restoring = Restoring(Redaction("US"), lambda _: None)
    for start in range(0, len(text), 40):
        restoring.write(text[start : start + 40])
    restoring.close()


def _line(text: str) -> transcript.TranscriptLine:
    return transcript.TranscriptLine("m1", "1.1", "", "U1", "Ada", datetime.now(UTC), text)


def _diff(text: str) -> object:
    old, new = CodeFile("a.py", text), CodeFile("a.py", text[len(text) // 3 :] + "\nnew\n")
    return diff.diff(old, new), diff.count(old, new)


def _unlinked(text: str) -> None:
    unlinking = Unlinking(Addresses("https://a.b/"), lambda _: None)
    for start in range(0, len(text), 40):
        unlinking.write(text[start : start + 40])
    unlinking.close()


def _canvas(text: str) -> None:
    with suppress(ApiError):
        canvas.check(canvas_markdown(text))


Read = Callable[[str], Any]
NESTED = "`README.md`\n```markdown\n# x\n```bash\nx\n```\n```\n\n"  # a block that a fence in it ends
HERE = Place("T1", "C1")
PARLEY = (
    *("", "set ", "set categories ", "prompt ", "persona ", "persona a: ", "forget thread ", "usage ", "budget "),
    *("workspace ", "thread https://", "unset ", "revert ", "trends ", "triage "),
)
SETTINGS = (
    *("people", "channels", "agents", "words", "commands", "categories", "teams", "routes", "secure", "repository"),
    *("country", "zone", "code_language"),
)
# Below, an answer is one message, and a table has fewer rows than a message may show.
LEAST = {"parts": 20_000}
# What reads text, with what it begins with to get far, and how long the text may be.
SCANNERS: dict[str, tuple[Read, tuple[str, ...], int]] = {
    "a message's text": (lambda text: _said({"text": text}), ("", "<@U1> "), ANY_LENGTH),
    "a message's section": (
        lambda text: _said({"blocks": [{"type": "section", "text": _mrkdwn(text), "fields": [_mrkdwn(text)]}]}),
        ("",),
        ANY_LENGTH,
    ),
    "a message's rich text": (lambda text: _said(_rich(text)), ("",), ANY_LENGTH),
    "a message's attachment": (
        lambda text: _said({"attachments": [{"text": text, "title": text, "footer": text}]}),
        ("",),
        ANY_LENGTH,
    ),
    "an unknown block": (lambda text: _said({"blocks": [{"type": "x", "a": [text, {"b": text}]}]}), ("",), ANY_LENGTH),
    "plain": (escaping.plain, ("",), ANY_LENGTH),
    "worded": (escaping.worded, ("",), ANY_LENGTH),
    "mentions": (lambda text: mentions(text, "U0BOT"), ("",), ANY_LENGTH),
    "without_mention": (lambda text: without_mention(text, "U0BOT"), ("", "<@U0BOT> "), ANY_LENGTH),
    "addresses_other": (lambda text: addresses_other(text, "U0BOT"), ("", "<@U1> ", "hey "), ANY_LENGTH),
    "mrkdwn": (slack_mrkdwn.markdown, ("", "*", "~", "*a ~", "```"), ANY_LENGTH),
    "named_channels": (escaping.named_channels, ("",), ANY_LENGTH),
    "groups_as_people": (escaping.groups_as_people, ("",), ANY_LENGTH),
    "harmless": (harmless, ("",), ANY_LENGTH),
    "safe_end": (safe_end, ("",), ANY_LENGTH),
    "names_in": (rich_text.names_in, ("",), ANY_LENGTH),
    "quote": (rich_text.quote, ("",), ANY_LENGTH),
    "rich_text.fenced": (rich_text.fenced, ("",), ANY_LENGTH),
    "named": (lambda text: people.named(text, {"U1": "Ada"}), ("",), ANY_LENGTH),
    "mentioned": (people.mentioned, ("",), ANY_LENGTH),
    "permalink": (permalink.parse, ("", "https://a.slack.com/archives/C123/p"), ANY_LENGTH),
    "locate": (lambda text: lookup.locate(text, HERE), ("", "https://a.slack.com/", "https://"), ANY_LENGTH),
    "parts": (_answered, ("", "```\n", "- ", "| a | b |\n|---|---|\n"), 100_000),
    "closing": (split.closing, ("", "```\n", "- "), ANY_LENGTH),
    "open_fence": (fence.open_fence, ("", "> ", "- "), ANY_LENGTH),
    "table.find": (table.find, ("", "| a | b |\n|---|---|\n"), ANY_LENGTH),
    "settled": (table.settled, ("", "| a | b |\n|---|---|\n"), ANY_LENGTH),
    "streamable": (lambda text: message.streamable(text, split.STREAM_LIMIT), ("", "| a |\n|---|\n"), ANY_LENGTH),
    "table.block": (lambda text: table.block(f"| a | b |\n|---|---|\n{text}"), ("| ",), 10_000),
    "canvas_markdown": (canvas_markdown, ("", "- ", "> ", "1. ", "#", "```\n"), ANY_LENGTH),
    "local canvas": (_canvas, ("", "- ", "> ", "1. ", "#", "```\n"), ANY_LENGTH),
    "take_private": (take_private, ("",), LONGEST),
    "/classify": (classify.parse_options, ("", '"a" ', "a\ninto: ", "column="), LONGEST),
    "/summarize": (summarize.parse, ("", "as a poet: ", '"a" '), LONGEST),
    "/code": (code.parse, ("", "python ", "--"), LONGEST),
    "/parley": (subcommands.parse, PARLEY, LONGEST),
    "spoken": (
        lambda text: [
            mention_commands.read(text, mention_commands.Occasion(is_called=True, thread=thread))
            for thread in ("", "others")
        ],
        (
            "",
            "please ",
            "summarize ",
            "give me a ",
            "classify a\ninto: ",
            "code a ",
            "forget ",
            "/code ",
            "what's open ",
        ),
        LONGEST,
    ),
    "located": (lambda text: command.located(text, escaping.named_channels(text)), ("", "a: #b "), LONGEST),
    "span.take": (span.take, ("", "since ", "from 2026-11-01 "), LONGEST),
    "span.resolve": (lambda text: span.resolve(text, datetime.now(UTC), UTC), ("", "since ", "last "), LONGEST),
    "category.read": (category.read, ("", "a, b, ", "a: b\n"), LONGEST),
    **{
        name: (getattr(typed_values, name), ("", "@U123 ", "#C123, ", "a: #C123 ", "a -> b\n"), LONGEST)
        for name in SETTINGS
    },
    "name_at_start": (
        lambda text: [
            ask(text, {"Ana"})
            for ask in (name_at_start.addresses, name_at_start.addresses_handle, name_at_start.turns_to)
        ],
        ("", "Ana", "@Ana"),
        LONGEST,
    ),
    "may_address_someone": (name_at_start.may_address_someone, ("", "@"), ANY_LENGTH),
    "named_first": (programming_language.named_first, ("", "go ", "python"), LONGEST),
    "is_small_talk": (small_talk.is_small_talk, ("",), ANY_LENGTH),
    "is_stop": (stop_or_continue.is_stop, ("",), ANY_LENGTH),
    "alike": (lambda text: (similar.words(text), trigrams.distinct(text)), ("",), ANY_LENGTH),
    "text_words": (search_words.text_words, ("", "é"), search_words.SEARCHED),
    "terms_of": (terms_of, ("", '"'), ANY_LENGTH),
    "nearest": (lambda text: examples.Nearest([]).to([Item(1, text)]), ("",), ANY_LENGTH),
    "evidence": (lambda text: evidence.evidence(f"{text[:150]} b", Item(1, text).excerpt), ("",), ANY_LENGTH),
    "quoted": (lambda text: prompt_data.quoted("a", text), ("",), ANY_LENGTH),
    "shorten": (lambda text: tokens.shorten(text, 1_000), ("",), ANY_LENGTH),
    "pieces": (lambda text: summarize_text.pieces(text, 100), ("",), ANY_LENGTH),
    "transcript": (lambda text: summary_parts.parts([_line(text)], 1_000), ("",), ANY_LENGTH),
    "literal": (literal, ("",), ANY_LENGTH),
    "passages": (passages, ("", "# ", "```\n", "- ", "|"), ANY_LENGTH),
    "statements": (statements, ("", "It is so. ", "```\n", "[1](", "|"), ANY_LENGTH),
    "own_words": (lambda text: own_words(text, text), ("", "remember that ", "please "), ANY_LENGTH),
    "ending": (lambda text: ending(text, datetime.now(UTC), UTC), ("", "until "), ANY_LENGTH),
    "says_the_same": (lambda text: says_the_same(text, text), ("",), ANY_LENGTH),
    "issue.quiet": (issue.quiet, ("",), ANY_LENGTH),
    "find": (lambda text: find(text, "US"), ("", "password: ", "-----BEGIN PRIVATE KEY-----\n"), 20_000),
    "redaction.pieces": (lambda text: list(piece.pieces(text)), ("", "-----BEGIN A PRIVATE KEY-----"), ANY_LENGTH),
    "Restoring": (_streamed, ("", "[email-"), ANY_LENGTH),
    "Unlinking": (
        _unlinked,
        (
            "",
            "[",
            "[a](",
            "`",
            "<https://",
            "https://a.b/",
            "https://evil.com/",
            "evil.com/",
            "```\n",
            "- ```\n",
            "<img ",
        ),
        ANY_LENGTH,
    ),
    "Addresses": (Addresses, ("", "https://", "https://a.b/", "www.", "a@"), ANY_LENGTH),
    "widened": (
        code_fence.widened,
        ("", "```\n", f"{NESTED}- ", NESTED * 20, f"> {NESTED}"),
        40_000,
    ),
    "widened, again and again": (lambda text: code_fence.widened(NESTED * (len(text) // len(NESTED))), ("",), 40_000),
    "files.blocks": (blocks.blocks, ("```\n", "```python\n# a.py\n"), 40_000),
    "brief": (render.brief, ("```\na\n```\n",), 20_000),
    "files.fenced": (lambda text: blocks.fenced(text, "py"), ("",), ANY_LENGTH),
    "unfinished": (resume.unfinished, ("```\na\n```\n",), 20_000),
    "joined": (lambda text: resume.joined(text, text), ("", "~~~\n"), ANY_LENGTH),
    "diff": (_diff, ("",), ANY_LENGTH),
    "closed": (unfinished.closed, ("", "*", "_", "[", "\n- ", "a*_"), 12_000),
    "with_emoji": (emoji.with_emoji, ("", ":"), 40_000),
    "mrkdwn_html": (lambda text: mrkdwn.mrkdwn_html(text, {}), ("", "*"), 40_000),
    "markdown_html": (lambda text: markdown.markdown_html(text, {}), ("", "- ", "| a |\n|---|\n"), 12_000),
    "local rich_text": (local_blocks.rich_text, ("",), ANY_LENGTH),
    "as_typed": (
        lambda text: typed.as_typed(text, {"@ada": "<@U1>", "#general": "<#C1>"}),
        ("", "@ada", "```", "https://", "a@b"),
        ANY_LENGTH,
    ),
    "converse": (lambda text: conversation.converse([("user", text)]), ("", "what is my "), ANY_LENGTH),
    "central": (rehearsal_text.central, ("",), ANY_LENGTH),
    "themes": (rehearsal_text.themes, ("",), ANY_LENGTH),
    "files_in": (lambda text: revision.files_in([("assistant", text)]), ("", "```\n"), ANY_LENGTH),
}


@pytest.mark.parametrize("name", SCANNERS)
def test_each_scanner_takes_linear_time(name: str) -> None:
    read, before, most = SCANNERS[name]
    assert not fault(read, common(*before), most, LEAST.get(name, SIZES[0]))


# Functions with a `while`, and what of the above goes through each; or why it reads no text of any length.
LOOPS = {
    "bot.claude.catalog": "the catalog's own names",
    "bot.core.classify.table": "in the bounded process",
    "bot.core.documents": "in the bounded process",
    "bot.core.answer.catch_up": "drops what does not fit, once each",
    "bot.core.domain.channel_settings.merged": "as many turns as settings at fault",
    "bot.core.classify.parse": "/classify",
    "bot.core.code.syntax": "in the bounded process",
    "bot.core.code_blocks.file_names": "files.blocks",
    "bot.core.answer.thread_summary": "counts messages",
    "bot.core.addresses": "Unlinking",
    "bot.core.writing.fit": "counts messages",
    "bot.core.writing.unlinking": "Unlinking",
    "bot.core.privacy.redaction.keyword": "find",
    "bot.core.privacy.redaction.number": "find",
    "bot.core.privacy.redaction.piece": "redaction.pieces",
    "bot.core.time_span.grammar": "two weeks at most",
    "bot.core.time_span.length": "span.take",
    "bot.core.time_span.words": "span.take",
    "bot.core.summarize.text": "pieces",
    "bot.core.summarize.parts": "transcript",
    "bot.core.knowledge.passages": "passages",
    "bot.core.summarize.parse": "/summarize",
    "bot.core.summarize.options": "/summarize",
    "bot.core.typed_scope": "/summarize",
    "bot.core.triage.exports": "in the bounded process",
    "bot.core.answer.name_at_start": "name_at_start",
    "bot.db.merge_history": "counts messages",
    "bot.db.sqlite_driver": "runs calls, one after the other",
    "bot.playground.anthropic.schema": "the request's own schema",
    "bot.playground.anthropic.usage": "counts what is cached",
    "bot.playground.slack.methods.canvas": "local canvas",
    "bot.playground.slack.rate_limits": "waits",
    "bot.playground.slack.workspace": "counts messages",
    "bot.reader.child": "takes one task after the other",
    "bot.slack.outbound.boundary": "parts",
    "bot.slack.outbound.canvas_markdown": "canvas_markdown",
    "bot.slack.outbound.cell": "table.block",
    "bot.slack.outbound.fence": "open_fence",
    "bot.slack.outbound.split": "parts",
    "bot.slack.outbound.table": "table.find",
    "bot.slack.inbound.addressed": "addresses_other",
    "bot.work.quarantine_process": "waits",
}


def test_functions_with_loops_are_known() -> None:
    found = {}
    for module in _modules():
        for node in _nodes(module):
            if isinstance(node, ast.FunctionDef) and any(isinstance(part, ast.While) for part in ast.walk(node)):
                name = f"{module}.{node.name}"
                found[name] = next((entry for entry in LOOPS if name == entry or name.startswith(f"{entry}.")), "")
    unknown = " ".join(name for name, entry in found.items() if not entry)
    assert not unknown
    assert set(LOOPS) == set(found.values())


def test_a_slow_reader_is_found() -> None:
    assert fault(lambda text: re.search(r"<[^>]*>", text), [Attack("", "<")])
    # Each copy goes at once: all together would take gigabytes, and the system longer to find those than to copy.
    assert fault(lambda text: sum(len(text[at:]) for at in range(0, len(text), 2)), [Attack("", "a")])
    assert fault(re.compile(r"\s*\[?\s*m\d").match, made_of(r"\s*\[?\s*m\d"))
    assert not fault(lambda text: re.search(r"<[^<>]*>", text), [Attack("", "<")])


def test_no_group_repeats_possessively() -> None:
    """Before Python 3.11.5, such a group keeps what a part of it took that did not fit in the end.

    Source: https://github.com/python/cpython/issues/106052
    """
    repeats = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+")
    found = {
        (str(path), node.lineno)
        for path in Path(bot.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and repeats.search(node.value)
    }
    assert found == set()
    assert repeats.search(r"(?:ab|c)*+")
