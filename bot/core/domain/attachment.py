"""Files on their way to the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes to the model with a turn: an image, a PDF or a text.

    `data` is the file's bytes, `tokens` what they take of a request at most, `file` the id of the file it is from.
    """

    name: str
    media_type: str
    data: bytes
    tokens: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that was opened, and how much of it was cut."""

    attachment: Attachment
    characters_cut: int = 0
