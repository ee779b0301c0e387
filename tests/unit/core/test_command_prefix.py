"""The prefix of the commands: put into our sentences, taken off what people type, and never put into their words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import bot
from bot.core.command_prefix import NAMES, CommandPrefix
from bot.core.commands import COMMANDS
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.interaction import Button, Field, Form

PREFIX = CommandPrefix("ai-")
BARE = re.compile(rf"(?<![\w/.-])/({NAMES})(?![\w/-])")
ROOT = Path(bot.__file__).parent
# Descriptions are read in forms, whose labels and hints show no marks of code.
FORMS = {"core/domain/channel_settings.py", "core/settings/form.py"}
MODULES = sorted(
    str(path.relative_to(ROOT)) for folder in ("core", "jobs", "slack") for path in (ROOT / folder).rglob("*.py")
)


def sentences(module: str) -> list[str]:
    """Return the texts in a module that name a command, but for docstrings."""
    source = (ROOT / module).read_text(encoding="utf-8")
    if not BARE.search(source):
        return []
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs]
    texts = [node.value for node in nodes if isinstance(node.value, str)]
    # A command alone is what somebody typed, for the thread's history.
    return [text for text in texts if BARE.search(text) and not BARE.fullmatch(text.strip())]


@pytest.mark.parametrize("module", [module for module in MODULES if sentences(module)])
def test_each_sentence_takes_the_prefix(module: str) -> None:
    for text in sentences(module):
        put = PREFIX.anywhere(text) if module in FORMS else PREFIX.in_code(text)
        # The text of an f-string may end in the middle of its code.
        assert not BARE.search(put if put.count("`") % 2 == 0 else put.rpartition("`")[0]), text


def test_the_help_names_no_other_commands() -> None:
    for text in (one.help for one in COMMANDS):
        put = PREFIX.in_code(text)
        assert not BARE.search(put)
        assert "`/ai-" in put
        assert PREFIX.in_code(put) == PREFIX.anywhere(put) == put


def test_settings_are_described_with_it() -> None:
    told = [field.description or "" for field in ChannelSettings.model_fields.values()]
    assert any(BARE.search(one) for one in told)
    assert not any(BARE.search(PREFIX.anywhere(one)) for one in told)


@pytest.mark.parametrize(
    "text",
    [
        "the path /code/main.py, and https://example.com/code",
        "```\ncd /code && `/parley help`\n```",
        "mount it at /code",
        "`/coder` and `/codes`",
        "`cd /code`",
        "and/code, a/parley",
    ],
)
def test_the_words_of_others_stay(text: str) -> None:
    assert PREFIX.in_code(text) == text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/ai-code Go web server", "/code Go web server"),
        ("  /ai-classify", "/classify"),
        ("/code", "/code"),
        ("/ai-coder", "/ai-coder"),
        ("what does /ai-code do?", "what does /ai-code do?"),
        ("", ""),
        ("   ", "   "),
    ],
)
def test_a_message_may_begin_with_it(typed: str, read: str) -> None:
    assert PREFIX.first_taken_off(typed) == read


def test_commands_are_named_with_it() -> None:
    assert PREFIX.taken_off("set commands_off /ai-code, /ai-classify") == "set commands_off /code, /classify"
    assert PREFIX.taken_off("prompt Be kind to /ai-codes") == "prompt Be kind to /ai-codes"


def test_what_is_filled_in_stays() -> None:
    field = Field("a", "What /code uses", "choices", "/code", (("code", "/code"),), hint="see /parley prompt")
    shown = PREFIX.form(Form("f", "For /code", (field,), "/code")).fields[0]
    assert (shown.label, shown.hint) == ("What /ai-code uses", "see /ai-parley prompt")
    assert (shown.value, shown.options) == ("/code", (("code", "/ai-code"),))


def test_a_question_of_a_button_has_it() -> None:
    (button,) = PREFIX.controls((Button("a", "Erase", confirm="`/parley usage` will be empty."),))
    assert isinstance(button, Button)
    assert button.confirm == "`/ai-parley usage` will be empty."
