"""Rich text, which people type and apps build, as Markdown; https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bot.slack.client import escaping
from bot.slack.client.mrkdwn import markdown
from bot.slack.client.read_limits import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEEPEST = 12  # levels of blocks in blocks; Slack's own messages have five

# Keys of what is not text: how it looks, and how apps know their own things again.
_OPAQUE = {"type", "style", "color", "emoji", "verbatim", "icon", "icons", "language", "ts", "token", "metadata"}
_OPAQUE_ENDS = ("_id", "_ids", "_ts", "_type", "_token", "image_url", "thumb_url", "icon_url", "_icon")
# What would read as a mark of ours; a single * does not, and an underscore only at a word's edge.
_MARKS = re.compile(r"\*\*|~~|`|(?<!\w)_|_(?!\w)")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class RichTextView:
    """How a message is read: the names that it gives to channels and groups, and whether controls are included."""

    names: Mapping[str, str] = field(default_factory=dict)
    has_controls: bool = True
    depth: int = 0

    @property
    def is_too_deep(self) -> bool:
        """Return whether the nesting is too deep."""
        return self.depth > DEEPEST

    def deeper(self) -> RichTextView:
        """Return the view for the next level."""
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a piece of text."""

    code: bool = False
    strike: bool = False
    italic: bool = False
    bold: bool = False


def rich(block: Mapping[str, Any], view: RichTextView) -> str:
    """Write a `rich_text` block, line by line."""
    return "\n".join(_part(part, view.deeper()) for part in listed(block.get("elements")))


def _part(part: object, view: RichTextView) -> str:
    if not isinstance(part, dict) or view.is_too_deep:
        return ""
    inner = listed(part.get("elements"))
    match part.get("type"):
        case "rich_text_list":
            written = "\n".join(_items(part, inner, view))
        case "rich_text_quote":
            return quote(_inside(inner, view))
        case "rich_text_preformatted":
            written = fenced(_inline(inner, view, is_marked=False))
        case "rich_text_section" | "rich_text":
            return _inside(inner, view)
        case _:
            return _inside(inner, view) if inner else harvest(part, view)
    return quote(written) if number(part.get("border")) else written


def _inside(inner: list[Any], view: RichTextView) -> str:
    """Write a part's content: pieces of text, and nested parts, each on lines of its own."""
    if not any(_is_part(one) for one in inner):
        return _inline(inner, view)
    runs = groupby(inner, key=_is_part)
    return "\n".join(
        "\n".join(_part(one, view.deeper()) for one in run) if is_part else _inline(list(run), view)
        for is_part, run in runs
    )


def _is_part(element: object) -> bool:
    return isinstance(element, dict) and isinstance(element.get("elements"), list)


def _items(part: Mapping[str, Any], inner: list[Any], view: RichTextView) -> Iterator[str]:
    indent = "    " * min(number(part.get("indent")), DEEPEST)
    first = number(part.get("offset")) + 1
    for count, item in enumerate(inner, start=first):
        mark = f"{count}." if part.get("style") == "ordered" else "-"
        written = _part(item, view.deeper()) if _is_part(item) else _inline([item], view)
        yield f"{indent}{mark} {_indented(written, indent)}"


def _indented(text: str, indent: str) -> str:
    """Indent the lines after the first; of very many, which would grow with each level, those that are read."""
    most = LONGEST // (len(indent) + 3)
    return text[: max(most, LONGEST - text.count("\n") * len(indent))].replace("\n", f"\n{indent}  ")


def quote(text: str) -> str:
    """Quote each line."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def fenced(code: str) -> str:
    """Put code between fences that are longer than any in it."""
    fence = "`" * max(3, _longest_ticks(code) + 1)
    return f"{fence}\n{code}\n{fence}"


def _inline(elements: list[Any], view: RichTextView, *, is_marked: bool = True) -> str:
    """Write a line's pieces; adjacent ones of the same style share one pair of marks."""
    styles = [_style(element) if is_marked else Style() for element in elements]
    has_marks = any(style != Style() for style in styles)
    pieces = [
        (style, piece(element, view, is_escaped=has_marks and not style.code))
        for style, element in zip(styles, elements, strict=True)
    ]
    runs = groupby(pieces, key=lambda one: one[0])
    return "".join(_marked("".join(text for _, text in run), style) for style, run in runs)


def _style(element: object) -> Style:
    # A mention has to stay as it is, so that it is found again.
    if not isinstance(element, dict) or element.get("type") == "user" or not isinstance(element.get("style"), dict):
        return Style()
    style = element["style"]
    return Style(*(style.get(name) is True for name in ("code", "strike", "italic", "bold")))


def _marked(text: str, style: Style) -> str:
    """Mark each line of a text, but not the space around it, where marks would have no effect."""
    if style == Style():
        return text
    return "\n".join(_marked_line(line, style) for line in text.split("\n"))


def _marked_line(line: str, style: Style) -> str:
    words = line.strip()
    if not words:
        return line
    before, _, after = line.partition(words)
    if style.code:
        words = _code(words)
    for is_on, mark in ((style.strike, "~~"), (style.italic, "_"), (style.bold, "**")):
        words = f"{mark}{words}{mark}" if is_on else words
    return f"{before}{words}{after}"


def _code(words: str) -> str:
    ticks = "`" * (_longest_ticks(words) + 1)
    space = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{space}{words}{space}{ticks}"


def _longest_ticks(text: str) -> int:
    return max((len(match[0]) for match in _TICKS.finditer(text)), default=0)


def piece(element: object, view: RichTextView, *, is_escaped: bool = False) -> str:  # noqa: C901, PLR0911 (one line a kind)
    """Write one piece of a line. An unknown kind keeps its text; a person stays as Slack writes them."""
    match element:
        case {"type": "text", "text": str(words)}:
            return _MARKS.sub(r"\\\g<0>", words) if is_escaped else words
        case {"type": "color", "value": str(words)} | {"type": "date", "fallback": str(words)} if words:
            return words
        case {"type": "date", "timestamp": moment}:
            return escaping.moment(moment)
        case {"type": "link", "url": str(url), "text": str(label)}:
            return linked(label, url)
        case {"type": "user", "user_id": str(person)}:
            return f"<@{person}>"
        case {"type": "broadcast", "range": str(who)}:
            return f"@{who}"
        case {"type": "channel", "channel_id": str(channel)}:
            return f"#{name}" if (name := view.names.get(channel)) else f"<#{channel}>"
        case {"type": "usergroup", "usergroup_id": str(group)}:
            return view.names.get(group) or f"<!subteam^{group}>"
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case dict():
            return harvest(element, view)
        case str():
            return element
    return ""


def linked(label: str, url: str) -> str:
    """Write a link with its label, if that says more than the address."""
    address = url.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({address})" if label and address and label not in address else address or label


def harvest(thing: object, view: RichTextView) -> str:
    """Yield all the text in something of an unknown kind."""
    return "\n".join(dict.fromkeys(filter(None, _harvested(thing, view))))


def _harvested(thing: object, view: RichTextView) -> list[str]:
    if isinstance(thing, str):
        return [thing] if thing.strip() else []
    if view.is_too_deep or not isinstance(thing, list | dict):
        return []
    if isinstance(thing, list):
        inner = thing
    elif thing.get("type") == "rich_text":
        return [rich(thing, view)]
    elif thing.get("type") in ("mrkdwn", "plain_text"):
        return [text_of(thing)]
    else:
        inner = [value for name, value in thing.items() if not _is_opaque(str(name), thing)]
    return [text for one in inner for text in _harvested(one, view.deeper())]


def _is_opaque(name: str, beside: Mapping[str, Any]) -> bool:
    return name in _OPAQUE or name.endswith(_OPAQUE_ENDS) or (name == "value" and "action_id" in beside)


def text_of(value: object) -> str:
    """Return a text object's text; only `mrkdwn` is marked up and escaped."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    words = string(value.get("text"))
    return markdown(words) if value.get("type") == "mrkdwn" else words


def names_in(text: str) -> dict[str, str]:
    """Return the names that Slack gives channels and groups in a text, by their ids."""
    found = {}
    for match in escaping.MARKUP.finditer(text):
        target, label = match["target"], escaping.unescape(match["label"] or "")
        if label and target.startswith("#"):
            found[target[1:]] = label
        elif label and target.startswith("!subteam^"):
            found[target.removeprefix("!subteam^").partition("^")[0]] = label
    return found


def listed(value: object) -> list[Any]:
    """Return a list, empty for anything else."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """Return a text, "" for anything else."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    """Return a count, 0 for anything else."""
    return max(0, value) if isinstance(value, int) else 0


def joined(parts: Sequence[str], between: str = "\n") -> str:
    """Join the non-empty parts."""
    return between.join(filter(None, parts))
