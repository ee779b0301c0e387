"""Read an e-mail (EML), or a web page that was saved as one (MHTML)."""

from __future__ import annotations

import email
import email.policy
import re
from typing import TYPE_CHECKING

from bot.core.decoding.text import clean, decode
from bot.core.documents import web_page
from bot.core.documents.document import Document, Thing, named, within
from bot.core.domain.message import FileRef
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import MIMEPart

    from bot.core.documents.document import Words

HEADERS = ("From", "To", "Cc", "Date", "Subject")
LONGEST_HEADER = 1_000  # characters that are kept
MOST_ATTACHMENTS = 20  # that are read


def read(data: bytes, attachment: Callable[[FileRef, bytes], Document]) -> Document:
    """Read a mail, and with `attachment` those of its attachments that are texts, which may raise `UsageError`."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    heads = [f"{name}: {value}" for name in HEADERS if (value := _header(mail, name))]
    body = mail.get_body(("plain", "html"))
    said, left_out = _body(body) if body is not None else ("", ())
    if not said and (html := mail.get_body(("html",))) is not None:
        said, left_out = _body(html)
    written = ["\n".join(heads), said]
    unread = []
    for number, part in enumerate(_parts(mail, body)):
        if not _is_attached(part):
            written.append(_body(part)[0])  # what some programs write between and after attachments
            continue
        name = " ".join((part.get_filename() or part.get_content_type()).split())
        if number >= MOST_ATTACHMENTS:
            unread.append(name)
            continue
        try:
            found = attachment(FileRef("", name, part.get_content_type(), 0), _content(part))
        except (UsageError, ValueError):
            unread.append(name)
        else:
            written.append(f"# Attachment “{name}”\n\n{found.text}")
            left_out = (*left_out, *within(name, found.missing()))
    return Document("\n\n".join(filter(None, written)), (*named(Thing.ATTACHMENT, unread), *left_out))


def _header(mail: MIMEPart, name: str) -> str:
    try:
        value = str(mail.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError):  # what the parser of addresses and dates can raise
        value = next((str(raw) for key, raw in mail.raw_items() if key.lower() == name.lower()), "")
    return clean(" ".join(value.split()))[:LONGEST_HEADER]


def _parts(mail: MIMEPart, body: MIMEPart | None) -> Iterator[MIMEPart]:
    """Yield the parts beside the text itself: not its other forms, nor the pictures inside it. A mail in it is one."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            waiting += reversed(list(part.iter_parts()))
        elif part is not body and part is not mail:
            is_inside = part.get_content_disposition() != "attachment" and part.get("Content-ID")
            if _is_attached(part) or (not is_inside and part.get_content_type() == "text/plain"):
                yield part


def _is_attached(part: MIMEPart) -> bool:
    if part.get_content_type() == "message/rfc822" or part.get_content_disposition() == "attachment":
        return True
    return bool(part.get_filename()) and not part.get("Content-ID")


def _body(part: MIMEPart) -> tuple[str, tuple[Words, ...]]:
    text = _decoded(part)
    if part.get_content_type() != "text/html":
        return "\n".join(line.rstrip() for line in text.splitlines()).strip(), ()
    found = web_page.read(text)
    return found.text, found.unread


def _content(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return b"".join(one.as_bytes() for one in part.iter_parts())
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _decoded(part: MIMEPart) -> str:
    """Decode a text by the encoding that it names, or by its bytes if that does not fit."""
    content = _content(part)
    try:
        charset = part.get_content_charset("ascii")
        return clean(content.decode(re.sub("-[ie]$", "", charset)))  # what comes first in a line of Hebrew
    except (LookupError, UnicodeError):
        pass
    try:
        return decode("", content).text
    except (UsageError, ValueError):
        return clean(content.decode("cp1252", errors="replace"))
