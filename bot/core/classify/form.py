"""The form that the model fills in for a batch of items, and how what it filled in is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, create_model

from bot.core.classify.item import Item, Verdict
from bot.core.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.classify.category import Category

LONGEST_EVIDENCE = 120  # characters
SURE = 100  # percent


class Filled(BaseModel):
    """The form that the model fills in; `form` makes the one for a set of categories."""

    results: list[Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose category a person has settled."""

    text: str
    categories: tuple[str, ...]


def form(categories: Sequence[Category], *, several: bool = False) -> type[Filled]:
    """Make the form that can hold only these categories: one an item, or with `several` as many as apply.

    Evidence may be left out, as it is for what is sure: it would be a third of what an answer costs. The API does not
    promise an enum's upper and lower case, so that is mended here.
    """
    by_name = {category.name.casefold(): category.name for category in categories}

    def known(value: str) -> str:
        if value.casefold() not in by_name:
            raise ValueError("not one of the categories")
        return by_name[value.casefold()]

    names = [category.name for category in categories]
    category = Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": list(names)})]
    fields: dict[str, Any] = {"item": (int, ...)}
    fields |= {"categories": (list[category], ...)} if several else {"category": (category, ...)}
    result = create_model("Result", **fields, confidence=(int, ...), evidence=(str, ""))
    return create_model("Filled", __base__=Filled, results=(list[result], ...))


def prompt(
    items: Sequence[Item], categories: Sequence[Category], examples: Sequence[Example] = (), *, unsure: int = 60
) -> str:
    """Word the request; categories, settled examples and items go in as data.

    Evidence is wanted where the model is less sure than `unsure` percent.
    """
    asked = f"Classify each of these messages. Give evidence where the confidence is below {unsure}."
    parts = [asked, quoted("categories", [_described(one) for one in categories])]
    if examples:
        settled = [{"text": one.text, "categories": list(one.categories)} for one in examples]
        parts.append(quoted("settled", settled))
    parts.append(quoted("messages", [{"item": item.number, "text": item.excerpt} for item in items]))
    return "\n\n".join(parts)


def _described(category: Category) -> dict[str, object]:
    described: dict[str, object] = {"name": category.name}
    if category.definition:
        described["definition"] = category.definition
    if category.examples:
        described["examples"] = list(category.examples)
    return described


def verdicts(filled: Filled, items: Sequence[Item]) -> dict[int, Verdict]:
    """Return the verdict of each item that has exactly one: an item left out, or judged twice in two ways, has none.

    Order is the items' own, whatever the model's was, and entries of other items count for nothing.
    """
    by_number = {item.number: item for item in items}
    found: dict[int, list[Verdict]] = {}
    for result in filled.results:
        if result.item in by_number:
            found.setdefault(result.item, []).append(_verdict(result, by_number[result.item]))
    return {
        number: found[number][0]
        for number in by_number
        if number in found and found[number][0].categories and len({one.categories for one in found[number]}) == 1
    }


def _verdict(result: Any, item: Item) -> Verdict:  # noqa: ANN401 - its class is made for each set of categories
    several = getattr(result, "categories", None)
    names = (result.category,) if several is None else tuple(dict.fromkeys(several))
    return Verdict(item.number, names, min(SURE, max(0, result.confidence)), evidence(result.evidence, item.text))


def evidence(quote: str, text: str) -> str:
    """Return what the model quotes from an item, "" when it does not stand there: evidence is never invented."""
    quote, words = " ".join(quote.split()).strip(" .…\"'“”"), " ".join(text.split())
    start = words.casefold().find(quote.casefold())
    # Some letters change their length when their case is folded; then the quote itself is as good.
    found = words[start : start + len(quote)]
    return (found if found.casefold() == quote.casefold() else quote)[:LONGEST_EVIDENCE] if start >= 0 else ""
