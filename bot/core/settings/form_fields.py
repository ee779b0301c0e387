"""A setting as a field of the form: laid out for its place and model, filled with what was typed, read back."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from bot.core.commands import PARLEY, SWITCHABLE
from bot.core.domain import category
from bot.core.domain.category import Category
from bot.core.domain.channel_settings import MODEL, SHOWN, ChannelSettings
from bot.core.domain.interaction import Field, Kind
from bot.core.domain.typed_setting import read
from bot.core.money import dollars
from bot.core.settings.value_text import number_text
from bot.errors import UsageError
from bot.language import N_, _, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.ports import Model

INHERITED = "-"  # what is chosen where a setting is left to the layer below; the platform takes no empty choice
# What a setting that no layer sets comes to, in words.
UNSET = {"creativity": N_("what suits the task"), "effort": N_("its own default")}
NOTHING = N_("none")
LONGEST = 3_000  # characters of a field, the platform's limit

FIELDS = tuple(name for name, one in SHOWN.items() if "settings" in one.forms)


def label(name: str) -> str:
    """Return the label of a setting's field."""
    return _(SHOWN[name].label)


def hint(name: str) -> str:
    """Return what is written below a setting's field; forms show no code."""
    described = ChannelSettings.model_fields[name].description or ""
    return sentence(_(described).replace("`", ""))


def too_long(name: str) -> str:
    """Say that what is set is too long for a field, and how it can be changed."""
    command = f"/{PARLEY.name} prompt" if name == "instructions" else f"/{PARLEY.name} set {name}"
    return _(
        "“{label}” is longer than a form can hold: change it with {command}.",
        label=label(name),
        command=command,
    )


def sentence(words: str) -> str:
    """Capitalize words and end them with a period."""
    return f"{words[:1].upper()}{words[1:]}."


def applies(name: str, chosen: str, model: Model) -> bool:
    """Return whether the chosen model supports a setting; "" for the default model."""
    if (probe := SHOWN[name].probe) is None:
        return True
    return name not in model.facts.faults(ChannelSettings.model_validate({"model": chosen, name: probe}))


def lay_out(name: str, typed: str, inherited: ChannelSettings, models: Mapping[str, str], model: Model) -> Field:
    """Return a setting's field with what was typed; `inherited` are the settings of the layers below.

    `models` are those that can be chosen: their names by their ids.
    """
    left = _text(name, inherited.model_dump(mode="json")[name])
    told = hint(name)
    if name == MODEL:
        offered = {one: _offer(one, called, model) for one, called in models.items()}
        if typed:
            offered.setdefault(typed, _("{model} (not offered)", model=typed))
        left = model.facts.current(inherited)[1]
        options = [(INHERITED, _("Not set here ({value})", value=left)), *offered.items()]
        return Field(name, label(name), "choice", typed or INHERITED, tuple(options), _("Which model answers."))
    if known := tuple(one.name for one in inherited.personas) if name == "persona" else choices(name):
        held = (typed,) if typed and typed not in known else ()
        options = [
            (INHERITED, _("Not set here ({value})", value=left or _(UNSET.get(name, NOTHING)))),
            *((one, one) for one in (*known, *held)),
        ]
        return Field(name, label(name), "choice", typed or INHERITED, tuple(options), told)
    if left and not is_long(name):
        told = " ".join((told, _("Not set here: {value}.", value=_inherited(name, inherited))))
    if is_list(name):
        values = tuple(one.removeprefix(SHOWN[name].sign) for one in re.split(r"[,\s]+", typed) if one)
        commands = tuple((one, f"/{one}") for one in SWITCHABLE) if kind(name) == "choices" else ()
        return Field(name, label(name), kind(name), values, commands, told, optional=True)
    return Field(name, label(name), kind(name), typed, hint=told, optional=True, max_length=LONGEST)


def is_long(name: str) -> bool:
    """Return whether a setting's field has several lines."""
    return SHOWN[name].kind == "area"


def _inherited(name: str, inherited: ChannelSettings) -> str:
    value = getattr(inherited, name)
    return (
        number(value) if isinstance(value, int | float) else _text(name, inherited.model_dump(mode="json")[name])[:200]
    )


def kind(name: str) -> Kind:
    """Return the kind of a setting's field, where it is no choice."""
    annotation = ChannelSettings.model_fields[name].annotation
    is_number = {int, float} & {annotation, *get_args(annotation)}
    return SHOWN[name].kind or ("number" if is_number else "text")


def is_list(name: str) -> bool:
    """Return whether a setting's field holds several choices."""
    return kind(name) in {"people", "channels", "choices"}


def _offer(one: str, called: str, model: Model) -> str:
    settings = ChannelSettings(model=one)
    paid = [model.facts.price(*tokens, settings) for tokens in ((1_000_000, 0), (0, 1_000_000))]
    if None in paid:
        return _("{model}, price unknown", model=called)
    prices = [dollars(price) for price in paid if price is not None]
    return _("{model}, {read} in, {written} out per M tokens", model=called, read=prices[0], written=prices[1])


def choices(name: str) -> tuple[str, ...]:
    """Return a setting's choices, () if it is typed."""
    annotation = ChannelSettings.model_fields[name].annotation
    if annotation is bool:
        return "on", "off"
    if get_origin(annotation) is Literal:
        return tuple(filter(None, get_args(annotation)))
    kinds = (annotation, *get_args(annotation))
    return next((tuple(map(str, one)) for one in kinds if isinstance(one, type) and issubclass(one, StrEnum)), ())


def written(values: Mapping[str, Any]) -> dict[str, str]:
    """Write stored values as a person would type them."""
    return {name: _text(name, value) for name, value in values.items() if name in FIELDS}


def entered(answers: Mapping[str, object]) -> dict[str, str]:
    """Return what was typed or chosen in a form, by the setting; "" for what is left to the layer below."""
    return {name: _entered(name, answers[name]) for name in FIELDS if name in answers}


def changed(typed: Mapping[str, str], own: Mapping[str, Any]) -> dict[str, str]:
    """Return what was entered and differs from what is set."""
    return {name: text for name, text in typed.items() if text.strip() != _text(name, own.get(name)).strip()}


def read_over(answers: Mapping[str, object], own: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read what the form holds over what was set; return the sheet, and what is wrong by the field."""
    said = entered(answers)
    values = {name: value for name, value in own.items() if name not in said}
    faults: dict[str, str] = {}
    for name, typed in said.items():
        if typed.strip() == _text(name, own.get(name)).strip():
            values |= {name: own[name]} if name in own else {}
        elif typed.strip():
            try:
                values[name] = read(name, typed.strip(), values, in_form=True)
            except UsageError as error:
                faults[name] = error.sentence
    return values, faults


def _entered(name: str, answer: object) -> str:
    if is_list(name) and not isinstance(answer, str):
        return _text(name, answer)
    return "" if answer == INHERITED else str(answer)


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - each setting has its own type
    if value is None:
        return ""
    if name == "categories":
        return category.written(Category.model_validate(one) for one in value)
    if isinstance(value, float):
        return number_text(value)
    if is_list(name):
        sign = SHOWN[name].sign
        return (" " if sign else ", ").join(f"{sign}{one}" for one in value)
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
