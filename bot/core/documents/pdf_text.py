"""Read a PDF's text, page by page."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 300
LONGEST_TEXT = 500_000  # characters


def read(data: bytes) -> tuple[str, str]:
    """Return a PDF's title, "" for none, and its text. Raises what pypdf raises for one that is damaged or locked.

    It may take any time and memory, so call it where both are bounded.
    """
    from pypdf import PdfReader  # noqa: PLC0415 (a child loads what it needs)

    reader = PdfReader(BytesIO(data))
    title = " ".join(str((reader.metadata and reader.metadata.title) or "").split())

    def pages() -> Iterator[str]:
        length = 0
        for page in reader.pages[:MOST_PAGES]:
            text = "\n".join(line.rstrip() for line in page.extract_text().splitlines()).strip()
            yield text
            if (length := length + len(text)) > LONGEST_TEXT:
                return

    return title, "\n\n".join(text for text in pages() if text)[:LONGEST_TEXT]
