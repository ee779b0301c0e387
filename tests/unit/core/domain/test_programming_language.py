from __future__ import annotations

import pytest

from bot.core.domain import programming_language


@pytest.mark.parametrize(
    ("name", "proper"),
    [("python", "Python"), (" GO ", "Go"), ("c#", "C#"), ("yml", "YAML"), ("klingon", ""), ("", ""), ("make", "")],
)
def test_languages_have_many_names(name: str, proper: str) -> None:
    assert programming_language.find(name) == proper


@pytest.mark.parametrize(
    ("file", "proper"),
    [("a.py", "Python"), ("A.JSX", "JavaScript"), ("Makefile", "Makefile"), ("notes", ""), ("a.unknown", ""), ("", "")],
)
def test_a_file_tells_its_language(file: str, proper: str) -> None:
    assert programming_language.of_file(file) == proper


@pytest.mark.parametrize(
    ("tag", "extension"),
    [("python", "py"), ("r", "r"), ("vb.net", "vb"), ("ada", "adb"), ("", "txt"), ("klingon", "txt"), ("node", "js")],
)
def test_a_tag_tells_the_extension(tag: str, extension: str) -> None:
    assert programming_language.usual_extension(tag) == extension


def test_every_language_is_known_by_its_name() -> None:
    assert all(programming_language.find(name) == name for name in programming_language.NAMES)
