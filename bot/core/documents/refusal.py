"""Build the errors for files that can't be read, in sentences that say what to do about it."""

from __future__ import annotations

from bot.errors import UsageError

KINDS = "a CSV, TSV, JSON, XLSX, ODS or plain text file"


def unreadable(name: str) -> UsageError:
    """Return the error for a file that can't be read."""
    return UsageError(
        f"I can't read {name}: it should be {KINDS}. Opening it and saving it as CSV (UTF-8) usually helps."
    )


def another(name: str, what: str) -> UsageError:
    """Return the error for a file of another kind; `what` names it, as in "a PDF"."""
    return UsageError(f"I can't read {name}: it should be {KINDS}, but it is {what}.")


def protected(name: str) -> UsageError:
    """Return the error for a file that is protected by a password."""
    return UsageError(
        f"I can't read {name}: it is protected by a password. Remove the password, save it and send it again."
    )


def damaged(name: str) -> UsageError:
    """Return the error for a damaged file."""
    return UsageError(
        f"I can't read {name}: it is damaged, or not the kind of file that its name says. Open it in Excel or "
        "LibreOffice, save it as XLSX or CSV (UTF-8), and send that."
    )


def strangely_packed(name: str) -> UsageError:
    """Return the error for a file that is packed by a method that no one uses for such files."""
    return UsageError(
        f"I can't read {name}: it is damaged, or compressed in a way I don't know. Open it in Excel or LibreOffice, "
        "save it as XLSX, and send that."
    )


def unpacks_to_more(name: str, limit: int) -> UsageError:
    """Return the error for a packed file that holds more than `limit` bytes."""
    return UsageError(
        f"{name} unpacks to more than {limit // 1_000_000} MB, which is the most I can read: please split it, or save "
        "it as text (a sheet as CSV)."
    )
