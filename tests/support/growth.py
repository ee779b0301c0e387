"""How the time of something that reads a text grows with the text, for the worst texts that can be thought of."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from re import _parser  # type: ignore[attr-defined] # isort: skip (the only one who knows what a pattern is made of)

import itertools

from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SIZES = (400, 4_000, 40_000, 160_000)  # characters; of a message, 60,000 are read
MOST_GROWTH = 15.0  # of the time, where the text is ten times longer
# If ten times more characters cost less than so many times more, apart from what a call costs by itself, then even a
# part that grows with the square is too small to matter: t = c + an + bn² has b < a / 236,000, and four times more
# characters take no more than `MOST_GROWTH` allows. Only texts that leave a doubt are tried at the last size, which
# costs most.
SURE = 11.5
# Seconds for each of the sizes, below which a time says nothing. What is not linear is found at the next size.
FLOORS = (0.002, 0.015, 0.03, 0.06)
SIFTED = (40, 6, 2)  # how many of the slowest texts are tried at the next size,
FEWEST = (10, 4, 2)  # and how many where those would take longer together than so many seconds:
PATIENCE = 0.3
LONGEST_EXAMPLE, WIDEST, MOST_EXAMPLES = 60, 6, 16
MOST_ATTACKS = 100
# How often to look at a text that seems to take too long, as another process may have had the caches, which gets longer
# and longer to be done with them. Where it takes many times too long, two looks tell.
MOST_LOOKS, FIRST_PAUSE, HOPELESS = 9, 0.01, 4

# What is repeated for everything: the marks of all that is read anywhere.
PIECES = (
    *" \n\ta1x-_*~`'\"“”<>[](){}|\\/.,;:!?@#&%=+$^é\0\ud83d\u0301\u200b",
    *("\r\n", "\n ", " \n", "a ", "a\n", "a b", "\n\n", "- ", "> ", "1. ", "1 ", "```", "```\n", "~~~\n", "||", "| |"),
    *("<tel:", "<mailto:a|", "<https://a|", "<@U1", "<@U1|", "<@U1>", "<#C1|", "<#C1|a>", "<!channel|", "<!date^"),
    *("<!subteam^", "<!subteam^S1|", "<!subteam^S1> ", "&lt;", "&amp;", "--multi ", "--private ", "— ", "into: ", "“a"),
    *("https://", "http://a.b/", "a@", "@a.b", "::", "a:", "a=", "a -> ", "a->", "->", "#a", "#a ", "@A1", "@A1 "),
    *("|-|\n", "| a |\n|---|\n", "[a](", "![", "*a_", "**a", "since ", "in ", "as a ", "for ", "column=“", 'column="'),
    *("password: ", "token=", "-----BEGIN PRIVATE KEY-----", "://a:", "DE89 ", "4111 ", "[email-1]", "+1 555 "),
    *(
        "a\u0316\u0301",
        "\u05d0",
        "👨‍👩‍👧",
        "🇩🇪",
        "e.g. ",
        "“",
        "a. ",
        "def a",
        "# a\n",
        "<a>",
        "</a>",
        "<!--",
        "a,",
        "a;",
    ),
)


@dataclass(frozen=True, slots=True)
class Attack:
    """A text of any length: something, then the same thing again and again, then something else."""

    before: str
    again: str
    after: str = ""

    def text(self, size: int) -> str:
        """Write it with about so many characters."""
        return self.before + self.again * max(1, (size - len(self.before)) // len(self.again)) + self.after


def common(*before: str) -> list[Attack]:
    """Return what is tried on everything, behind each of some beginnings."""
    return [Attack(start, piece, after) for start in before or ("",) for piece in PIECES for after in ("", "\0x")]


def made_of(pattern: str, flags: int = 0) -> list[Attack]:
    """Return attacks on a pattern: every beginning and every part of what it matches, again and again."""
    found: dict[Attack, None] = {}
    for example in _examples(_parser.parse(pattern, flags), MOST_EXAMPLES):
        text = example[:LONGEST_EXAMPLE]
        for end in range(1, len(text) + 1):
            found[Attack("", text[:end])] = None
        for start in range(len(text)):
            for width in range(1, WIDEST + 1):
                if start + width <= len(text):
                    found[Attack(text[:start], text[start : start + width], "\0")] = None
    attacks = list(found)
    return [*attacks[:: len(attacks) // MOST_ATTACKS + 1], *common()]


def fault(read: Callable[[str], Any], attacks: Iterable[Attack], most: int = SIZES[-1], least: int = SIZES[0]) -> str:
    """Return which text takes more than linear time, "" for none; texts have from `least` to `most` characters.

    Where already the least texts are long, shorter ones tell first which of them are worth their time.
    """
    if least > SIZES[1]:
        timed = [(_seconds(read, attack, SIZES[1]), attack) for attack in attacks]
        attacks = [attack for _, attack in _slowest(timed, SIZES[1], least, 0)]
    with suppress(_NonlinearError):
        timed = [(_seconds(read, attack, least), attack) for attack in attacks]
        sizes = [*(size for size in SIZES if least <= size < most), most]
        for number, (before, size) in enumerate(itertools.pairwise(sizes)):
            kept = _slowest(timed, before, size, min(number, 2))
            if before >= 100 * least:
                kept = [(seconds, attack) for seconds, attack in kept if not _is_linear(read, attack, seconds, before)]
            timed = [(_grown(read, attack, seconds, before, size), attack) for seconds, attack in kept]
        return ""
    return _NonlinearError.told.pop()


def slowest(read: Callable[[str], Any], attacks: Iterable[Attack], size: int) -> tuple[float, Attack]:
    """Return the seconds that the slowest text of a size takes, the best of three tries, with that text."""
    timed = sorted(((_seconds(read, attack, size), attack) for attack in attacks), key=lambda one: -one[0])[:5]
    return max(((min(_seconds(read, one, size) for _ in range(3)), one) for _, one in timed), key=lambda one: one[0])


def _slowest(timed: list[tuple[float, Attack]], before: int, size: int, sieve: int) -> list[tuple[float, Attack]]:
    """Return the texts to try at the next size."""
    found = sorted(timed, key=lambda one: -one[0])[: SIFTED[sieve]]
    spent = list(itertools.accumulate(seconds * size / before for seconds, _ in found))
    return found[: max(FEWEST[sieve], sum(seconds < PATIENCE for seconds in spent))]


def _is_linear(read: Callable[[str], Any], attack: Attack, seconds: float, size: int) -> bool:
    """Return whether the times for texts of this size and of smaller ones leave no doubt. Noise can only add doubt."""
    small, least = min(_seconds(read, attack, size // 10) for _ in range(3)), _seconds(read, attack, size // 100)
    return seconds - small < SURE * (small - least)


class _NonlinearError(Exception):
    told: list[str] = []  # noqa: RUF012 (of the moment)


def _grown(read: Callable[[str], Any], attack: Attack, seconds: float, before: int, size: int) -> float:
    """Return how long the larger text takes. Raises where that is too long, however often one looks."""
    floor = FLOORS[min(len(FLOORS) - 1, len(str(size // 400)) - 1)]
    growth = MOST_GROWTH * size / (10 * before)
    longer = _seconds(read, attack, size)
    for look in range(MOST_LOOKS):
        allowed = max(floor, growth * seconds)
        if longer <= allowed:
            return longer
        if look and longer > HOPELESS * allowed:
            break
        time.sleep(FIRST_PAUSE * 2**look)
        seconds = max(seconds, min(_seconds(read, attack, before) for _ in range(2)))
        longer = min(longer, _seconds(read, attack, size))
    _NonlinearError.told.append(f"{before:,} → {size:,}: {seconds * 1e3:.2f} → {longer * 1e3:.2f} ms for {attack}")
    raise _NonlinearError


def _seconds(read: Callable[[str], Any], attack: Attack, size: int) -> float:
    text = attack.text(size)
    started = time.thread_time()
    with suppress(UsageError, ValueError):
        read(text)
    return time.thread_time() - started


# What a pattern matches


def _examples(tree: Any, most: int) -> list[str]:
    """Return texts that a parsed pattern matches, or nearly."""
    found = [""]
    for op, argument in tree:
        options = list(dict.fromkeys(_options(str(op), argument, most))) or [""]
        if len(found) * len(options) <= most:
            found = [before + option for before in found for option in options]
        else:
            found = [found[n % len(found)] + options[n % len(options)] for n in range(most)]
    return list(dict.fromkeys(found))


def _options(op: str, argument: Any, most: int) -> Iterator[str]:
    match op:
        case "LITERAL":
            yield chr(argument)
        case "NOT_LITERAL" | "ANY":
            yield "a" if argument != ord("a") else "b"
        case "IN":
            yield from _characters(argument)
        case "BRANCH":
            yield from (text for branch in argument[1] for text in _examples(branch, most // 2 or 1)[:2])
        case "SUBPATTERN":
            yield from _examples(argument[3], most)
        case "ATOMIC_GROUP":
            yield from _examples(argument, most)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            yield from _repeated(argument, most)
        case "ASSERT" if argument[0] < 0:
            yield from _examples(argument[1], 2)
        case "GROUPREF":
            yield " "


def _repeated(argument: Any, most: int) -> Iterator[str]:
    least, most_times, inner = argument
    texts = _examples(inner, most // 2 or 1)
    yield from (text * max(least, 1) for text in texts[:4])
    if int(most_times) > max(least, 1):
        yield texts[0] * (least + 2)
    if not least:
        yield ""


_OF_CATEGORY = {"DIGIT": "1", "SPACE": " ", "WORD": "a", "NOT_SPACE": "x", "NOT_WORD": "-", "NOT_DIGIT": "x"}


def _characters(items: Any) -> list[str]:
    is_negated, found = False, []
    for op, argument in items:
        match str(op):
            case "NEGATE":
                is_negated = True
            case "LITERAL":
                found.append(chr(argument))
            case "RANGE":
                found.append(chr(argument[0]))
            case "CATEGORY":
                found.append(_OF_CATEGORY[str(argument).removeprefix("CATEGORY_")])
    return [one for one in 'a1 -.\n"<x' if one not in found][:3] if is_negated else found[:4]


def uses(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    """Return a way to use a pattern; all that search go through the whole text."""
    if method == "match":
        return pattern.match
    if method == "fullmatch":
        return pattern.fullmatch
    return lambda text: sum(1 for _ in pattern.finditer(text))
