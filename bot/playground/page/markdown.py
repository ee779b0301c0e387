"""Markdown as HTML for the page: no raw HTML, no images, only links to web and mail addresses."""

from __future__ import annotations

from html import escape as html_escape
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from bot.playground.page.code import code_html
from bot.playground.page.emoji import with_emoji
from bot.playground.page.mrkdwn import NAME, is_safe, mention_html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

    from bot.playground.slack.wire import Json

# A table scrolls sideways in a box of its own: cells are never broken inside a word.
TABLE = ('<div class="sideways"><table>', "</table></div>")


def markdown_html(text: str, names: Mapping[str, str]) -> str:
    """Return Markdown as HTML; `names` maps ids of users and channels to names."""
    return str(_MARKDOWN.render(text, {"names": names}))


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it calls it so
        return is_safe(url)


def _text_token(_: RendererHTML, tokens: Sequence[Token], index: int, __: object, env: Json) -> str:
    """Return plain text as HTML; it may contain mentions in Slack's format."""
    parts: list[str] = []
    end = 0
    text = tokens[index].content
    for match in NAME.finditer(text):
        mention = mention_html(match["sign"], match["id"], match["label"] or "", env["names"])
        parts += [html_escape(with_emoji(text[end : match.start()])), mention]
        end = match.end()
    return "".join([*parts, html_escape(with_emoji(text[end:]))])


def _link_token(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Json) -> str:  # noqa: ANN401 - markdown-it's own type
    tokens[index].attrs |= {"target": "_blank", "rel": "noreferrer"}
    return str(renderer.renderToken(tokens, index, options, env))


def _cell_token(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Json) -> str:  # noqa: ANN401 - markdown-it's own type
    # Alignment comes as a style attribute, which the page's security policy forbids.
    style = str(tokens[index].attrs.pop("style", ""))
    if style:
        tokens[index].attrs["class"] = f"align-{style.partition(':')[2]}"
    return str(renderer.renderToken(tokens, index, options, env))


def _fence_token(_: RendererHTML, tokens: Sequence[Token], index: int, __: object, ___: Json) -> str:
    language = (tokens[index].info.split() or [""])[0]
    return f"<pre><code>{code_html(tokens[index].content, language)}</code></pre>\n"


def _table_open(*_: object) -> str:
    return TABLE[0]


def _table_close(*_: object) -> str:
    return TABLE[1]


def _build() -> MarkdownIt:
    markdown = _Markdown("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    markdown.disable(["image", "html_block", "html_inline"])
    markdown.add_render_rule("text", _text_token)
    markdown.add_render_rule("fence", _fence_token)
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    markdown.add_render_rule("link_open", _link_token)
    markdown.add_render_rule("th_open", _cell_token)
    markdown.add_render_rule("td_open", _cell_token)
    return markdown


_MARKDOWN = _build()
