"""Decide which of a message's files the model can read, and say what is wrong with the others."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

from bot.core.attachments import limits, picture
from bot.core.decoding.text import decode
from bot.core.documents import kinds, refusal
from bot.core.documents.identify import IMAGES, with_content_type, with_type
from bot.core.documents.kinds import MAIL, PDF, TEXT
from bot.core.domain.attachment import Attachment, OpenedFile
from bot.core.domain.message import FileState
from bot.core.tokens import estimate_tokens, shorten
from bot.errors import ChatError, FileError, RevokedError, UsageError
from bot.language import _, and_list, in_english, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdf import PdfReader

    from bot.core.domain.message import FileRef, Place
    from bot.core.ports import Chat

log = logging.getLogger(__name__)

WIDE = ("UTF-16", "UTF-32")  # no other text has a zero byte


@dataclass(frozen=True, slots=True)
class Attached:
    """A message's files that go to the model, and a sentence for each of the others."""

    files: tuple[OpenedFile, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that go to the model."""
        return tuple(one for file in self.files for one in file.all)

    @property
    def told(self) -> str:
        """The notes that end the answer: what was not read, of each file."""
        told = (*(file.told for file in self.files if file.told), *self.faults)
        return "".join(f"\n\n_{sentence}_" for sentence in told)

    @property
    def tokens(self) -> int:
        """The tokens that they take of a request."""
        return sum(one.tokens for one in self.attachments)


def check(file: FileRef) -> int:
    """Return how many bytes a file can have, by its kind. Raises `FileError` for one that can't be read.

    Call it before the file is downloaded.
    """
    check_state(file)
    if file.media_type in IMAGES:
        limit = limits.IMAGE_BYTES
    elif file.media_type == PDF:
        limit = limits.PDF_BYTES
    elif file.media_type in {kinds.DOCUMENT, MAIL}:
        limit = limits.DOCUMENT_BYTES
    elif file.media_type in {TEXT, *kinds.SOURCES, ""}:
        limit = limits.TEXT_BYTES
    else:
        raise FileError(refusal.of_kind(refusal.NAME, file.name))
    if file.size > limit:
        raise FileError(_too_big(file.size, limit))
    return limit


def check_state(file: FileRef) -> None:
    """Raise `FileError` for a file that is not available."""
    if fault := refusal.UNAVAILABLE.get(file.state):
        raise FileError(_(fault))


def _too_big(size: int, limit: int) -> str:
    return _(
        refusal.TOO_BIG,
        name=refusal.NAME,
        size=size / limits.MEGABYTE,
        limit=limit // limits.MEGABYTE,
    )


def opened(file: FileRef, data: bytes, room: int) -> OpenedFile:
    """Open a downloaded file; a text is cut to `room` tokens. Raises `FileError`.

    It accepts anything and may take any time and memory, so call it where `FileReader` bounds both.
    """
    if not data:
        raise FileError(_(refusal.EMPTY))
    if file.media_type in IMAGES:
        return _image(file, data, room)
    if file.media_type == PDF:
        return _pdf(file, data, room)
    if file.media_type in kinds.READ:
        return _document(file, data, room)
    return _text(file, decoded(file.name, data), room)


def _image(file: FileRef, data: bytes, room: int) -> OpenedFile:
    found = next((kind for kind, starts in IMAGES.items() if data.startswith(starts)), "")
    if not found or (found == "image/webp" and data[8:12] != b"WEBP"):
        raise FileError(_(refusal.NO_IMAGE))
    if (sides := picture.sides(data)) and max(sides) > limits.LONGEST_SIDE:
        raise FileError(
            _(
                refusal.TOO_WIDE,
                name=refusal.NAME,
                width=sides[0],
                height=sides[1],
                limit=limits.LONGEST_SIDE,
            )
        )
    if room < limits.TOKENS_PER_IMAGE:
        raise FileError(_(refusal.NO_ROOM))
    return OpenedFile(Attachment(file.name, found, data, limits.TOKENS_PER_IMAGE))


def _pdf(file: FileRef, data: bytes, room: int) -> OpenedFile:
    from pypdf import PdfReader  # noqa: PLC0415 (it takes 0.2 s, and most days bring no PDF)
    from pypdf.errors import LimitReachedError  # noqa: PLC0415

    try:
        reader = PdfReader(BytesIO(data), strict=False)
        is_locked, pages = reader.is_encrypted, 0
        if not is_locked:
            pages = len(reader.pages)
    except MemoryError:
        raise  # it says nothing about the file's form
    except LimitReachedError:
        raise FileError(_(refusal.HEAVY_PDF)) from None
    except Exception as error:  # noqa: BLE001 (what a damaged file can set off in a parser is listed nowhere)
        log.info("a PDF could not be read: %s", type(error).__name__)
        raise FileError(_(refusal.NO_PDF)) from None
    if is_locked:
        raise FileError(_(refusal.LOCKED_PDF))
    most = limits.MOST_PAGES if room > limits.SMALL_WINDOW else limits.MOST_PAGES_OF_SMALL_WINDOW
    fits = min(max(pages, 1), most, room // limits.TOKENS_PER_PAGE)
    if fits < 1:
        raise FileError(_(refusal.NO_ROOM))
    if fits >= pages:
        return OpenedFile(Attachment(file.name, PDF, data, fits * limits.TOKENS_PER_PAGE))
    shown = f"*{file.name}*"
    context = f"These are the first {fits} of the {pages:,} pages."  # not for people: told to Claude
    told = ngettext(
        "I read the first of the {pages:,} pages of {name}: no more fit at once.",
        "I read the first {n} of the {pages:,} pages of {name}: no more fit at once.",
        fits,
        pages=pages,
        name=shown,
    )
    kept = Attachment(file.name, PDF, _first_pages(reader, fits), fits * limits.TOKENS_PER_PAGE, context=context)
    return OpenedFile(kept, told=told)


def _first_pages(reader: PdfReader, count: int) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415 (as above)

    writer = PdfWriter()
    writer.append(reader, pages=(0, count), import_outline=False)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _document(file: FileRef, data: bytes, room: int) -> OpenedFile:
    from bot.core.documents.read import read  # noqa: PLC0415 (it loads a parser, and most days bring no document)

    shown = f"*{file.name}*"
    try:
        found = read(shown, file.name, file.media_type, data)
    except UsageError as error:
        raise FileError(error.sentence) from error
    got = _text(file, found.text, room)
    pictures = tuple(_pictures(file.name, found.pictures, room - got.attachment.tokens, len(data)))
    unread = found.missing(len(pictures))
    with in_english():
        missing = and_list(words() for words in unread)
        about = f"Not read: {missing}." if missing else ""  # not for people: told to Claude
    context = " ".join(filter(None, (about, found.about)))
    told = []
    if missing:
        unread_by_all = and_list(words() for words in unread)
        told.append(_("I read {name}, except for {missing}.", name=shown, missing=unread_by_all))
    if found.unseen:
        unseen = and_list(words() for words in found.unseen)
        told.append(_("What I read of {name} includes {unseen}.", name=shown, unseen=unseen))
    kept = replace(got.attachment, context=context)
    return replace(got, attachment=kept, told=" ".join(told), pictures=pictures)


def _pictures(name: str, found: Sequence[bytes], room: int, size: int) -> Iterator[Attachment]:
    """Return the pictures inside a document of `size` bytes that the API takes: the first few that fit."""
    number = 0
    for data in found:
        kind = next((kind for kind, starts in IMAGES.items() if data.startswith(starts)), "")
        sides = picture.sides(data) if kind else None
        if (
            sides is None
            or max(sides) > limits.LONGEST_SIDE
            or min(sides) < limits.SMALLEST_SIDE
            or len(data) > min(size, limits.IMAGE_BYTES)
        ):
            continue
        room, size, number = room - limits.TOKENS_PER_IMAGE, size - len(data), number + 1
        if number > limits.MOST_PICTURES or room < 0:
            return
        yield Attachment(
            f"{name}, picture {number}", kind, data, limits.TOKENS_PER_IMAGE
        )  # not for people: told to Claude


def _text(file: FileRef, text: str, room: int) -> OpenedFile:
    if not text.strip():
        raise FileError(_(refusal.EMPTY))
    kept, cut = shorten(text, room)
    if not kept.strip():
        raise FileError(_(refusal.NO_ROOM))
    return OpenedFile(Attachment(file.name, "text/plain", kept.encode(), estimate_tokens(kept)), cut)


def decoded(name: str, data: bytes) -> str:
    """Read a file's bytes as text. Raises `FileError` for what is not text, or whose encoding can't be determined."""
    not_text = FileError(_(refusal.NO_TEXT))
    try:
        found = decode(name, data)
    except UsageError:
        raise FileError(_(refusal.NO_ENCODING)) from None
    except ValueError:
        raise not_text from None
    if b"\0" in data and not found.encoding.startswith(WIDE):
        raise not_text
    return found.text


async def attach(
    files: Sequence[FileRef],
    place: Place,
    room: int,
    chat: Chat,
    *,
    can_wait: bool = False,
    as_source: bool = False,
) -> Attached:
    """Download files and open them, one after the other, as long as they fit into `room` tokens.

    A sentence reports each file that could not be read. `can_wait`: raise a transient `ChatError` instead. `as_source`:
    give web pages and notebooks as their code. Raises `RevokedError`.
    """
    found = Attached()
    for file in files:
        try:
            got = await _fetch(file, place, found, room, chat, as_source=as_source)
        except FileError as error:
            found = replace(found, faults=(*found.faults, error.about(file.name)))
        except ChatError as error:
            if can_wait or isinstance(error, RevokedError):
                raise
            log.warning("a file could not be fetched: %s", error)
            found = replace(found, faults=(*found.faults, FileError(_(refusal.AWAY)).about(file.name)))
        else:
            found = replace(found, files=(*found.files, got))
    return found


async def looked_up(files: Sequence[FileRef], place: Place, chat: Chat) -> tuple[FileRef, ...]:
    """Look up those of a message's files that came with little more than an id. Raises `ChatError`."""
    found = []
    for file in files:
        if file.state != FileState.UNKNOWN:
            found.append(file)
            continue
        try:
            found.append(await chat.files.describe(place, file))
        except FileError:
            found.append(replace(file, state=FileState.GONE))
    return tuple(found)


async def _fetch(file: FileRef, place: Place, found: Attached, room: int, chat: Chat, *, as_source: bool) -> OpenedFile:
    if len(found.files) == limits.MOST_FILES:
        raise FileError(_(refusal.TOO_MANY, n=limits.MOST_FILES, name=refusal.NAME))
    if file.state == FileState.UNKNOWN:
        file = await chat.files.describe(place, file)
    file = with_type(file)
    if as_source and file.media_type in kinds.SOURCES:
        file = replace(file, media_type=TEXT)
    limit = min(check(file), limits.ALL_BYTES - sum(len(other.data) for other in found.attachments))
    if file.size > limit:
        raise FileError(_(refusal.NO_ROOM))
    data = await chat.files.download(place, file.id, limit)
    got = await chat.file_reader.open(with_content_type(file, data), data, room - found.tokens)
    return replace(got, attachment=replace(got.attachment, file=file.id))
