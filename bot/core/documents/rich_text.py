"""Read rich text (RTF), as WordPad and TextEdit write it."""

from __future__ import annotations

import re
from collections import Counter

from striprtf.striprtf import rtf_to_text

from bot.core.documents.document import Document, Thing, counted

# A picture's or an object's bytes, as hexadecimal digits.
_BYTES = re.compile(r"(?:[0-9a-fA-F]{2}\s{0,2}){200,}")
_GROUP = re.compile(r"\{[^{}]*+\}")  # one that holds no other
_MARKED = {
    Thing.HIDDEN_PASSAGE: re.compile(r"\\v(?![a-zA-Z0-9])"),
    Thing.TRACKED_DELETION: re.compile(r"\\deleted(?![a-zA-Z0-9])"),
}
_THINGS = {
    Thing.PICTURE: re.compile(r"\\pict(?![a-z])"),
    Thing.EMBEDDED_OBJECT: re.compile(r"\\object(?![a-z])"),
}


def read(data: bytes) -> Document:
    """Read a rich text. Raises whatever a damaged one sets off."""
    text = _BYTES.sub(" ", data.decode("cp1252", errors="replace"))
    found = Counter({thing: len(pattern.findall(text)) for thing, pattern in _THINGS.items()})

    def shown(group: re.Match[str]) -> str:
        mark = next((thing for thing, pattern in _MARKED.items() if pattern.search(group[0])), None)
        if mark is None:
            return group[0]
        found[mark] += 1
        return "{}"

    text = _GROUP.sub(shown, text)
    written = str(rtf_to_text(text, errors="replace"))  # type: ignore[no-untyped-call] # its types are all it lacks
    lines = (line.strip() for line in written.split("\n"))
    return Document(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n\0 "), counted(found))
