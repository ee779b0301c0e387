"""What people read of a file that can't be read: in sentences that say what to do about it.

The constants are for `FileError`, which fills in `{name}`; the functions build a `UsageError`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.core.documents.kinds import READABLE
from bot.core.domain.message import FileState
from bot.errors import UsageError
from bot.language import N_, _, and_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "{name}"  # which `FileError` fills in

GONE = N_("{name} is gone, or I can't access it: please post it again.")
NO_ACCESS = N_("I don't have access to {name}: please post it here yourself, or share it in this channel.")
UNAVAILABLE: Mapping[str, str] = {
    FileState.GONE: GONE,
    FileState.HIDDEN: N_("{name} is too old for this workspace's Slack plan to show: please post it again."),
    FileState.DENIED: NO_ACCESS,
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
NOT_FOUND = N_("I can't find that file; it may have been deleted.")
NO_ROWS = N_("There are no rows in {name}.")
AWAY = N_("I could not fetch {name} just now: please ask again in a minute.")
TOO_MANY = N_("I can read {n} files at a time, so I left {name} out.")
TOO_BIG = N_("{name} is too large to read: it is {size:,.1f} MB, and the limit is {limit} MB.")
EMPTY = N_("{name} is empty.")
NO_IMAGE = N_("I can't read {name}: it is not an image, or it is damaged.")
TOO_WIDE = N_(
    "{name} is {width:,} x {height:,} pixels, and Claude accepts up to {limit:,} on each side: please send a smaller "
    "version."
)
NO_PDF = N_("I can't read {name}: it is not a PDF, or it is damaged.")
HEAVY_PDF = N_("{name} is more than I can read: please send only the pages that matter.")
LOCKED_PDF = N_("{name} is password-protected: please send a copy without a password.")
LOCKED_BOOK = N_("{name} is protected against copying, so I can't read it: please post a copy without protection.")
NO_TEXT = N_("I can't read {name}: it is not text.")
NO_ENCODING = N_("I can't tell the encoding of {name}: save it as UTF-8, and send it again.")
BROKEN = N_("I can't read {name}: it is damaged, or a kind of file I don't know.")
HEAVY = N_("{name} is more than I can read: please send a smaller part of it.")
HEAVY_EXPORT = N_("{name} is more than I can read: please export a shorter time range.")
HEAVY_SHEET = N_("{name} is more than I can read: please send a smaller part of it, or save it as CSV.")

# What to do about the kinds that people post most and that no library kept today reads.
ADVICE = {
    ".dat": N_(
        "Outlook has wrapped the attachments of an e-mail in it. Please ask the sender for the files themselves."
    ),
    ".doc": N_("it is in the old format of Word (DOC). Please save it as DOCX, and post that."),
    ".key": N_("it is a Keynote presentation. Please export it as PPTX or a PDF, and post that."),
    ".msg": N_("it is in Outlook's own format (MSG). Please save it as EML or as text, and post that."),
    ".numbers": N_("it is a Numbers spreadsheet. Please export it as XLSX or a PDF, and post that."),
    ".odg": N_("it is a drawing. Please export it as a PDF, and post that."),
    ".pages": N_("it is a Pages document. Please export it as DOCX or a PDF, and post that."),
    ".ppt": N_("it is in the old format of PowerPoint (PPT). Please save it as PPTX, and post that."),
    ".vsdx": N_("it is a Visio drawing. Please export it as a PDF, and post that."),
    ".zip": N_("it is an archive. Please unpack it, and post the files that matter."),
}
ADVICE |= dict.fromkeys((".7z", ".gz", ".rar", ".tar", ".tgz"), ADVICE[".zip"])


def of_kind(shown: str, name: str) -> str:
    """Return the sentence for a file of a kind that is not read, by its name or its extension."""
    ending = PurePath(name.lower()).suffix or name.lower()
    why = _(ADVICE[ending]) if ending in ADVICE else f"{_(READABLE)}."
    return _("I can't read {name}: {why}", name=shown, why=why)


def unreadable(name: str) -> UsageError:
    """Return the error for a file that can't be read."""
    return UsageError(
        _(
            "I can't read {name}: it should be a CSV, TSV, JSON, XLSX, ODS or plain text file. Opening it and saving "
            "it as CSV (UTF-8) usually helps.",
            name=name,
        )
    )


def another(name: str, what: str) -> UsageError:
    """Return the error for a file of another kind; `what` names it, as in "a PDF"."""
    return UsageError(
        _(
            "I can't read {name}: it should be a CSV, TSV, JSON, XLSX, ODS or plain text file, but it is {what}.",
            name=name,
            what=what,
        )
    )


def protected(name: str) -> UsageError:
    """Return the error for a file that is protected by a password."""
    return UsageError(
        _(
            "I can't read {name}: it is protected by a password. Remove the password, save it and send it again.",
            name=name,
        )
    )


def damaged(name: str) -> UsageError:
    """Return the error for a damaged file."""
    return UsageError(
        _(
            "I can't read {name}: it is damaged, or not the kind of file that its name says. Open it in Excel or "
            "LibreOffice, save it as XLSX or CSV (UTF-8), and send that.",
            name=name,
        )
    )


def strangely_packed(name: str) -> UsageError:
    """Return the error for a file that is packed by a method that no one uses for such files."""
    return UsageError(
        _(
            "I can't read {name}: it is damaged, or compressed in a way I don't know. Open it in Excel or "
            "LibreOffice, save it as XLSX, and send that.",
            name=name,
        )
    )


def unpacks_to_more(name: str, limit: int) -> UsageError:
    """Return the error for a packed file that holds more than `limit` bytes."""
    return UsageError(
        _(
            "{name} unpacks to more than {limit} MB, which is the most I can read: please split it, or save it as "
            "text (a sheet as CSV).",
            name=name,
            limit=limit // 1_000_000,
        )
    )


def too_many_cells(name: str, limit: int) -> UsageError:
    """Return the error for a table that has more than `limit` cells."""
    return UsageError(
        _(
            "{name} has more than {limit:,} cells, which is the most I can read: please leave out columns, or split "
            "it.",
            name=name,
            limit=limit,
        )
    )


def damaged_document(name: str) -> UsageError:
    """Return the error for a damaged document."""
    return UsageError(
        _(
            "I can't read {name}: it is damaged, or not the kind of file that its name says. Please open it, save it "
            "again or export it as a PDF, and post that.",
            name=name,
        )
    )


def only_a_link(name: str, address: str) -> UsageError:
    """Return the error for a file that only says where a document is."""
    return UsageError(
        _(
            "{name} is only a link to a document on Google Drive ({address}), which I can't open: please download it "
            "as DOCX, XLSX, PPTX or PDF, and post that.",
            name=name,
            address=address,
        )
    )


def without_text(name: str, left_out: Iterable[str]) -> UsageError:
    """Return the error for a document that has no text, only what is left out, if anything."""
    if only := and_list(left_out):
        return UsageError(
            _(
                "{name} has no text that I can read, only {only}: please export it as a PDF, and post that.",
                name=name,
                only=only,
            )
        )
    return UsageError(_(EMPTY, name=name))


def reaches_too_far(name: str, title: str, cell: str) -> str:
    """Say that a sheet has far-off cells."""
    return _(
        "{name} is more than I can read: the cells of its sheet “{title}” reach as far as {cell}, most of them blank. "
        "Delete the far-off cells, or copy the rows into a new file, and send that.",
        name=name,
        title=title,
        cell=cell,
    )
