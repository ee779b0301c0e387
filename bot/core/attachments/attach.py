"""Decide which of a message's files the model can read, and say what is wrong with the others.

Limits of the API: https://platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

from bot.core.attachments import picture
from bot.core.decoding.text import decode
from bot.core.documents import kinds
from bot.core.documents.identify import IMAGES, with_content_type, with_type
from bot.core.documents.kinds import MAIL, PDF, TEXT
from bot.core.domain.attachment import Attachment, OpenedFile
from bot.core.domain.message import FileState
from bot.core.tokens import estimate_tokens, shorten
from bot.errors import ChatError, FileError, RevokedError, UsageError
from bot.language import N_, _, and_list, in_english, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pypdf import PdfReader

    from bot.core.domain.message import FileRef, Place
    from bot.core.ports import Chat

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
IMAGE_BYTES = 7 * MEGABYTE  # the API takes 10 MB, counted in base64
PDF_BYTES = 20 * MEGABYTE
DOCUMENT_BYTES = 20 * MEGABYTE
TEXT_BYTES = 4 * MEGABYTE
ALL_BYTES = 20 * MEGABYTE  # of one request, which may have 32 MB, counted in base64
MOST_FILES = 10  # of one request
MOST_PAGES, MOST_PAGES_OF_SMALL_WINDOW = 600, 100  # of one request
SMALL_WINDOW = 200_000  # tokens
TOKENS_PER_IMAGE = 1_600
MOST_PICTURES = 5  # of those inside one document
SMALLEST_SIDE = 40  # pixels of such a picture: what is smaller is a bullet or a line
TOKENS_PER_PAGE = 2_500  # a page goes as its text and as a picture of it

FAULTS: Mapping[str, str] = {
    FileState.GONE: N_("{name} is gone, or I can't access it: please post it again."),
    FileState.HIDDEN: N_("{name} is too old for this workspace's Slack plan to show: please post it again."),
    FileState.DENIED: N_("I don't have access to {name}: please post it here yourself, or share it in this channel."),
    FileState.OUTSIDE: N_(
        "{name} is only a link to a file stored elsewhere, which I can't open: please post the file."
    ),
    FileState.PAGE: N_(
        "{name} is a canvas or a list, which I can't open: please paste what matters, or post it as a PDF."
    ),
    FileState.UNHEARD: N_("{name} has no transcript yet: please ask again in a minute."),
    FileState.REJECTED: N_("Claude could not open {name}, so I left it out."),
}
NO_ROOM = N_("{name} no longer fits in this thread: please ask about it in a new one.")
AWAY = N_("I could not fetch {name} just now: please ask again in a minute.")
NAME = "{name}"  # which `FileError` fills in
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
        limit = IMAGE_BYTES
    elif file.media_type == PDF:
        limit = PDF_BYTES
    elif file.media_type in {kinds.DOCUMENT, MAIL}:
        limit = DOCUMENT_BYTES
    elif file.media_type in {TEXT, *kinds.SOURCES, ""}:
        limit = TEXT_BYTES
    else:
        raise FileError(kinds.refusal("{name}", file.name))
    if file.size > limit:
        raise FileError(_too_big(file.size, limit))
    return limit


def check_state(file: FileRef) -> None:
    """Raise `FileError` for a file that is not available."""
    if fault := FAULTS.get(file.state):
        raise FileError(_(fault))


def _too_big(size: int, limit: int) -> str:
    return _(
        "{name} is too large to read: it is {size:,.1f} MB, and the limit is {limit} MB.",
        name=NAME,
        size=size / MEGABYTE,
        limit=limit // MEGABYTE,
    )


def opened(file: FileRef, data: bytes, room: int) -> OpenedFile:
    """Open a downloaded file; a text is cut to `room` tokens. Raises `FileError`.

    It accepts anything and may take any time and memory, so call it where `FileReader` bounds both.
    """
    if not data:
        raise FileError(_("{name} is empty."))
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
        raise FileError(_("I can't read {name}: it is not an image, or it is damaged."))
    if (sides := picture.sides(data)) and max(sides) > LONGEST_SIDE:
        raise FileError(
            _(
                "{name} is {width:,} x {height:,} pixels, and Claude accepts up to {limit:,} on each side: please send "
                "a smaller version.",
                name=NAME,
                width=sides[0],
                height=sides[1],
                limit=LONGEST_SIDE,
            )
        )
    if room < TOKENS_PER_IMAGE:
        raise FileError(_(NO_ROOM))
    return OpenedFile(Attachment(file.name, found, data, TOKENS_PER_IMAGE))


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
        raise FileError(_("{name} is more than I can read: please send only the pages that matter.")) from None
    except Exception as error:  # noqa: BLE001 (what a damaged file can set off in a parser is listed nowhere)
        log.info("a PDF could not be read: %s", type(error).__name__)
        raise FileError(_("I can't read {name}: it is not a PDF, or it is damaged.")) from None
    if is_locked:
        raise FileError(_("{name} is password-protected: please send a copy without a password."))
    most = MOST_PAGES if room > SMALL_WINDOW else MOST_PAGES_OF_SMALL_WINDOW
    fits = min(max(pages, 1), most, room // TOKENS_PER_PAGE)
    if fits < 1:
        raise FileError(_(NO_ROOM))
    if fits >= pages:
        return OpenedFile(Attachment(file.name, PDF, data, fits * TOKENS_PER_PAGE))
    shown = f"*{file.name}*"
    context = f"These are the first {fits} of the {pages:,} pages."  # not for people: told to Claude
    told = ngettext(
        "I read the first of the {pages:,} pages of {name}: no more fit at once.",
        "I read the first {n} of the {pages:,} pages of {name}: no more fit at once.",
        fits,
        pages=pages,
        name=shown,
    )
    kept = Attachment(file.name, PDF, _first_pages(reader, fits), fits * TOKENS_PER_PAGE, context=context)
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
            or max(sides) > LONGEST_SIDE
            or min(sides) < SMALLEST_SIDE
            or len(data) > min(size, IMAGE_BYTES)
        ):
            continue
        room, size, number = room - TOKENS_PER_IMAGE, size - len(data), number + 1
        if number > MOST_PICTURES or room < 0:
            return
        yield Attachment(f"{name}, picture {number}", kind, data, TOKENS_PER_IMAGE)  # not for people: told to Claude


def _text(file: FileRef, text: str, room: int) -> OpenedFile:
    if not text.strip():
        raise FileError(_("{name} is empty."))
    kept, cut = shorten(text, room)
    if not kept.strip():
        raise FileError(_(NO_ROOM))
    return OpenedFile(Attachment(file.name, "text/plain", kept.encode(), estimate_tokens(kept)), cut)


def decoded(name: str, data: bytes) -> str:
    """Read a file's bytes as text. Raises `FileError` for what is not text, or whose encoding can't be determined."""
    not_text = FileError(_("I can't read {name}: it is not text."))
    try:
        found = decode(name, data)
    except UsageError:
        raise FileError(_("I can't tell the encoding of {name}: save it as UTF-8, and send it again.")) from None
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
            found = replace(found, faults=(*found.faults, FileError(_(AWAY)).about(file.name)))
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
    if len(found.files) == MOST_FILES:
        raise FileError(_("I can read {n} files at a time, so I left {name} out.", n=MOST_FILES, name=NAME))
    if file.state == FileState.UNKNOWN:
        file = await chat.files.describe(place, file)
    file = with_type(file)
    if as_source and file.media_type in kinds.SOURCES:
        file = replace(file, media_type=TEXT)
    limit = min(check(file), ALL_BYTES - sum(len(other.data) for other in found.attachments))
    if file.size > limit:
        raise FileError(_(NO_ROOM))
    data = await chat.files.download(place, file.id, limit)
    got = await chat.file_reader.open(with_content_type(file, data), data, room - found.tokens)
    return replace(got, attachment=replace(got.attachment, file=file.id))


LONGEST_SIDE = 8_000  # pixels that the API takes: https://platform.claude.com/docs/en/build-with-claude/vision
