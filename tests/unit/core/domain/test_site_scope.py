"""Which addresses are pages of a site, and how each is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.site_scope import MOST_ALIKE, Shapes, SiteScope, asks_for_login, is_page, normalized


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://Docs.Example.com:443/a/../b/./c#part", "https://docs.example.com/b/c"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com//evil.example.org/x", "http://example.com/evil.example.org/x"),
        ("https://example.com/a?b=2&utm_source=x&a=1&gclid=9", "https://example.com/a?a=1&b=2"),
        ("https://example.com/über uns", "https://example.com/%C3%BCber%20uns"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://user:secret@example.com/", ""),
        ("javascript:alert(1)", ""),
        ("mailto:a@example.com", ""),
        ("ftp://example.com/", ""),
        ("http://[::1", ""),
        ("http://example.com:99999/", ""),
        ("http://exa mple.com/", ""),
        ("http://example.com\\@evil.example.org/", ""),
        ("https://example.com/" + "a" * 2_000, ""),
        ("", ""),
    ],
)
def test_an_address_has_one_form(address: str, kept: str) -> None:
    assert normalized(address) == kept


@given(st.text(max_size=60))
def test_any_text_has_a_form(text: str) -> None:
    for address in (text, f"https://example.com/{text}", f"https://{text}/"):
        kept = normalized(address)
        assert normalized(kept) == kept


@pytest.mark.parametrize(
    ("start", "path"),
    [
        ("https://example.com/", "/"),
        ("https://example.com/guide/", "/guide/"),
        ("https://example.com/guide", "/guide"),
        ("https://example.com/guide/index.html", "/guide/"),
        ("https://example.com/index.php?title=Main", "/"),
    ],
)
def test_a_source_reaches_below_its_address(start: str, path: str) -> None:
    assert SiteScope.of(start).path == path


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("/guide/a", "https://example.com/guide/a"),
        ("a#part", "https://example.com/guide/a"),
        ("http://example.com/guide/a", "https://example.com/guide/a"),
        ("https://www.example.com/guide/a", "https://www.example.com/guide/a"),
        ("/guide/../admin", ""),
        ("/guidebook", ""),
        ("https://example.com.evil.example.org/guide/", ""),
        ("https://other.example.com/guide/", ""),
        ("https://example.com:8443/guide/", ""),
        ("/guide/picture.PNG", ""),
        ("/guide/file.pdf", "https://example.com/guide/file.pdf"),
        ("/guide/v2.1", "https://example.com/guide/v2.1"),
        ("javascript:void(0)", ""),
    ],
)
def test_links_stay_within_the_source(link: str, found: str) -> None:
    assert SiteScope.of("https://example.com/guide").page(link, "https://example.com/guide/") == found


@pytest.mark.parametrize(
    "path",
    [
        *("/cal?month=5&year=2031", "/wiki?action=edit", "/a?sort=name", "/list?q=word", "/a?b=1&c=2&d=3&e=4"),
        *("/a/b/a/b/a/b/a/b", "/" + "x/" * 20, "/login?next=/a", "/shop?add-to-cart=7", "/feed.xml"),
    ],
)
def test_mazes_and_forms_are_no_pages(path: str) -> None:
    assert not is_page(f"https://example.com{path}")


@pytest.mark.parametrize("path", ["/a?page=2", "/viewpage.action?pageId=7", "/de/a/de/b", "/?p=12", "/v1.2.3/", "/"])
def test_other_addresses_may_be_pages(path: str) -> None:
    assert is_page(f"https://example.com{path}")


@pytest.mark.parametrize(
    ("address", "is_elsewhere", "asks"),
    [
        ("https://example.com/users/sign_in", False, True),
        ("https://example.com/login?next=/docs", False, True),
        ("https://example.com/docs/auth/overview", False, False),
        ("https://example.com/docs/login-page-design", False, False),
        ("https://accounts.example.com/x", True, True),
        ("https://example.okta.com/oauth2/v1/authorize", True, True),
        ("https://author.example.com/", True, False),
    ],
)
def test_a_login_is_known_by_its_address(address: str, *, is_elsewhere: bool, asks: bool) -> None:
    assert asks_for_login(address, is_elsewhere=is_elsewhere) == asks


def test_pages_alike_have_limited_room() -> None:
    shapes = Shapes()
    days = [f"https://example.com/calendar/{number}" for number in range(MOST_ALIKE + 10)]
    assert [shapes.has_room(day) for day in days] == [True] * MOST_ALIKE + [False] * 10
    assert shapes.has_room(days[0])
    assert shapes.has_room("https://example.com/guide")
    assert shapes.has_room("https://example.com/other/1")
