"""What was read of a document, and the sentence that says what was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from lxml import etree

LONGEST_NAME = 60  # characters of a name that is given
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Document:
    """A document's text. `left_out` are the things in it that were not read, `about` is told to the model alone."""

    text: str
    left_out: tuple[str, ...] = ()
    about: str = ""


def listed(parts: Sequence[str]) -> str:
    """Join words as a sentence does: "a, b and c"."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def counted(found: Counter[str]) -> tuple[str, ...]:
    """Return what was counted, in its order: "2 pictures", "1 comment"."""
    return tuple(f"{number:,} {thing}{'s' if number > 1 else ''}" for thing, number in found.items() if number)


def named(thing: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what has names: "1 hidden sheet (Lists)"; nothing for none."""
    if not names:
        return ()
    given = [name[:LONGEST_NAME] for name in names[:MOST_NAMES]]
    more = ", …" if len(names) > MOST_NAMES else ""
    return (f"{len(names)} {thing}{'s' if len(names) > 1 else ''} ({', '.join(given)}{more})",)


def text_of(element: etree._Element) -> str:
    """Return an element's letters."""
    return "".join(map(str, element.itertext()))
