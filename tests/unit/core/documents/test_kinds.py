"""The kinds of files: one declaration for what is read, what is refused, and what the docs list."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot
from bot.core.documents import kinds, refusal
from bot.core.documents.identify import with_type
from bot.core.domain.message import FileRef
from bot.core.settings.help import topics

PAGE = Path(bot.__file__).parents[1] / "docs" / "files.md"


def test_the_docs_list_what_is_read() -> None:
    rows = [line.split("|")[1].strip() for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    assert rows[1:] == list(kinds.WORDS)


def test_a_refusal_lists_what_is_read() -> None:
    sentence = refusal.of_kind("*a.mp3*", "a.mp3")
    assert all(words in sentence for words in kinds.WORDS)
    assert "I can't read *a.pages*: it is a Pages document. Please export it" in refusal.of_kind("*a.pages*", "a.pages")


@pytest.mark.parametrize(
    ("name", "declared", "media_type"),
    [
        ("a.docx", "application/zip", kinds.DOCUMENT),
        ("a.docx", "application/octet-stream", kinds.DOCUMENT),
        ("a.doc", "text/plain", kinds.DOCUMENT),
        ("a", "application/vnd.oasis.opendocument.text", kinds.DOCUMENT),
        ("a.html", "text/plain", kinds.PAGE),
        ("a.eml", "", kinds.MAIL),
        ("a.php", "text/html", kinds.TEXT),
        ("a.mp4", "video/mp4", "video/mp4"),
        ("a.png", "image/png", "image/png"),
        ("a.ipynb", "text/plain", kinds.NOTEBOOK),
        ("a.gdoc", "text/plain", kinds.DOCUMENT),
        ("a.log", "application/octet-stream", kinds.TEXT),
    ],
)
def test_name_and_type_say_how_to_read(name: str, declared: str, media_type: str) -> None:
    assert with_type(FileRef("F1", name, declared, 9)).media_type == media_type


def test_the_help_lists_what_is_read() -> None:
    assert kinds.READABLE in topics()["files"]
