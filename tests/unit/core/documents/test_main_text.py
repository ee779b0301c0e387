"""What a page of a site says about itself, and what of it is its text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.documents.main_text import read
from bot.core.domain.page import PageText
from tests.support.website import WORDS, page

HERE = "https://docs.example.com/guide/page"


def of(head: str, *links: str) -> PageText:
    return read(page("Guide", *links, head=head), HERE)


def test_menus_and_footers_are_no_text() -> None:
    found = of("", "/other")
    assert (found.title, found.language) == ("Guide", "en")
    assert found.text.startswith("# Guide")
    assert WORDS in found.text
    assert "/other" not in found.text
    assert "All rights" not in found.text


@pytest.mark.parametrize(
    ("head", "is_private", "has_links"),
    [
        ("", False, True),
        ('<meta name="robots" content="index, NoFollow">', False, False),
        ('<meta name="ROBOTS" content="noindex">', True, True),
        ('<meta name="parley" content="none">', True, False),
        ('<meta name="googlebot" content="noindex">', False, True),
    ],
)
def test_a_page_says_what_may_be_done_with_it(head: str, *, is_private: bool, has_links: bool) -> None:
    found = of(head, "/other#part", "next", "next#part", "mailto:ada@example.com")
    assert found.is_private == is_private
    assert found.links[:2] == (
        ("https://docs.example.com/other", "https://docs.example.com/guide/next") if has_links else ()
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="/guide/whole">', "https://docs.example.com/guide/whole"),
        ('<meta http-equiv="refresh" content="0; URL=\'/guide/new\'">', "https://docs.example.com/guide/new"),
        ('<base href="/v2/"><link rel="canonical" href="page">', "https://docs.example.com/v2/page"),
        ('<link rel="canonical" href="http://[broken">', HERE),
        ('<link rel="alternate" href="/feed">', ""),
    ],
)
def test_a_page_may_stand_for_another(head: str, expected: str) -> None:
    assert of(head).stands_for == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2024-05-03T10:00:00Z", datetime(2024, 5, 3, tzinfo=UTC)),
        ("2999-01-01", None),
        ("yesterday", None),
    ],
)
def test_a_page_says_when_it_changed(said: str, expected: datetime | None) -> None:
    assert of(f'<meta property="article:modified_time" content="{said}">').changed_at == expected


def test_nothing_is_no_page() -> None:
    assert read("", HERE) == PageText("", "")


def test_a_page_that_needs_scripts_is_known() -> None:
    assert read('<html><body><div id="root"></div><script src="/app.js"></script></body></html>', HERE).needs_script
    assert not of('<script src="/app.js"></script>').needs_script
