"""Read a Jupyter notebook: its cells in their order, with what they printed, and without the bytes of its pictures.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.core.documents.document import Document, Thing, counted

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(text: str) -> Document:
    """Read a notebook. Raises `ValueError`, `KeyError` or `TypeError` for what is none."""
    book = json.loads(text)
    metadata = book.get("metadata") or {}
    language = str((metadata.get("language_info") or metadata.get("kernelspec") or {}).get("name", ""))
    found: Counter[Thing] = Counter()
    written = [part for cell in book["cells"] for part in _cell(cell, language, found)]
    return Document("\n\n".join(written), counted(found))


def _cell(cell: dict[str, Any], language: str, found: Counter[Thing]) -> Iterator[str]:
    source = _text(cell.get("source"))
    if cell.get("cell_type") != "code":
        found[Thing.PICTURE] += len(cell.get("attachments") or {})
        yield from filter(None, [source.strip()])
        return
    if source.strip():
        yield _fenced(source, language)
    for output in cell.get("outputs") or ():
        data = output.get("data") or {}
        found[Thing.PICTURE] += any(kind.startswith("image/") for kind in data)
        said = _text(output.get("text") or data.get("text/plain"))
        if output.get("output_type") == "error":
            said = f"{output.get('ename')}: {output.get('evalue')}"
        if said.strip():
            yield f"Output:\n\n{_fenced(said, '')}"


def _text(value: object) -> str:
    """Return a text that may be kept as a list of its lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _fenced(text: str, language: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"
