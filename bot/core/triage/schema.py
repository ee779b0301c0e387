"""Define the form that the model fills in for posts, and check what it filled in."""

# not for people: what Claude is told

from __future__ import annotations

from dataclasses import replace
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from pydantic import OnErrorOmit, create_model

from bot.core.classify.evidence import evidence
from bot.core.classify.schema import SURE, Filled, described, one_of, settled
from bot.core.domain.feedback import Judgment, Nature, Sentiment
from bot.core.domain.needs import all_facts
from bot.core.domain.setting_choices import Drafts
from bot.core.prompt_data import quoted
from bot.core.triage.splitting import apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.category import Category
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.classification import Example, Verdict
    from bot.core.domain.classify_item import Item

LONGEST_SUMMARY = 200  # characters
LONGEST_WORD = 40


def form(categories: Sequence[Category], settings: ChannelSettings) -> type[Filled]:
    """Build the form that can hold only these categories, and the channel's severities, areas and needed facts."""
    facts = all_facts(settings.needs)
    missing: dict[str, Any] = {"missing": (_list_of(one_of(facts)), ...)} if facts else {}
    asks: dict[str, Any] = {"asks": (bool, ...)} if settings.drafts is not Drafts.OFF else {}
    words: dict[str, Any] = {"words": (str, "")} if settings.split_posts else {}
    thing = create_model(
        "Thing",
        category=(one_of([one.name for one in categories]), ...),
        confidence=(int, ...),
        evidence=(str, ...),
        severity=(one_of(settings.severities), ...),
        sentiment=(Sentiment, ...),
        area=(one_of([*settings.areas, "other"]) if settings.areas else str, ...),
        summary=(str, ...),
        duplicate_of=(int, ...),
        **words,
        **missing,
        **asks,
    )
    further: dict[str, Any] = {"further": (GenericAlias(list, thing), [])} if settings.split_posts else {}
    result = create_model(
        "Result", __base__=thing, item=(int, ...), nature=(Nature, ...), language=(str, ...), **further
    )
    return create_model("Filled", __base__=Filled, results=(list[result], ...))


def _list_of(kind: Any) -> Any:  # noqa: ANN401 - a type, made for this form
    return GenericAlias(list, OnErrorOmit[kind])  # type: ignore[misc] # mypy takes it for a plain type


def prompt(
    items: Sequence[Item],
    categories: Sequence[Category],
    settings: ChannelSettings,
    *,
    examples: Sequence[Example] = (),
    earlier: Sequence[Item] = (),
    whole: Sequence[Example] = (),
) -> str:
    """Word the request; all that people wrote goes in as data."""
    parts = ["Triage each of these messages.", quoted("categories", described(categories))]
    parts.append(quoted("severities", list(settings.severities)))
    if settings.areas:
        parts.append(quoted("areas", list(settings.areas)))
    if settings.needs:
        parts.append(quoted("needs", [one.model_dump(mode="json") for one in settings.needs]))
    if examples:
        parts.append(settled(examples))
    if whole:
        parts.append(quoted("one_thing", [one.text for one in whole]))
    if earlier:
        parts.append(quoted("earlier", [{"item": one.number, "text": one.text} for one in earlier]))
    parts.append(quoted("messages", [{"item": one.number, "text": one.excerpt or "[no text]"} for one in items]))
    return "\n\n".join(parts)


def judgments(filled: Filled, items: Sequence[Item], messages: Mapping[int, str]) -> dict[int, Verdict]:
    """Return the judgment of each post that has exactly one.

    `messages` are those of the posts, and of others that the model was shown, by their numbers: a post repeats only
    what was posted before it.
    """
    by_number = {item.number: item for item in items}
    found: dict[int, list[Judgment]] = {}
    for one in filled.results:
        if one.item in by_number:
            found.setdefault(one.item, []).append(_of_all(one, by_number[one.item], messages))
    return {n: ones[0] for n, ones in found.items() if len({(one.categories, one.nature) for one in ones}) == 1}


def _of_all(one: Any, item: Item, messages: Mapping[int, str]) -> Judgment:  # noqa: ANN401 - its class is made each time
    """Return the judgment of a post; with further ones, if it is about things whose words stand apart in it."""
    things = [one, *getattr(one, "further", ())]
    found = apart([getattr(thing, "words", "") for thing in things], item.excerpt)
    judged = [
        replace(_judgment(things[number], one, item, messages), words=words) for number, words in found or [(0, "")]
    ]
    return replace(judged[0], further=tuple(judged[1:]))


def _judgment(one: Any, whole: Any, item: Item, messages: Mapping[int, str]) -> Judgment:  # noqa: ANN401 - as above
    is_before = messages.get(one.duplicate_of, messages[item.number]) < messages[item.number]
    return Judgment(
        item.number,
        (one.category,),
        min(SURE, max(0, one.confidence)),
        evidence(one.evidence, item.excerpt),
        nature=whole.nature,
        severity=one.severity,
        sentiment=one.sentiment,
        area=_line(one.area, LONGEST_WORD),
        summary=_line(one.summary, LONGEST_SUMMARY),
        language=_line(whole.language, LONGEST_WORD),
        duplicate_of=one.duplicate_of if is_before else None,
        missing=tuple(getattr(one, "missing", ())),
        asks=getattr(one, "asks", False),
    )


def _line(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
