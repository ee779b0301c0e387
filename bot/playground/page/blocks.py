"""Blocks as HTML for the page, without their controls. Only safe tags come out."""

from __future__ import annotations

from html import escape as html_escape
from typing import TYPE_CHECKING, Any

from bot.playground.page.emoji import emoji, with_emoji
from bot.playground.page.markdown import TABLE, markdown_html
from bot.playground.page.mrkdwn import link_html, mention_html, mrkdwn_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.playground.slack.wire import Json

TASK_STATUSES = {"pending": "Waiting", "in_progress": "Running", "complete": "Done", "error": "Failed"}


def blocks_html(blocks: Sequence[Json], names: Mapping[str, str]) -> str:
    """Return blocks as HTML, without buttons; `names` maps ids of users and channels to names."""
    return "".join(_block_html(block, names) for block in blocks)


def attachments_html(attachments: Sequence[Json], names: Mapping[str, str]) -> str:
    """Return a message's attachments, such as link previews, as HTML."""
    parts: list[str] = []
    for attachment in attachments:
        title = html_escape(str(attachment.get("title") or ""))
        heading = f"<strong>{link_html(str(attachment.get('title_link') or ''), title)}</strong>" if title else ""
        blocks = blocks_html([block for block in attachment.get("blocks") or () if isinstance(block, dict)], names)
        text = mrkdwn_html(str(attachment.get("text") or ""), names)
        if heading or text or blocks:
            parts.append(f"<blockquote>{heading}{'<br>' if heading and text else ''}{text}{blocks}</blockquote>")
    return "".join(parts)


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


_STYLES = {"code": "code", "bold": "strong", "italic": "em", "strike": "s"}


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
    return f"{TABLE[0]}<tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody>{TABLE[1]}"


def _task_block(block: Json, names: Mapping[str, str]) -> str:
    """Return a task, folded: its title, then its details, output and sources."""
    status = str(block.get("status"))
    kind = status if status in TASK_STATUSES else "pending"
    title = f'<span class="unseen">{TASK_STATUSES[kind]}: </span>{html_escape(str(block.get("title", "")))}'
    inside = [_task_text(block[part], names) for part in ("details", "output") if block.get(part)]
    sources = [_source_html(source) for source in block.get("sources") or ()]
    inside.insert(1 if block.get("details") else 0, f"<ul>{''.join(sources)}</ul>" if any(sources) else "")
    if not any(inside):
        return f'<p class="task {kind}">{title}</p>'
    return f'<details class="task {kind}"><summary>{title}</summary>{"".join(inside)}</details>'


def _task_text(text: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    """Return a part of a task: a stream's is Markdown, a posted one's rich text."""
    return _rich_text_block(text, names) if isinstance(text, dict) else markdown_html(str(text), names)


def _plan_block(block: Json, _: Mapping[str, str]) -> str:
    return f'<p class="plan">{html_escape(str(block.get("title", "")))}</p>'


def _source_html(source: Any) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    match source:
        case {"url": str(url)}:
            return f"<li>{link_html(url, html_escape(str(source.get('text') or url)))}</li>"
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
            image = link_html(url, alt or html_escape(url))
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
            return html_escape(with_emoji(text)).replace("\n", "<br>")
        case _:
            return ""


def _cell_html(cell: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401, PLR0911 - it comes from the wire and may be anything
    match cell:
        case {"elements": list(elements)}:
            return "".join(_cell_html(element, names) for element in elements)
        case {"type": "user", "user_id": str(who)}:
            return mention_html("@", who, "", names)
        case {"type": "channel", "channel_id": str(where)}:
            return mention_html("#", where, "", names)
        case {"type": "emoji", "name": str(name)}:
            return html_escape(emoji(name) or f":{name}:")
        case {"type": "link", "url": str(url)}:
            return link_html(url, html_escape(str(cell.get("text") or url)))
        case {"text": str() | int() | float() as text}:
            return _styled(html_escape(str(text)).replace("\n", "<br>"), cell.get("style"))
        case _:
            return ""


def _styled(html: str, style: Any) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    for name, tag in _STYLES.items():
        if isinstance(style, dict) and style.get(name) is True:
            html = f"<{tag}>{html}</{tag}>"
    return html
