"""Images, documents and search results: what the Messages API takes, and what it says of the rest."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from bot.playground.anthropic.attachments import IMAGE_BYTES, pages_in
from bot.playground.anthropic.rules import MessagesApiError, check_request
from bot.playground.anthropic.usage import TOKENS_PER_ATTACHMENT, count_input

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.7\n1 0 obj << /Type /Pages /Count 3 >> 2 0 obj << /Type /Page >>\n%%EOF"


def image(data: bytes, media_type: str = "image/png") -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
    return {"type": "image", "source": source}


def document(data: bytes, media_type: str = "application/pdf", **rest: Any) -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
    return {"type": "document", "source": source} | rest


def found(text: str = "It rained.", **rest: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"type": "search_result", "source": "https://x.test/1", "title": "Ada", "content": content} | rest


def request(*blocks: Any, model: str = "claude-haiku-5-5", **rest: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": list(blocks)}]} | rest


@pytest.mark.parametrize(
    "blocks",
    [
        [image(PNG)],
        [image(b"\xff\xd8\xff\xe0", "image/jpeg"), image(b"GIF89a", "image/gif"), image(b"RIFF", "image/webp")],
        [document(PDF, title="Plan")],
        [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}],
        [found(citations={"enabled": True}), found(citations={"enabled": True})],
    ],
)
def test_sound_attachments_are_let_through(blocks: list[Any]) -> None:
    check_request(request(*blocks), "2026-10-21")


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([image(b"hello")], "Could not process image"),
        ([image(PNG, "image/jpeg")], "does not match"),
        ([image(PNG, "image/bmp")], "media_type"),
        ([image(PNG + b"\0" * IMAGE_BYTES)], "exceeds 10 MB"),
        ([document(b"hello")], "not valid"),
        ([document(PDF + b"<< /Encrypt 5 0 R >>")], "password protected"),
        ([document(PDF.replace(b"3", b"601"))], "maximum of 600 PDF pages"),
        ([found(source="")], "source"),
        ([found(content=[])], "content"),
        ([found(citations={"enabled": True}), found()], "all documents and search results"),
    ],
)
def test_faulty_attachments_are_refused(blocks: list[Any], message: str) -> None:
    with pytest.raises(MessagesApiError, match=message) as refused:
        check_request(request(*blocks), "2026-10-21")
    assert refused.value.status == 400


def test_a_small_window_takes_fewer_pages() -> None:
    with pytest.raises(MessagesApiError, match="maximum of 100"):
        check_request(request(document(PDF.replace(b"3", b"101")), model="claude-haiku-4-5"), "2026-10-21")


def test_citations_go_without_a_form() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    config: Any = {"format": {"type": "json_schema", "schema": schema}}
    with pytest.raises(MessagesApiError, match="structured outputs"):
        check_request(request(found(citations={"enabled": True}), output_config=config), "2026-10-21")


def test_a_document_counts_by_its_pages() -> None:
    assert pages_in(PDF) == 3
    fields, facts = check_request(request(document(PDF)), "2026-10-21")
    assert count_input(fields, facts) == 3 * TOKENS_PER_ATTACHMENT
