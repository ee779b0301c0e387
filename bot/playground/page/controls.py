"""Interactive elements of messages, modals and the home tab, in the page's own JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bot.playground.page.blocks import blocks_html
from bot.playground.page.emoji import with_emoji
from bot.playground.page.mrkdwn import is_safe
from bot.playground.slack.elements import (
    BUTTONS,
    CONFIRM,
    SEVERAL,
    SINGLE,
    WITH_OPTIONS,
    PlacedElement,
    buttons,
    initial,
    options_of,
    placed,
    text_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.playground.slack.wire import Json

# What an element type chooses from, if it has no list of options.
_SOURCES = {"users": "users", "conversations": "channels", "channels": "channels"}
# The icons that stand for a button's text: of a rating, the good one goes first.
_ICONS = {"icon_button": ("trash",), "feedback_buttons": ("good", "bad")}


def parts_of(blocks: Sequence[Json], names: Mapping[str, str]) -> list[Json]:
    """Return blocks as parts, in order: a block's HTML, then its controls. Blocks without controls form one part."""
    parts: list[Json] = []
    for has_controls, group in groupby(blocks, key=lambda block: any(True for _ in placed([block]))):
        run = list(group)
        if not has_controls:
            parts.append({"html": blocks_html(run, names), "controls": []})
        else:
            parts += [_part(block, names) for block in run]
    return parts


def shown_view(view: Json, names: Mapping[str, str]) -> Json:
    """Return a modal or home tab for the page."""
    return {
        "id": view["id"],
        "hash": view["hash"],
        "title": with_emoji(text_in(view.get("title"))),
        "submit": text_in(view.get("submit")),
        "close": text_in(view.get("close")) or "Cancel",
        "is_pushed": bool(view.get("previous_view_id")),
        "parts": parts_of(view["blocks"], names),
    }


def _part(block: Json, names: Mapping[str, str]) -> Json:
    controls = [control for place in placed([block]) for control in _controls(place)]
    if block["type"] != "input":
        return {"html": blocks_html([block], names), "controls": controls}
    words = {name: with_emoji(text_in(block.get(name))) for name in ("label", "hint")}
    field = words | {"optional": bool(block.get("optional")), "block_id": block.get("block_id", "")}
    return {"html": "", "controls": controls, "field": field}


def _controls(place: PlacedElement) -> Iterator[Json]:
    element = place.element
    kind = element.get("type", "")
    if kind in BUTTONS:
        drawn = buttons([place.block | {"elements": [element], "accessory": None}])
        for button, icon in zip(drawn, _ICONS.get(kind, ("",)), strict=False):
            yield _common(button) | place.ids | {"kind": "button", "icon": icon}
        return
    held = next(iter(initial(element).values()), None)
    yield (
        _common(element)
        | place.ids
        | {
            "kind": _kind(kind),
            "several": kind in SEVERAL,
            "options": [_option(option) for option in options_of(element)] if kind in WITH_OPTIONS else [],
            "source": next((source for start, source in _SOURCES.items() if f"{start}_select" in kind), ""),
            "placeholder": with_emoji(text_in(element.get("placeholder"))),
            "value": _value(held),
            "multiline": bool(element.get("multiline")),
            "max_length": element.get("max_length"),
            "dispatches": bool(place.block.get("dispatch_action")) or place.block["type"] != "input",
        }
    )


def _kind(kind: str) -> str:
    """Return the kind of control: several of Slack's element types look the same."""
    if kind in ("overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"):
        return kind
    if kind.endswith("_select"):
        return "select"
    return kind if kind in SINGLE or kind in SEVERAL else "unknown"


def _common(element: Json) -> Json:
    confirm = element.get("confirm")
    url = str(element.get("url") or "")
    return {
        "text": with_emoji(text_in(element.get("text"))),
        "value": element.get("value") or "",
        "style": element.get("style") or "",
        "url": url if is_safe(url) else "",
        "confirm": {name: text_in(confirm.get(name)) for name in CONFIRM} if confirm else None,
    }


def _option(option: Json) -> Json:
    described = text_in(option.get("description"))
    return {
        "text": with_emoji(text_in(option.get("text"))),
        "value": str(option.get("value") or ""),
        "description": described,
    }


def _value(held: object) -> str | list[str]:
    """Return an element's value: an option's value, a text, or a list of them; "" for nothing."""
    if isinstance(held, list):
        return [str(_value(one)) for one in held]
    if isinstance(held, dict):
        return str(held.get("value") or "")
    return "" if held is None else str(held)
