"""Links that have a label, and images: as Markdown, Slack and HTML write them, on one line.

What others may take for such a link, and is none here, has to be kept apart by whoever reads the rest of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

FARTHEST = 2_100  # characters in which a link has to end

_LABEL = re.compile(r"\[(?P<label>(?:[^\[\]\n\\]|\\.|\[[^\[\]\n]*+\])*)(?P<end>\]?)")
_BEGUN = re.compile(r"(?:\[[^\[\]\n]*+|\\)?\Z")
_TARGET = re.compile(r"\((?P<inside>(?:[^()<>\n\\]|\\.|\([^()\n]*+\)|<[^<>\n]*+>)*)\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ANGLE = re.compile(r"<(?P<target>[^<>\s|]*+)(?:\|(?P<label>[^<>\n]*+))?(?P<end>[>\s<]?)")
_IS_ADDRESS = re.compile(
    r"(?![@#!])(?:[a-z][a-z0-9+.-]*+:|:?//|[^@\s]{1,200}@[^@\s]*\.|(?:[\w-]{1,63}\.){1,8}[a-z]{2,24})", re.IGNORECASE
)
_IMAGE = re.compile(r"<img\b(?P<inside>[^<>]*+)>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s{0,9}=\s{0,9}(?:"([^"<>]*+)"|'([^'<>]*+)')""", re.IGNORECASE)
_SIDE = re.compile("[<>]")


class Link(NamedTuple):
    """A link: its label as it was written, its address, and where it ends in what was read."""

    label: str
    address: str
    end: int
    is_image: bool = False


@dataclass(frozen=True)
class Unclear:
    """What may yet become a link, when more is read."""


UNCLEAR = Unclear()


def in_brackets(read: str, start: int) -> Link | Unclear | None:
    """Read `[label](address)` or `![label](address)`; None for what is no link."""
    is_image = read[start] == "!"
    label = _LABEL.match(read, start + is_image)
    if label is None or _BEGUN.match(read, label.end()):
        return UNCLEAR
    if not label["end"] or read[label.end()] != "(":
        return None
    target = _TARGET.match(read, label.end())
    if target is None:
        is_over = read.find("\n", label.end(), label.end() + FARTHEST) >= 0 or len(read) - label.end() > FARTHEST
        return None if is_over else UNCLEAR
    address = unescaped(target["inside"]).strip()
    address = address[1:].partition(">")[0] if address[:1] == "<" else address.partition(" ")[0]
    return Link(label["label"], address, target.end(), is_image=is_image)


def in_angles(read: str, start: int) -> Link | Unclear | None:
    """Read `<address>`, `<address|label>`, or an image of HTML; None for what is no link."""
    match = _ANGLE.match(read, start)
    if match is None or not match["end"]:
        return UNCLEAR
    if match["target"].lower() == "img":
        image = _IMAGE.match(read, start)
        if image is None:
            return None if _SIDE.search(read, start + 1) else UNCLEAR
        alt = _ALT.search(image["inside"])
        return Link((alt[1] or alt[2] or "") if alt else "", "", image.end(), is_image=True)
    is_address = _IS_ADDRESS.match(match["target"]) or ("." in match["target"] and match["label"] is not None)
    if match["end"] != ">" or not is_address:
        return None
    return Link(match["label"] or "", match["target"], match.end())


def is_label(text: str) -> bool:
    """Return whether a text can be the label of a link."""
    label = _LABEL.match(f"[{text}]")
    return label is not None and label["label"] == text


def unescaped(text: str) -> str:
    """Return a text without the backslashes that Markdown takes away."""
    return _ESCAPED.sub(r"\1", text)
