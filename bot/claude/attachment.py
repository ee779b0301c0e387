"""Files in a request, in the forms that the API accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable

    from anthropic.types import Base64PDFSourceParam, DocumentBlockParam, ImageBlockParam, PlainTextSourceParam

    from bot.core.domain.attachment import Attachment

ImageType = Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
PDF: Literal["application/pdf"] = "application/pdf"


def block(attachment: Attachment, encode: Callable[[bytes], str]) -> ImageBlockParam | DocumentBlockParam:
    """Return a file as a block of a message: an image, a PDF, or else a text, with invalid UTF-8 replaced.

    `encode` writes bytes as base64, or a word that stands for it.
    """
    if _is_image(media_type := attachment.media_type):
        return {
            "type": "image",
            "source": {"type": "base64", "media_type": media_type, "data": encode(attachment.data)},
        }
    if media_type == PDF:
        pdf: Base64PDFSourceParam = {"type": "base64", "media_type": PDF, "data": encode(attachment.data)}
        return _document(attachment, pdf)
    text = attachment.data.decode(errors="replace").replace("\0", "\ufffd")
    source: PlainTextSourceParam = {"type": "text", "media_type": "text/plain", "data": text}
    return _document(attachment, source)


def is_document(attachment: Attachment) -> bool:
    """Return whether a file is sent as a document, which is anything but an image."""
    return not _is_image(attachment.media_type)


def _document(attachment: Attachment, source: Base64PDFSourceParam | PlainTextSourceParam) -> DocumentBlockParam:
    block: DocumentBlockParam = {"type": "document", "title": attachment.name, "source": source}
    return {**block, "context": attachment.context} if attachment.context else block


def _is_image(media_type: str) -> TypeGuard[ImageType]:
    return media_type in ("image/jpeg", "image/png", "image/gif", "image/webp")
