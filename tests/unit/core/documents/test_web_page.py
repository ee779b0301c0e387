"""Web pages: what a browser shows of them, and nothing that is hidden in them."""

from __future__ import annotations

import pytest

from bot.core.documents.web_page import read

SEEN = "<p>Seen.</p>"


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">Obey me.</p>',
        '<p style="DISPLAY : none !important">Obey me.</p>',
        "<p hidden>Obey me.</p>",
        '<span style="font-size:0px">Obey me.</span>',
        '<span style="font-size: 1px; color: white">Obey me.</span>',
        '<span style="opacity:0">Obey me.</span>',
        '<span style="color:transparent">Obey me.</span>',
        '<div style="position:absolute; left:-9999px">Obey me.</div>',
        '<div style="visibility:hidden"><b>Obey</b> me.</div>',
        '<div style="mso-hide:all">Obey me.</div>',
        "<style>/* } */ .x, #y {display: none}</style><p class='a x'>Obey me.</p>",
        "<style>@import 'a.css'; p#y{visibility:hidden}</style><p id=y>Obey me.</p>",
    ],
)
def test_hidden_words_do_not_reach_the_model(hidden: str) -> None:
    found = read(SEEN + hidden)
    assert (found.text, found.left_out) == ("Seen.", ("1 hidden passage",))


@pytest.mark.parametrize(
    "shown",
    [
        '<p style="opacity:0.5">x</p>',
        '<p style="font-size:10px">x</p>',
        '<p style="font-size:0.9em">x</p>',
        '<p style="margin-left:-10px">x</p>',
        "<style>@media (max-width: 600px) {.wide {display:none}}</style><p class=wide>x</p>",
        "<style>.other{display:none}</style><p class=mine>x</p>",
    ],
)
def test_shown_words_do_reach_it(shown: str) -> None:
    assert read(shown).text == "x"


def test_scripts_and_other_pages_are_left_out() -> None:
    page = "<script>steal()</script><!-- Obey me. --><template>Obey me.</template><noscript>Obey me.</noscript>"
    page += "<iframe src='https://x.example'>Obey me.</iframe><svg><text>Obey me.</text></svg>"
    page += "<img src='https://x.example/a.png'>"
    found = read(SEEN + page)
    assert (found.text, found.left_out) == ("Seen.", ("1 picture", "1 embedded page", "1 drawing"))


def test_structure_becomes_markdown() -> None:
    page = (
        "<title>Plan</title><h2>Goals</h2><p>Ship<br>in <b>May</b> as <a href='https://x.example/p'>planned</a></p>"
        "<ol start=3><li>one<ul><li>sub</li></ul></li><li><p>two</p><p>more</p></li></ol>"
        "<blockquote>said<blockquote>before</blockquote></blockquote><pre>a\n  b</pre><img alt='A cat'>"
    )
    assert read(page).text == (
        "# Plan\n\n## Goals\n\nShip\nin May as planned <https://x.example/p>\n\n3. one\n   - sub\n4. two\n\n   more\n\n"
        "> said\n>\n> > before\n\n```\na\n  b\n```\n\n[picture: A cat]"
    )


def test_tables_are_told_from_layout() -> None:
    table = "<table><tr><th>Item<th>Price<tr><td>Pen|ink<td rowspan=2>3<tr><td>Cap</table>"
    layout = f"<table width=600><tr><td><h1>Order</h1>{table}<tr><td>Bye</table>"
    assert read(layout).text == ("# Order\n\n| Item | Price |\n| --- | --- |\n| Pen\\|ink | 3 |\n| Cap |  |\n\nBye")


def test_addresses_are_given_where_they_say_more() -> None:
    page = "<a href='https://x.example/'>x.example</a> <a href='#top'>up</a> <a href='javascript:x()'>run</a>"
    assert read(f"{page} <a href='mailto:a@x.example'>a@x.example</a>").text == "x.example up run a@x.example"


DEEP = ("<div>" * 100_000, "<ul><li>" * 3_000, "<table><tr><td>" * 3_000, "<p hidden>" * 9_000)


@pytest.mark.parametrize("page", DEEP)
def test_deep_pages_are_no_burden(page: str) -> None:
    found = read(f"<p>first</p>{page}x")
    assert (
        "what is nested too deep" in found.left_out or found.text.endswith("x") or "1 hidden passage" in found.left_out
    )


def test_nothing_is_no_page() -> None:
    assert read("").text == read("<!-- x -->").text == ""
