"""The form that the model fills in for a batch of items, and how what it filled in is checked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StrictInt, create_model

from bot.core.classify.evidence import evidence
from bot.core.classify.item import Item, Verdict
from bot.core.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.classify.category import Category

SURE = 100  # percent
NUMBERS = 2  # in a row: the item, and the confidence


class Filled(BaseModel):
    """The form that the model fills in; `form` makes the one for a set of categories."""

    results: list[Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose category a person has settled."""

    text: str
    categories: tuple[str, ...]


def form(categories: Sequence[Category]) -> type[Filled]:
    """Make the form that can hold only these categories: a row an item, `[12, "Bug report", 90, ["it crashes"]]`.

    Rows, since names of fields would be half of what an answer costs. What is what tells its type: the only texts that
    a row can hold are categories, and quotes stand in brackets of their own.
    """
    cell: Any = StrictInt | one_of([category.name for category in categories]) | list[str]
    rows: Any = GenericAlias(list, GenericAlias(list, cell))  # list[list[cell]], which a type checker can't know
    told = Field(description="rows of: item, category, confidence, [evidence]")
    return create_model("Filled", __base__=Filled, results=(rows, told))


def one_of(names: Sequence[str]) -> Any:  # noqa: ANN401 - a type, made for these names
    """Make a text that is one of these, whatever its upper and lower case: the API does not promise an enum's."""
    by_name = {name.casefold(): name for name in names}

    def known(value: str) -> str:
        if value.casefold() not in by_name:
            raise ValueError("not one of those there are")
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
    wanted = " Give all categories that apply, the main one first." if several else ""
    parts = [f"Classify each of these messages.{wanted}", quoted("categories", described(categories))]
    if examples:
        parts.append(settled(examples))
    parts.append(quoted("messages", [{"item": item.number, "text": item.excerpt} for item in items]))
    return "\n\n".join(parts)


def described(categories: Iterable[Category]) -> list[dict[str, Any]]:
    """Return what the model is told of categories: what they have beside their names, and nothing that is empty."""
    return [one.model_dump(mode="json", exclude_defaults=True) for one in categories]


def settled(examples: Iterable[Example]) -> str:
    """Return what the model is told of settled examples, as data."""
    return quoted("settled", [{"text": one.text, "categories": list(one.categories)} for one in examples])


def verdicts(filled: Filled, items: Sequence[Item], *, several: bool = False) -> dict[int, Verdict]:
    """Return the verdict of each item that has exactly one: an item left out, or judged twice in two ways, has none.

    Order is the items' own, whatever the model's was; rows of other items, or of another shape, count for nothing.
    """
    by_number = {item.number: item for item in items}
    found: dict[int, list[Verdict]] = {}
    for row in filled.results:
        verdict = _verdict(row, by_number, several=several)
        if verdict is not None:
            found.setdefault(verdict.number, []).append(verdict)
    return {
        number: found[number][0]
        for number in by_number
        if number in found and len({one.categories for one in found[number]}) == 1
    }


def _verdict(row: Sequence[int | str | list[str]], items: Mapping[int, Item], *, several: bool) -> Verdict | None:
    """Read a row by what its cells are; None for one that has not exactly what it should."""
    numbers = [cell for cell in row if isinstance(cell, int)]
    names = tuple(dict.fromkeys(cell for cell in row if isinstance(cell, str)))
    quotes = [cell for cell in row if isinstance(cell, list)]
    if len(numbers) != NUMBERS or numbers[0] not in items or not names or (len(names) > 1 and not several):
        return None
    item, confidence = items[numbers[0]], min(SURE, max(0, numbers[1]))
    said = next((known for quote in chain(*quotes) if (known := evidence(quote, item.text))), "")
    return Verdict(item.number, names, confidence, said)
