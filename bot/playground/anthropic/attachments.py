"""The Messages API's rules for images, documents and search results."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

IMAGE_BYTES = 10 * 1024 * 1024
# The first bytes of each image type.
IMAGE_SIGNATURES = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
PDF = "application/pdf"
# The most pages of all documents of a request, by whether the model has a large context window.
PAGES, PAGES_OF_SMALL_WINDOW = 600, 100
SMALL_WINDOW = 200_000
CITABLE = ("document", "search_result")

_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_COUNT = re.compile(rb"/Count\s+(\d{1,7})")


def faults(block: Json) -> Iterator[str]:
    """Yield what is wrong with a block that is not text: each fault, with its place inside the block."""
    citations = block.get("citations")
    if citations is not None and (not isinstance(citations, dict) or not isinstance(citations.get("enabled"), bool)):
        yield "citations.enabled: Input should be a valid boolean"
    match block["type"]:
        case "image":
            yield from _image(block.get("source"))
        case "document":
            yield from _document(block)
        case "search_result":
            yield from _search_result(block)


def pages_in(data: bytes) -> int:
    """Count a PDF's pages without reading its compressed parts; at least 1."""
    counts = [int(count) for count in _COUNT.findall(data)]
    return max(len(_PAGE.findall(data)), *counts, 1)


def document_pages(block: Json) -> int:
    """Return the number of pages of a valid document, 0 if it is text."""
    source = block.get("source") or {}
    return pages_in(base64.b64decode(source["data"])) if source.get("type") == "base64" else 0


def request_faults(blocks: list[Json], context: int, *, has_format: bool, searches: bool = False) -> Iterator[str]:
    """Yield what is wrong with a request's blocks taken together; `context` is the model's window in tokens.

    `searches`: whether web search is declared, whose results are always cited.
    """
    most = PAGES if context > SMALL_WINDOW else PAGES_OF_SMALL_WINDOW
    if sum(document_pages(block) for block in blocks if block["type"] == "document") > most:
        yield f"A maximum of {most} PDF pages may be provided."
    citing = {bool((block.get("citations") or {}).get("enabled")) for block in blocks if block["type"] in CITABLE}
    if len(citing) > 1:
        yield "Citations must be enabled on all documents and search results, or on none"
    if searches and any(
        block["type"] == "search_result" and not (block.get("citations") or {}).get("enabled") for block in blocks
    ):
        yield "Citations must be enabled on search results when web search is declared"
    if True in citing and has_format:
        yield "output_config.format: citations cannot be used together with structured outputs"


def _decoded(data: object) -> bytes | None:
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) else None
    except (binascii.Error, ValueError):
        return None


def _image(source: object) -> Iterator[str]:
    if not isinstance(source, dict) or source.get("type") not in ("base64", "url", "file"):
        yield "source: Field required"
        return
    if source["type"] != "base64":
        return
    signatures = IMAGE_SIGNATURES.get(str(source.get("media_type")))
    if signatures is None:
        yield f"source.base64.media_type: Input should be one of {', '.join(IMAGE_SIGNATURES)}"
        return
    data = _decoded(source.get("data"))
    if data is None:
        yield "source.base64.data: Invalid base64"
    elif len(data) > IMAGE_BYTES:
        yield f"source.base64: image exceeds 10 MB maximum: {len(data)} bytes > {IMAGE_BYTES} bytes"
    elif not any(data.startswith(known) for group in IMAGE_SIGNATURES.values() for known in group):
        yield "source.base64.data: Could not process image"
    elif not data.startswith(signatures):
        yield f"source.base64.data: Image does not match the provided media type {source['media_type']}"


def _document(block: Json) -> Iterator[str]:
    source = block.get("source")
    kind = source.get("type") if isinstance(source, dict) else None
    if not isinstance(source, dict) or kind not in ("base64", "text", "content", "url", "file"):
        yield "source: Field required"
    elif kind == "base64":
        yield from _pdf(source)
    elif kind == "text":
        if source.get("media_type") != "text/plain":
            yield "source.text.media_type: Input should be 'text/plain'"
        if not isinstance(source.get("data"), str) or not source["data"]:
            yield "source.text.data: text documents must be non-empty"


def _pdf(source: Json) -> Iterator[str]:
    data = _decoded(source.get("data"))
    if source.get("media_type") != PDF:
        yield f"source.base64.media_type: Input should be '{PDF}'"
    elif data is None:
        yield "source.base64.data: Invalid base64"
    elif not data.lstrip().startswith(b"%PDF-"):
        yield "source.base64.data: The PDF specified was not valid."
    elif b"/Encrypt" in data:
        yield "source.base64.data: The PDF specified is password protected."


def _search_result(block: Json) -> Iterator[str]:
    for name in ("source", "title"):
        if not isinstance(block.get(name), str) or not block[name]:
            yield f"{name}: Field required"
    content = block.get("content")
    if not isinstance(content, list) or not content:
        yield "content: search results need at least one text block"
    elif not all(isinstance(part, dict) and part.get("type") == "text" and part.get("text") for part in content):
        yield "content: search results hold text blocks only"
