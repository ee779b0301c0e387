"""Define the form that the model fills in for a batch of items, and check what it filled in."""

from __future__ import annotations

from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, OnErrorOmit, StrictInt, create_model

from bot.core.classify.evidence import evidence
from bot.core.domain.classification import Example, Verdict
from bot.core.prompt_data import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.domain.category import Category
    from bot.core.domain.classify_item import Item

SURE = 100  # percent

# Told to the model:
ASK = "Classify each of these messages."  # not for people: as said
ASK_FOR_ALL = "Give all categories that apply, the main one first."  # not for people: as said
NUMBER = "the message's item number"  # not for people: as said
ALL = "all categories that apply, the main one first"  # not for people: as said
ONE = "its category"  # not for people: as said
CONFIDENCE = "confidence, in percent"  # not for people: as said
EVIDENCE = "evidence: the words of the message that decided it, or an empty text"  # not for people: as said


class Filled(BaseModel):
    """The form that the model fills in; `form` makes the one for a set of categories."""

    results: list[Any]


def form(categories: Sequence[Category], *, several: bool = False) -> type[Filled]:
    """Build the form that can hold only these categories, `{"n": 12, "c": "Bug report", "p": 90, "q": "it crashes"}`.

    It has objects, so that the API holds the model to what each field may be, which it can't do for the cells of a row.
    Their keys are letters, because each of a thousand answers repeats them; `several`: a list of categories is wanted.
    If the API does not hold the model to it, an invalid answer counts for nothing, and the item is asked for again.
    """
    category = one_of([category.name for category in categories])
    chosen: Any = GenericAlias(list, category) if several else category  # list[category], made for these names
    result = create_model(
        "Result",
        n=(StrictInt, Field(description=NUMBER)),
        c=(chosen, Field(description=ALL if several else ONE)),
        p=(StrictInt, Field(description=CONFIDENCE)),
        q=(str, Field(description=EVIDENCE)),
    )
    return create_model("Filled", __base__=Filled, results=(list[OnErrorOmit[result]], ...))


def one_of(names: Sequence[str]) -> Any:  # noqa: ANN401 - a type, made for these names
    """Return a type for a text that is one of these, ignoring case: the API does not promise an enum's."""
    by_name = {name.casefold(): name for name in names}

    def known(value: str) -> str:
        if value.casefold() not in by_name:
            raise ValueError("unknown")
        return by_name[value.casefold()]

    return Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": list(names)})]


def prompt(
    items: Sequence[Item],
    categories: Sequence[Category],
    examples: Sequence[Example] = (),
    *,
    several: bool = False,
) -> str:
    """Word the request; categories, settled examples and items go in as data. `several`: all that apply are wanted."""
    parts = [f"{ASK} {ASK_FOR_ALL}" if several else ASK, quoted("categories", described(categories))]
    if examples:
        parts.append(settled(examples))
    parts.append(quoted("messages", [{"item": item.number, "text": item.excerpt} for item in items]))
    return "\n\n".join(parts)


def described(categories: Iterable[Category]) -> list[dict[str, Any]]:
    """Return what the model is told about categories: their names and what else they have, but nothing empty."""
    return [one.model_dump(mode="json", exclude_defaults=True) for one in categories]


def settled(examples: Iterable[Example]) -> str:
    """Return what the model is told about settled examples, as data."""
    return quoted("settled", [{"text": one.text, "categories": list(one.categories)} for one in examples])


def verdicts(filled: Filled, items: Sequence[Item], *, several: bool = False) -> dict[int, Verdict]:
    """Return the verdict of each item that has exactly one: an item left out, or judged in two ways, has none.

    The order is the items' own, whatever the model's was; what is said of other items counts for nothing.
    """
    by_number = {item.number: item for item in items}
    found: dict[int, list[Verdict]] = {}
    for one in filled.results:
        verdict = _verdict(one, by_number, several=several)
        if verdict is not None:
            found.setdefault(verdict.number, []).append(verdict)
    return {
        number: found[number][0]
        for number in by_number
        if number in found and len({one.categories for one in found[number]}) == 1
    }


def _verdict(one: Any, items: Mapping[int, Item], *, several: bool) -> Verdict | None:  # noqa: ANN401 - made each time
    """Read what was filled in for an item; None if the item was not asked for, or has no category."""
    names = tuple(dict.fromkeys(one.c)) if several else (one.c,)
    if one.n not in items or not names:
        return None
    item = items[one.n]
    return Verdict(item.number, names, min(SURE, max(0, one.p)), evidence(one.q, item.excerpt))
