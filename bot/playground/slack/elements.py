"""Interactive elements: Slack's limits on them, and the state that they leave in payloads and views."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.slack.wire import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ACTION_ID = 255
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
BUTTON_URL = 3_000
PLACEHOLDER = 150
OPTION_TEXT = 75
OPTION_VALUE = 150
# The longest text of an input, unless its `max_length` is lower.
INPUT_TEXT = 3_000
MOST_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
OPTIONS = 100
CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}

BUTTONS = frozenset({"button", "icon_button", "feedback_buttons", "workflow_button"})
# The key of each element type's value, in payloads and in a view's state.
SINGLE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
}
SEVERAL = {
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
WITH_OPTIONS = frozenset(kind for kind, key in (SINGLE | SEVERAL).items() if key.startswith("selected_option"))
KINDS = BUTTONS | SINGLE.keys() | SEVERAL.keys()

# What Slack's client checks before it submits a form.
_FORMS = {
    "email_text_input": (re.compile(r"[^@\s]++@[^@\s.]++(?:\.[^@\s.]++)+"), "an e-mail address"),
    "url_text_input": (re.compile(r"https?://\S+"), "a web address"),
    "datepicker": (re.compile(r"\d{4}-\d{2}-\d{2}"), "a date, as in 2026-11-24"),
    "timepicker": (re.compile(r"\d{2}:\d{2}"), "a time, as in 09:30"),
    "number_input": (re.compile(r"-?\d+(?:\.\d+)?"), "a number"),
}


@dataclass(frozen=True, slots=True)
class PlacedElement:
    """An element and the block that contains it."""

    block: Json
    element: Json

    @property
    def ids(self) -> Json:
        """The ids that identify it."""
        return {"action_id": self.element["action_id"], "block_id": self.block.get("block_id", "")}


def placed(blocks: Sequence[Json]) -> Iterator[PlacedElement]:
    """Yield every element that has an `action_id`, in display order."""
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and isinstance(element.get("action_id"), str):
                yield PlacedElement(block, element)


def buttons(blocks: Sequence[Json]) -> Iterator[Json]:
    """Yield every button, with its block's `block_id`; `feedback_buttons` is one action with two buttons."""
    for place in placed(blocks):
        element = place.element
        if element.get("type") not in BUTTONS:
            continue
        ways = [element[way] for way in ("positive_button", "negative_button") if way in element] or [element]
        for way in ways:
            yield {"type": element["type"], **way, **place.ids}


def choice(element: Json, value: Any) -> Json:  # noqa: ANN401 - a text, a number, several of them, or nothing
    """Return a choice as payloads hold it; an option is given by its value or its text.

    Raises `ValueError` for a value that the element does not offer or accept.
    """
    kind = element["type"]
    if kind in SEVERAL:
        values = [value] if isinstance(value, str) else list(value or ())
        most = element.get("max_selected_items") or element.get("max_files")
        if most and len(values) > most:
            raise ValueError(f"No more than {most} can be chosen.")
        return {SEVERAL[kind]: [_option(element, one) if kind in WITH_OPTIONS else one for one in values]}
    if kind not in SINGLE:
        raise ValueError(f"Nothing can be chosen in {element.get('action_id')}: it is a {kind}.")
    if value in (None, ""):
        return {SINGLE[kind]: None}
    if kind in WITH_OPTIONS:
        return {SINGLE[kind]: _option(element, value)}
    if kind == "datetimepicker":
        return {SINGLE[kind]: int(value)}
    form = _FORMS.get(kind)
    if form and not form[0].fullmatch(str(value)):
        raise ValueError(f"This must be {form[1]}.")
    return {SINGLE[kind]: value if isinstance(value, dict) else str(value)}


def initial(element: Json) -> Json:
    """Return an element's initial value, as a view's state holds it."""
    kind = element["type"]
    several, single = SEVERAL.get(kind), SINGLE.get(kind)
    if several:
        return {several: element.get(several.replace("selected_", "initial_"), [])}
    if single is None:
        return {}
    return {single: element.get(f"initial_{single.removeprefix('selected_').removeprefix('rich_text_')}")}


def state_of(blocks: Sequence[Json], chosen: Mapping[tuple[str, str], Json]) -> Json:
    """Return the `state` of a message or view; `chosen` values, by block_id and action_id, take precedence."""
    values: Json = {}
    for place in placed(blocks):
        kind, ids = place.element.get("type"), place.ids
        if kind in BUTTONS or kind == "overflow":
            continue
        held = chosen.get((ids["block_id"], ids["action_id"]), initial(place.element))
        values.setdefault(ids["block_id"], {})[ids["action_id"]] = {"type": kind, **held}
    return {"values": values}


def refusals(blocks: Sequence[Json], state: Json) -> dict[str, str]:
    """Return what keeps Slack's client from submitting, a sentence per block_id: required, too short, too long."""
    found: dict[str, str] = {}
    for place in placed(blocks):
        if place.block.get("type") != "input":
            continue
        ids = place.ids
        held = state["values"][ids["block_id"]][ids["action_id"]]
        value = next((held[key] for key in held if key != "type"), None)
        if fault := _refusal(place, value):
            found[ids["block_id"]] = fault
    return found


def _refusal(place: PlacedElement, value: Any) -> str:  # noqa: ANN401 - whatever the field holds
    element = place.element
    if value in (None, "", []):
        return "" if place.block.get("optional") else "Please complete this required field."
    rule = _BOUNDS.get(element["type"])
    return next(rule(element, value), "") if rule else ""


def _text_bounds(element: Json, value: str) -> Iterator[str]:
    if len(value) < element.get("min_length", 0):
        yield f"Please write at least {element['min_length']} characters."
    if len(value) > (most := element.get("max_length", INPUT_TEXT)):
        yield f"Please write no more than {most} characters."


def _number_bounds(element: Json, value: str) -> Iterator[str]:
    if not element.get("is_decimal_allowed", True) and "." in value:
        yield "Please enter a whole number."
    if (least := element.get("min_value")) is not None and float(value) < float(least):
        yield f"Please enter a number of at least {least}."
    if (greatest := element.get("max_value")) is not None and float(value) > float(greatest):
        yield f"Please enter a number of at most {greatest}."


_BOUNDS: Mapping[str, Callable[[Json, str], Iterator[str]]] = {
    "plain_text_input": _text_bounds,
    "number_input": _number_bounds,
}


def options_of(element: Json) -> list[Json]:
    """Return the options of an element, including those in groups."""
    grouped = [option for group in element.get("option_groups") or () for option in group["options"]]
    return [*(element.get("options") or ()), *grouped]


def faults(element: Json) -> Iterator[str]:
    """Yield an element's errors."""
    kind = element.get("type")
    if kind not in KINDS:
        yield f"unsupported element type: {kind}"
        return
    if len(element.get("action_id", "")) > ACTION_ID:
        yield f"action_id must be at most {ACTION_ID} characters"
    if kind in BUTTONS and len(text_in(element.get("value"))) > BUTTON_VALUE:
        yield f"value must be at most {BUTTON_VALUE} characters"
    if len(text_in(element.get("placeholder"))) > PLACEHOLDER:
        yield f"placeholder must be at most {PLACEHOLDER} characters"
    if rule := _RULES.get(kind):
        yield from rule(element)
    elif kind in WITH_OPTIONS and not kind.endswith("external_select"):
        yield from _options(element)
    for name, most in CONFIRM.items() if element.get("confirm") else ():
        if len(text_in(element["confirm"].get(name))) > most:
            yield f"confirm.{name} must be at most {most} characters"


def length(name: str, value: object, most: int) -> Iterator[str]:
    """Yield an error if a text is missing or longer than `most` characters."""
    text = text_in(value)
    if not text:
        yield f"missing required field: {name}"
    elif len(text) > most:
        yield f"{name} must be at most {most} characters"


def text_in(value: Any) -> str:  # noqa: ANN401 - it comes from the wire and may be anything
    """Return a text, or the text of a text object; "" for anything else."""
    if isinstance(value, dict):
        value = value.get("text")
    return value if isinstance(value, str) else ""


def _button(element: Json) -> Iterator[str]:
    yield from length("text", element.get("text"), BUTTON_TEXT)
    if len(element.get("url") or "") > BUTTON_URL:
        yield f"url must be at most {BUTTON_URL} characters"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield "style must be primary or danger"


def _text_input(element: Json) -> Iterator[str]:
    if not 1 <= element.get("max_length", INPUT_TEXT) <= INPUT_TEXT:
        yield f"max_length must be 1 to {INPUT_TEXT}"
    if len(text_in(element.get("initial_value"))) > element.get("max_length", INPUT_TEXT):
        yield "initial_value must be at most max_length characters"


def _feedback(element: Json) -> Iterator[str]:
    for way in ("positive_button", "negative_button"):
        if not isinstance(element.get(way), dict):
            yield f"missing required field: {way}"
            continue
        yield from length(f"{way}.text", element[way].get("text"), BUTTON_TEXT)
        if len(text_in(element[way].get("value"))) > BUTTON_VALUE:
            yield f"{way}.value must be at most {BUTTON_VALUE} characters"


def _options(element: Json) -> Iterator[str]:
    offered = options_of(element)
    most = MOST_OPTIONS.get(element["type"], OPTIONS)
    if not 1 <= len(offered) <= (most if not element.get("option_groups") else most * OPTIONS):
        yield f"must hold 1 to {most} options"
    for option in offered:
        yield from length("option.text", option.get("text"), OPTION_TEXT)
        if len(text_in(option.get("value"))) > OPTION_VALUE:
            yield f"option.value must be at most {OPTION_VALUE} characters"
    first = element.get("initial_option")
    if first and first.get("value") not in [option.get("value") for option in offered]:
        yield "initial_option must be one of the options"


_RULES: Mapping[str, Callable[[Json], Iterator[str]]] = {
    "button": _button,
    "plain_text_input": _text_input,
    "feedback_buttons": _feedback,
}


def _option(element: Json, wanted: str) -> Json:
    for option in options_of(element):
        if wanted in (option.get("value"), text_in(option.get("text"))):
            return {"text": option["text"], "value": option.get("value", "")}
    raise ValueError(f"{wanted} is not one of the options of {element.get('action_id')}.")
