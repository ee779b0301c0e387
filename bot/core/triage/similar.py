"""Find earlier posts that may be about the same thing: by their rare words, compared by trigrams.

The database finds them among all of a channel's posts, by full text (`bot/db/similar.py`). Of the newest ones, those
are taken too that are much alike without sharing a word: misspelled, or in a script that puts no spaces between words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from bot.core import trigrams
from bot.core.domain.classify_item import Item
from bot.core.trigrams import alike, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.domain.feedback import KnownPost
    from bot.core.domain.message import Place
    from bot.core.ports.feedback_store import FeedbackStore

SHOWN = 300  # characters of an earlier post in a prompt
NEWEST = 200  # posts that tell which words are common here
MOST_MET = 0.06  # the share of all posts that may have one of the words that are looked for: each has to be ranked
MOST_WORDS, LEAST_WORDS = 10, 2  # that are looked for
FOUND = 12  # posts for each
MOST_EARLIER = 12  # for one post in a prompt
MOST_EARLIER_OF_MANY = 40  # for a batch of them
LEAST_ALIKE = 0.1  # of what shares a rare word
MUCH_ALIKE = 0.3  # what counts as alike for PostgreSQL's pg_trgm, too
SHORTEST = 3  # letters of a word that is looked for
LONG = 6  # letters of a word whose ending, of two letters, may differ


async def earlier(
    items: Sequence[Item], place: Place, feedback: FeedbackStore, messages: Mapping[int, str]
) -> dict[int, Sequence[tuple[float, KnownPost]]]:
    """Find for each item, by its number, earlier posts that are alike, the most alike first.

    `messages` are the items' own, by number: the records of a burst are not numbered in the order of their posts.
    Takes some milliseconds for each item, however many posts the channel has.
    """
    newest = await feedback.known.newest(place, NEWEST)
    met = sorted(word for one in newest for word in words(one.text))
    wanted = {item.number: rare(words(item.text), met, len(newest)) for item in items}
    found = await feedback.known.alike(place, wanted, FOUND)
    return {item.number: _ranked(item, messages[item.number], found.get(item.number, ()), newest) for item in items}


def _ranked(
    item: Item, message: str, found: Iterable[KnownPost], newest: Iterable[KnownPost]
) -> Sequence[tuple[float, KnownPost]]:
    own = distinct(item.text)
    best: dict[int, tuple[float, KnownPost]] = {}
    for least, ones in ((MUCH_ALIKE, newest), (LEAST_ALIKE, found)):
        for one in ones:
            likeness = alike(own, distinct(one.text))
            if (
                one.number != item.number
                and one.message < message
                and likeness >= max(least, best.get(one.number, (0.0,))[0])
            ):
                best[one.number] = likeness, one
    return sorted(best.values(), key=lambda pair: (-pair[0], pair[1].number))[:MOST_EARLIER]


def shown(items: Sequence[Item], found: Mapping[int, Sequence[tuple[float, KnownPost]]]) -> list[Item]:
    """Return what a prompt about these items shows of what was found, most alike first, without the items."""
    numbers = {item.number for item in items}
    best: dict[int, tuple[float, KnownPost]] = {}
    for item in items:
        for likeness, one in found.get(item.number, ()):
            if one.number not in numbers and likeness > best.get(one.number, (-1.0,))[0]:
                best[one.number] = likeness, one
    ranked = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].number))
    most = MOST_EARLIER if len(items) == 1 else MOST_EARLIER_OF_MANY
    return [Item(one.number, one.text[:SHOWN]) for _, one in ranked[:most]]


def words(text: str) -> list[str]:
    """Return a text's words, each once; long ones are cut, so that "crashes" is found as "crashed"."""
    found = (word for word in trigrams.words(text) if len(word) >= SHORTEST)
    return list(dict.fromkeys(word[:-2] if len(word) >= LONG else word for word in found))


def rare(of: Sequence[str], met: Sequence[str], total: int) -> list[str]:
    """Choose the most telling words: rare in `total` posts, whose words are `met`, sorted; long before short."""
    counts = {word: bisect_right(met, f"{word}\uffff") - bisect_left(met, word) for word in of}
    ranked = sorted(of, key=lambda word: (counts[word], -len(word)))[:MOST_WORDS]
    shares = accumulate((counts[word] + 1) / (total + 1) for word in ranked)
    few = sum(share <= MOST_MET for share in shares)
    return ranked[: max(LEAST_WORDS, few)]
