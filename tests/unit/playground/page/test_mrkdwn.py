"""Text as HTML: what it shows, and that nothing harmful ever comes out."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.page.blocks import blocks_html
from bot.playground.page.code import code_html, kind_of
from bot.playground.page.markdown import markdown_html
from bot.playground.page.mrkdwn import mrkdwn_html
from bot.playground.page.unfinished import closed
from bot.playground.slack.blocks import check, text_of
from bot.playground.slack.elements import buttons
from bot.playground.slack.wire import ApiError

TAGS = {"a", "blockquote", "br", "code", "div", "em", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
TAGS |= {"details", "figcaption", "figure", "img", "summary"}
TAGS |= {"table", "tbody", "td", "th", "thead", "tr"} | {f"h{level}" for level in range(1, 7)}
ATTRIBUTES = {
    "a": {"href", "target", "rel", "title"},
    "code": {"class"},
    "details": {"class"},
    "div": {"class"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "p": {"class"},
    "span": {"class"},
    "td": {"class"},
    "th": {"class"},
}
NAMES = {"U01ADA00000": "Ada <b>", "C01GENERAL0": "general"}

# Pieces that have a meaning to a parser, so that examples find their way into its corners.
PIECES = st.sampled_from(
    [
        *"*_~`<>|&\"'[]()!#-.\\ \n\t:/=",
        "```",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "data:text/html,x",
        "<javascript:alert(1)|click>",
        "[click](javascript:alert(1))",
        '[click](https://a.b "title\' onclick=x")',
        "<https://a.b|label>",
        '<https://a.b" onmouseover="x>',
        "<@U01ADA00000>",
        "<#C01GENERAL0|general>",
        "<!here>",
        "&lt;script&gt;",
        "| a | b |\n|:-:|--:|\n| c | d |\n",
        "1. ",
        "- ",
        "&gt; ",
        "word",
        "![x](https://a.b/c.png)",
        "[x]: javascript:y",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join)


class Inspector(HTMLParser):
    """Fails on any tag, attribute or address that is not expected."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, set())
            if name == "href":
                assert (value or "").strip().lower().startswith(("http:", "https:", "mailto:"))
            if name == "src":
                assert (value or "").removeprefix("/page/files/").isalnum()
        if tag == "a":
            assert dict(attrs)["rel"] == "noreferrer"
        if tag not in {"br", "hr", "img"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        assert tag in {"br", "hr"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


def inspect(html: str) -> None:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    assert inspector.open == []


@given(TEXTS)
def test_mrkdwn_never_yields_a_script(text: str) -> None:
    inspect(mrkdwn_html(text, NAMES))


@given(TEXTS)
def test_markdown_never_yields_a_script(text: str) -> None:
    inspect(markdown_html(text, NAMES))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "rows", "title", "url", "fields"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)
LANGUAGES = st.sampled_from(["", "python", "html", "json", "c++", "no such"])


@given(TEXTS, LANGUAGES)
def test_colored_code_keeps_its_lines(text: str, language: str) -> None:
    html = code_html(text, language)
    inspect(html)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert unescape(re.sub(r"<[^>]*>", "", html)).replace("\r", "\n").rstrip("\n") == lines.rstrip("\n")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.ts", "TypeScript"),
        ("a.TS", "TypeScript"),
        ("a.csv", "CSV"),
        ("a.txt", "Plain text"),
        ("Makefile", "Makefile"),
        ("a", ""),
    ],
)
def test_files_are_named_by_their_language(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("_Rehearsal model, ", "_Rehearsal model,_"),
        ("**bold*", "**bold**"),
        ("a **", "a"),
        ("- **a\n- b", "- **a\n- b"),
        ("| a |\n|--|\n| **b", "| a |\n|--|\n| **b**"),
        ("snake_case and `co", "snake_case and `co`"),
        ("see [1] and [the page](http://a", "see [1] and the page"),
        ("```py\n_x", "```py\n_x"),
        ("2 * 3 and *all* done", "2 * 3 and *all* done"),
    ],
)
def test_unfinished_markdown_shows_no_marks(written: str, shown: str) -> None:
    assert closed(written) == shown


PARTS = ("text", "elements", "rows", "title", "fields", "accessory", "block_id")
KINDS = st.sampled_from(["markdown", "header", "section", "context", "divider", "table", "task_card", "rich_text", "x"])


@given(st.lists(st.builds(lambda kind, text: {"type": kind, "text": {"type": "mrkdwn", "text": text}}, KINDS, TEXTS)))
def test_blocks_never_yield_a_script(blocks: list[dict[str, object]]) -> None:
    inspect(blocks_html(blocks, NAMES))


@given(st.lists(st.fixed_dictionaries({"type": KINDS | TEXTS}, optional=dict.fromkeys(PARTS, JSON)), max_size=3))
def test_accepted_blocks_can_be_shown(blocks: list[dict[str, object]]) -> None:
    try:
        accepted = check(blocks)
    except ApiError:
        return
    assert isinstance(text_of(accepted), str)
    assert all("block_id" in button for button in buttons(accepted))
    inspect(blocks_html(accepted, NAMES))


@given(KINDS, st.lists(st.lists(JSON, max_size=3), max_size=3), st.lists(JSON, max_size=3))
def test_odd_blocks_break_nothing(kind: str, rows: list[list[object]], elements: list[object]) -> None:
    inspect(blocks_html([{"type": kind, "rows": rows, "elements": elements, "title": "<b>"}], NAMES))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~ `a*b*`", "<strong>bold</strong> <em>it</em> <s>gone</s> <code>a*b*</code>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; a\n&gt; b", "<blockquote>a<br>b</blockquote>"),
        ("• a\n• b\nc", "<ul><li>a</li><li>b</li></ul>c"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("```\na &lt; *b*\n```", "<pre><code>a &lt; *b*</code></pre>"),
        ("<https://a.b?c=d&amp;e|site>", '<a href="https://a.b?c=d&amp;e" target="_blank" rel="noreferrer">site</a>'),
        ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
        ("<@U01ADA00000>", '<span class="mention">@Ada &lt;b&gt;</span>'),
        ("<#C01GENERAL0|old>", '<span class="mention">#general</span>'),
        ("<!here>", '<span class="mention">@here</span>'),
        (":wave::skin-tone-3: :no_such: `:key:`", "👋🏼 :no_such: <code>:key:</code>"),
        # https://github.com/RocketChat/Rocket.Chat/issues/23020
        (
            "<https://a.b/?c=b8:key:b9>",
            '<a href="https://a.b/?c=b8:key:b9" target="_blank" rel="noreferrer">https://a.b/?c=b8:key:b9</a>',
        ),
    ],
)
def test_mrkdwn_is_shown_as_meant(text: str, html: str) -> None:
    assert mrkdwn_html(text, NAMES) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** <b>raw</b>", "<p><strong>bold</strong> &lt;b&gt;raw&lt;/b&gt;</p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("one\ntwo", "<p>one<br />\ntwo</p>"),
        ("ask <@U01ADA00000>", '<p>ask <span class="mention">@Ada &lt;b&gt;</span></p>'),
        ("`<@U01ADA00000>`", "<p><code>&lt;@U01ADA00000&gt;</code></p>"),
        ("[a](https://b.c)", '<p><a href="https://b.c" target="_blank" rel="noreferrer">a</a></p>'),
        ("[a](javascript:b)", "<p>[a](javascript:b)</p>"),
        ("```\n<b> :tada:\n```", "<pre><code>&lt;b&gt; :tada:\n</code></pre>"),
        ('```json\n"<b>"\n```', '<pre><code><span class="c-s2">"&lt;b&gt;"</span>\n</code></pre>'),
        ("```no-such\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        # https://github.com/RocketChat/Rocket.Chat/issues/26485, https://github.com/msgbyte/tailchat/issues/153
        (":tada: `:tada:` at 10:30:45, 1:100:2", "<p>🎉 <code>:tada:</code> at 10:30:45, 1:100:2</p>"),
    ],
)
def test_markdown_is_shown_as_meant(text: str, html: str) -> None:
    assert markdown_html(text, NAMES).strip() == html


def test_a_cell_keeps_its_style() -> None:
    style = {"bold": True, "italic": False, "code": True, "unknown": True}
    text = {"type": "text", "text": "<Cost>", "style": style}
    cell = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text]}]}
    table = blocks_html([{"type": "table", "rows": [[cell]]}], NAMES)
    assert "<td><strong><code>&lt;Cost&gt;</code></strong></td>" in table


def test_a_table_keeps_its_alignment() -> None:
    assert '<td class="align-right">1</td>' in markdown_html("| a |\n|--:|\n| 1 |\n", NAMES)
