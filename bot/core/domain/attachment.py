"""Files on their way to the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes to the model with a turn: an image, a PDF or a text.

    `data` is the file's bytes, `tokens` the most that they take in a request, `file` the id of the original file.
    `context` is told to the model beside them.
    """

    name: str
    media_type: str
    data: bytes
    tokens: int
    file: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that was opened, how many characters of its end were cut, and what a person is told of it, if anything.

    `pictures` are those inside it that go to the model, too.
    """

    attachment: Attachment
    characters_cut: int = 0
    told: str = ""
    pictures: tuple[Attachment, ...] = ()

    @property
    def all(self) -> tuple[Attachment, ...]:
        """All that goes to the model."""
        return (self.attachment, *self.pictures)
