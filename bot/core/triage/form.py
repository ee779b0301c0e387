"""The form that the model fills in for posts, and how what it filled in is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from bot.core.classify.form import SURE, Filled, evidence
from bot.core.classify.item import Verdict
from bot.core.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.channel_settings import ChannelSettings
    from bot.core.classify.category import Category
    from bot.core.classify.form import Example
    from bot.core.classify.item import Item

LONGEST_SUMMARY = 200  # characters
LONGEST_WORD = 40

Nature = Literal["feedback", "unclear", "small talk"]
Sentiment = Literal["negative", "neutral", "positive", "mixed"]


@dataclass(frozen=True, slots=True)
class Judgement(Verdict):
    """What a post is. `duplicate_of` is the number of an earlier one, `root` that of the first that is alike."""

    nature: Nature = "feedback"
    severity: str = ""
    sentiment: str = ""
    area: str = ""
    summary: str = ""
    language: str = ""
    duplicate_of: int | None = None

    @property
    def category(self) -> str:
        """Its category, "" for none."""
        return self.categories[0] if self.categories else ""


def form(categories: Sequence[Category], settings: ChannelSettings) -> type[Filled]:
    """Make the form that can hold only these categories, and the channel's severities and areas."""
    result = create_model(
        "Result",
        item=(int, ...),
        category=(_one_of([one.name for one in categories]), ...),
        confidence=(int, ...),
        evidence=(str, ...),
        nature=(Nature, ...),
        severity=(_one_of(settings.severities), ...),
        sentiment=(Sentiment, ...),
        area=(_one_of([*settings.areas, "other"]) if settings.areas else str, ...),
        summary=(str, ...),
        language=(str, ...),
        duplicate_of=(int, ...),
    )
    return create_model("Filled", __base__=Filled, results=(list[result], ...))


def _one_of(names: Sequence[str]) -> Any:  # noqa: ANN401 - a type, made for these names
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
    settings: ChannelSettings,
    *,
    examples: Sequence[Example] = (),
    earlier: Sequence[Item] = (),
) -> str:
    """Word the request; all that people wrote goes in as data."""
    described = [{"name": one.name, "definition": one.definition, "examples": list(one.examples)} for one in categories]
    parts = ["Triage each of these messages.", quoted("categories", [_filled(one) for one in described])]
    parts.append(quoted("severities", list(settings.severities)))
    if settings.areas:
        parts.append(quoted("areas", list(settings.areas)))
    if examples:
        settled = [{"text": one.text, "categories": list(one.categories)} for one in examples]
        parts.append(quoted("settled", settled))
    if earlier:
        parts.append(quoted("earlier", [{"item": one.number, "text": one.text} for one in earlier]))
    parts.append(quoted("messages", [{"item": one.number, "text": one.excerpt or "[no text]"} for one in items]))
    return "\n\n".join(parts)


def _filled(described: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in described.items() if value}


def judgements(filled: Filled, items: Sequence[Item], earlier: Iterable[int] = ()) -> dict[int, Verdict]:
    """Return the judgement of each post that has exactly one. A duplicate is one of `earlier`, or a lower number."""
    by_number = {item.number: item for item in items}
    known = {*earlier, *by_number}
    found: dict[int, list[Judgement]] = {}
    for one in filled.results:
        if one.item in by_number:
            found.setdefault(one.item, []).append(_judgement(one, by_number[one.item], known))
    return {n: ones[0] for n, ones in found.items() if len({(one.categories, one.nature) for one in ones}) == 1}


def _judgement(one: Any, item: Item, known: set[int]) -> Judgement:  # noqa: ANN401 - its class is made anew each time
    return Judgement(
        item.number,
        (one.category,),
        min(SURE, max(0, one.confidence)),
        evidence(one.evidence, item.text),
        nature=one.nature,
        severity=one.severity,
        sentiment=one.sentiment,
        area=_line(one.area, LONGEST_WORD),
        summary=_line(one.summary, LONGEST_SUMMARY),
        language=_line(one.language, LONGEST_WORD),
        duplicate_of=one.duplicate_of if one.duplicate_of in known and one.duplicate_of < item.number else None,
    )


def _line(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
