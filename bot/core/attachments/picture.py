"""Read an image's size from its header, without decoding it."""

from __future__ import annotations

from io import BytesIO

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def sides(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels; None if the header can't be read, so that the API has to judge."""
    from PIL import Image  # noqa: PLC0415 (most days bring no picture)

    Image.MAX_IMAGE_PIXELS = None  # it bounds decoding; here only the header is read
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            return picture.size
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for a damaged one
        return None
