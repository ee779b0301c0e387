"""Message text as HTML for the page: Markdown, Slack's mrkdwn, and blocks. Only safe tags come out."""

from __future__ import annotations

import re
from html import escape as html_escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from bot.playground.slack.blocks import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

    from bot.playground.slack.wire import Json

SCHEMES = frozenset({"http", "https", "mailto"})
# The deepest nesting of bold and italics; anything deeper is shown as typed.
DEPTH = 4
TASK_STATUSES = ("pending", "in_progress", "complete", "error")

_NAME = re.compile(r"<(?P<sign>[@#!])(?P<id>[\w^]+)(?:\|(?P<label>[^<>|]*))?>")
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<link>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^~\n]+)~(?![\w~])"
)
_TAGS = {"bold": "strong", "italic": "em", "strike": "s"}
_LINE = re.compile(r"(?P<quote>&gt;|>) ?|(?P<bullet>[•◦] |[-*] )|(?P<number>\d{1,3}\. )")


def blocks_html(blocks: Sequence[Json], names: Mapping[str, str]) -> str:
    """Return blocks as HTML, without buttons; `names` maps ids of users and channels to names."""
    return "".join(_block_html(block, names) for block in blocks)


def markdown_html(text: str, names: Mapping[str, str]) -> str:
    """Return Markdown as HTML: no raw HTML, no images, only links to web and mail addresses."""
    return str(_MARKDOWN.render(text, {"names": names}))


def mrkdwn_html(text: str, names: Mapping[str, str]) -> str:
    """Return Slack's mrkdwn as HTML."""
    parts: list[str] = []
    end = 0
    for fence in _FENCE.finditer(text):
        parts += [*_lines_html(text[end : fence.start()], names), f"<pre><code>{_plain(fence[1])}</code></pre>"]
        end = fence.end()
    return "".join([*parts, *_lines_html(text[end:], names)])


def attachments_html(attachments: Sequence[Json], names: Mapping[str, str]) -> str:
    """Return a message's attachments, such as link previews, as HTML."""
    parts: list[str] = []
    for attachment in attachments:
        title = html_escape(str(attachment.get("title") or ""))
        heading = f"<strong>{_link(str(attachment.get('title_link') or ''), title)}</strong>" if title else ""
        blocks = blocks_html([block for block in attachment.get("blocks") or () if isinstance(block, dict)], names)
        text = mrkdwn_html(str(attachment.get("text") or ""), names)
        if heading or text or blocks:
            parts.append(f"<blockquote>{heading}{'<br>' if heading and text else ''}{text}{blocks}</blockquote>")
    return "".join(parts)


def is_safe(url: str) -> bool:
    """Return whether a link leads to a web or mail address."""
    try:
        return urlsplit(url.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _block_html(block: Json, names: Mapping[str, str]) -> str:
    write = _BLOCKS.get(str(block.get("type")))
    return write(block, names) if write else ""


def _markdown_block(block: Json, names: Mapping[str, str]) -> str:
    return markdown_html(str(block.get("text", "")), names)


def _header_block(block: Json, names: Mapping[str, str]) -> str:
    return f"<h3>{_text_html(block.get('text'), names)}</h3>"


def _section_block(block: Json, names: Mapping[str, str]) -> str:
    parts = [block.get("text"), *(block.get("fields") or ())]
    return "".join(f"<div>{html}</div>" for part in parts if (html := _text_html(part, names)))


def _context_block(block: Json, names: Mapping[str, str]) -> str:
    return f'<p class="context">{" ".join(_text_html(part, names) for part in block.get("elements") or ())}</p>'


def _divider_block(_: Json, __: Mapping[str, str]) -> str:
    return "<hr>"


def _table_block(block: Json, names: Mapping[str, str]) -> str:
    settings = block.get("column_settings") or []
    aligned = [setting.get("align") if isinstance(setting, dict) else None for setting in settings]
    classes = [f' class="align-{align}"' if align in ("center", "right") else "" for align in aligned]
    rows = (
        "".join(
            f"<td{classes[n] if n < len(classes) else ''}>{_cell_html(cell, names)}</td>" for n, cell in enumerate(row)
        )
        for row in block.get("rows") or ()
    )
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def _task_block(block: Json, names: Mapping[str, str]) -> str:
    """Return a task, collapsed: its title, then its details and output."""
    status = str(block.get("status") or "")
    kind = status if status in TASK_STATUSES else "pending"
    title = html_escape(str(block.get("title", "")))
    inside = [markdown_html(str(block[part]), names) for part in ("details", "output") if block.get(part)]
    sources = [_source_html(source) for source in block.get("sources") or ()]
    inside += [f"<ul>{''.join(f'<li>{source}</li>' for source in sources)}</ul>"] if sources else []
    if not inside:
        return f'<p class="task {kind}">{title}</p>'
    return f'<details class="task {kind}"><summary>{title}</summary>{"".join(inside)}</details>'


def _plan_block(block: Json, _: Mapping[str, str]) -> str:
    return f'<p class="plan">{html_escape(str(block.get("title", "")))}</p>'


def _source_html(source: Any) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    match source:
        case {"url": str(url)}:
            return _link(url, html_escape(str(source.get("text") or url)))
        case _:
            return ""


def _image_block(block: Json, names: Mapping[str, str]) -> str:
    """Show an image that is a file of the workspace; only link to others: the page loads nothing from elsewhere."""
    alt = html_escape(str(block.get("alt_text") or ""))
    title = _text_html(block.get("title"), names)
    match block:
        case {"slack_file": {"id": str(file)}} if file.isalnum():
            image = f'<img src="/page/files/{file}" alt="{alt}">'
        case {"image_url": str(url)}:
            image = _link(url, alt or html_escape(url))
        case _:
            return ""
    return f"<figure>{image}{f'<figcaption>{title}</figcaption>' if title else ''}</figure>"


def _rich_text_block(block: Json, names: Mapping[str, str]) -> str:
    return f"<p>{_cell_html(block, names)}</p>"


_BLOCKS: Mapping[str, Callable[[Json, Mapping[str, str]], str]] = {
    "markdown": _markdown_block,
    "header": _header_block,
    "section": _section_block,
    "context": _context_block,
    "divider": _divider_block,
    "table": _table_block,
    "task_card": _task_block,
    "plan": _plan_block,
    "image": _image_block,
    "rich_text": _rich_text_block,
}


def _text_html(part: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    match part:
        case {"type": "mrkdwn", "text": str(text)}:
            return mrkdwn_html(text, names)
        case {"text": str(text)}:
            return html_escape(text).replace("\n", "<br>")
        case _:
            return ""


def _cell_html(cell: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401, PLR0911 - it comes from the wire and may be anything
    match cell:
        case {"elements": list(elements)}:
            return "".join(_cell_html(element, names) for element in elements)
        case {"type": "user", "user_id": str(who)}:
            return _mention("@", who, "", names)
        case {"type": "channel", "channel_id": str(where)}:
            return _mention("#", where, "", names)
        case {"type": "emoji", "name": str(name)}:
            return html_escape(f":{name}:")
        case {"type": "link", "url": str(url)}:
            return _link(url, html_escape(str(cell.get("text") or url)))
        case {"text": str() | int() | float() as text}:
            return html_escape(str(text)).replace("\n", "<br>")
        case _:
            return ""


def _lines_html(text: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the HTML of lines outside a fence: runs of quoted, listed and plain lines become one element each."""
    run: list[str] = []
    kind = ""
    for line in text.strip("\n").split("\n") if text.strip() else ():
        match = _LINE.match(line)
        new = (match.lastgroup or "") if match else ""
        if new != kind and run:
            yield _run_html(kind, run, names)
            run = []
        kind = new
        run.append(line[match.end() :] if match else line)
    if run:
        yield _run_html(kind, run, names)


def _run_html(kind: str, lines: list[str], names: Mapping[str, str]) -> str:
    inner = [_inline_html(line, names) for line in lines]
    match kind:
        case "quote":
            return f"<blockquote>{'<br>'.join(inner)}</blockquote>"
        case "bullet" | "number":
            tag = "ul" if kind == "bullet" else "ol"
            return f"<{tag}>{''.join(f'<li>{item}</li>' for item in inner)}</{tag}>"
        case _:
            return "<br>".join(inner)


def _inline_html(text: str, names: Mapping[str, str], depth: int = 0) -> str:
    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        end = match.end()
        kind, inner = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "code":
            parts.append(f"<code>{_plain(inner)}</code>")
        elif kind == "link":
            parts.append(_bracket_html(match[0], inner, names))
        elif depth < DEPTH:
            parts.append(f"<{_TAGS[kind]}>{_inline_html(inner, names, depth + 1)}</{_TAGS[kind]}>")
        else:
            parts.append(_plain(match[0]))
    return "".join([*parts, _plain(text[end:])])


def _bracket_html(whole: str, inner: str, names: Mapping[str, str]) -> str:
    if name := _NAME.fullmatch(whole):
        return _mention(name["sign"], name["id"], name["label"] or "", names)
    url, _, label = inner.partition("|")
    return _link(unescape(url), _plain(label or url)) if is_safe(unescape(url)) else _plain(whole)


def _mention(sign: str, who: str, label: str, names: Mapping[str, str]) -> str:
    shown = names.get(who) or unescape(label) or who
    return f'<span class="mention">{"#" if sign == "#" else "@"}{html_escape(shown)}</span>'


def _link(url: str, label: str) -> str:
    if not is_safe(url):
        return label
    return f'<a href="{html_escape(url.strip())}" target="_blank" rel="noreferrer">{label}</a>'


def _plain(text: str) -> str:
    return html_escape(unescape(text))


# Markdown


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it calls it so
        return is_safe(url)


def _text_token(_: RendererHTML, tokens: Sequence[Token], index: int, __: object, env: Json) -> str:
    """Return plain text as HTML; it may contain mentions in Slack's format."""
    parts: list[str] = []
    end = 0
    text = tokens[index].content
    for match in _NAME.finditer(text):
        mention = _mention(match["sign"], match["id"], match["label"] or "", env["names"])
        parts += [html_escape(text[end : match.start()]), mention]
        end = match.end()
    return "".join([*parts, html_escape(text[end:])])


def _link_token(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Json) -> str:  # noqa: ANN401 - markdown-it's own type
    tokens[index].attrs |= {"target": "_blank", "rel": "noreferrer"}
    return str(renderer.renderToken(tokens, index, options, env))


def _cell_token(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Json) -> str:  # noqa: ANN401 - markdown-it's own type
    # Alignment comes as a style attribute, which the page's security policy forbids.
    style = str(tokens[index].attrs.pop("style", ""))
    if style:
        tokens[index].attrs["class"] = f"align-{style.partition(':')[2]}"
    return str(renderer.renderToken(tokens, index, options, env))


def _build() -> MarkdownIt:
    markdown = _Markdown("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    markdown.disable(["image", "html_block", "html_inline"])
    markdown.add_render_rule("text", _text_token)
    markdown.add_render_rule("link_open", _link_token)
    markdown.add_render_rule("th_open", _cell_token)
    markdown.add_render_rule("td_open", _cell_token)
    return markdown


_MARKDOWN = _build()
