"""Build the errors for files that can't be read, in sentences that say what to do about it."""

from __future__ import annotations

from bot.errors import UsageError
from bot.language import _


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
