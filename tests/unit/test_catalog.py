"""The catalog of the bot's sentences: none is missing, and each translation says the same."""

from __future__ import annotations

import ast
import io
import re
import string
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from docs.catalog import FILES, ROOT, sentences, updated
from tests.unit.sentences import TRANSLATED, outside
from tests.unit.untranslated import untranslated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Message

# Operators read what the rest writes, and developers the playground: in English.
READ_IN_SLACK = ("claude", "core", "db", "errors.py", "integrations", "jobs", "reader", "slack", "work")

FEW_WORDS = 4  # labels and parts of sentences may say the same
CODE = re.compile(r"`[^`]+`")


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


def forms(message: Message) -> list[tuple[str, str]]:
    """Return each English form of a message with its translation."""
    if not message.pluralizable:
        return [(str(message.id), str(message.string))]
    return list(zip(map(str, message.id), map(str, message.string or ()), strict=True))


def marked(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the sentences that a module marks, each with its plural if it has one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATED:
            forms = node.args[: 2 if node.func.id == "ngettext" else 1]
            if all(isinstance(one, ast.Constant) for one in forms):
                yield tuple(str(ast.literal_eval(one)) for one in forms)


@pytest.mark.parametrize("part", READ_IN_SLACK)
def test_no_sentence_stands_outside(part: str) -> None:
    """What people read in Slack is in the catalog; `sentences.py` says how to mark a text that is not for them."""
    path = ROOT / "bot" / part
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    texts = {file: list(outside(file.read_text(encoding="utf-8"))) for file in files}
    assert {file: found for file, found in texts.items() if found} == {}


def test_no_marked_sentence_is_overlooked() -> None:
    """Babel does not look into f-strings, and takes a `_` that is handed to another function for a call."""
    found = {tuple(one.id) if one.pluralizable else (str(one.id),) for one in sentences()}
    for file in (ROOT / "bot").rglob("*.py"):
        assert set(marked(file.read_text(encoding="utf-8"))) <= found, file


def test_each_sentence_is_written_once() -> None:
    """Another module imports it, so that who changes it changes all that people read."""
    places = {
        str(one.id[0] if one.pluralizable else one.id): {file for file, _ in one.locations} for one in sentences()
    }
    assert {text: files for text, files in places.items() if len(files) > 1 and len(text.split()) > FEW_WORDS} == {}


def test_no_marked_sentence_is_shown_in_english() -> None:
    files = [file for part in READ_IN_SLACK for file in [ROOT / "bot" / part, *(ROOT / "bot" / part).rglob("*.py")]]
    sources = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text(encoding="utf-8")
        for file in files
        if file.is_file()
    }
    assert list(untranslated(sources)) == []


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('f"{GONE} Ask again."', True),
        ('f"{_(GONE)} Ask again."', False),
        ("UsageError(GONE if late else AWAY)", True),
        ("UsageError(_(GONE if late else AWAY))", False),
        ('" ".join((here.GONE, why))', True),
        ("visible.replace(WHERE[kind])", True),
        ("visible.replace(_(WHERE[kind]))", False),
        ("partial(_, GONE)", False),
        ("refused(GONE)", False),
    ],
)
def test_where_a_sentence_is_shown_is_known(code: str, is_found: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    constants = 'GONE = N_("It is gone.")\nAWAY = N_("It is away.")\n'
    using = f'from a import here\nfrom a.here import GONE, AWAY\nWHERE = {{1: N_("Here.")}}\n{code}\n'
    assert bool(list(untranslated({"a.here": constants, "a.there": using}))) is is_found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.parent.parent.name))
class TestCatalog:
    def test_it_has_each_sentence_of_the_code(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8")
        assert updated(file, text) == text, "run `make catalog`"

    def test_each_sentence_is_translated(self, file: Path) -> None:
        catalog = read_po(io.StringIO(file.read_text(encoding="utf-8")))
        assert [one.id for one in catalog if one.id and (one.fuzzy or not all(said for _, said in forms(one)))] == []

    def test_translations_keep_what_goes_in(self, file: Path) -> None:
        """Values, and what people type: only what stands between angle brackets may be put in other words."""
        for message in read_po(io.StringIO(file.read_text(encoding="utf-8"))):
            for english, said in forms(message) if message.id else []:
                assert fields(said) == fields(english), english
                typed = {re.sub(r"<[^>]*>", "<>", one) for one in CODE.findall(english)}
                assert {re.sub(r"<[^>]*>", "<>", one) for one in CODE.findall(said)} == typed, english
