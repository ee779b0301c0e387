"""Complete a message: a platform sends several events for it, in any order, each with parts that others lack."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.message import FileRef, IncomingMessage, Message

_WORD = re.compile(r"\w+")


def union(first: IncomingMessage, later: IncomingMessage) -> IncomingMessage | None:
    """Return a message with what a later event of it adds, None if it adds nothing.

    Of two texts, the later edit's counts. If there was no edit between them, both count, because one event may lack
    what is in blocks or attachments.
    """
    if later.revision < first.revision:
        return None
    if later.revision > first.revision:
        whole = replace(later, answers_bot=first.answers_bot or later.answers_bot)
    else:
        text = joined(first.text, later.text)
        whole = replace(
            first,
            text=text,
            files=_all(first.files, later.files),
            mentions_bot=first.mentions_bot or later.mentions_bot,
            is_direct=first.is_direct or later.is_direct,
            answers_bot=first.answers_bot or later.answers_bot,
            addresses_other=(later if text == later.text else first).addresses_other,
            is_previewed=first.is_previewed or later.is_previewed,
            channels=first.channels or later.channels,
        )
    return None if whole == first else whole


def joined(first: str, later: str) -> str:
    """Return a text that says everything two texts say: one of them, if it has all words of the other."""
    if _words(later) <= _words(first):
        return first
    return later if _words(first) <= _words(later) else f"{first}\n\n{later}"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def _all(first: Sequence[FileRef], later: Sequence[FileRef]) -> tuple[FileRef, ...]:
    """Return all files, each as the event that says what it is tells of it."""
    found = {file.id: file for file in first}
    for file in later:
        known = found.get(file.id)
        if known is None or (file.media_type and not known.media_type):
            found[file.id] = file
    return tuple(found.values())


def completed(stored: Message, incoming: IncomingMessage) -> Message | None:
    """Return a stored message with what a later event of it adds, None if it adds nothing.

    A deleted message stays deleted, and an edited one keeps its text; so does a question that the model declined. An
    edit counts here if it brings a file: its text is taken in, and answered, like that of any other edit.
    """
    is_blank = not stored.text and not stored.files
    if (is_blank and (stored.is_edited or incoming.text)) or (stored.is_edited and not incoming.revision):
        return None
    if incoming.revision:
        return replace(stored, text=incoming.text, files=incoming.files) if _new_files(stored, incoming.files) else None
    whole = replace(stored, text=joined(stored.text, incoming.text), files=_all(stored.files, incoming.files))
    return None if whole == stored else whole


def changes_answer(stored: Message, whole: Message, incoming: IncomingMessage) -> bool:
    """Return whether the new part belongs to the question; a link's preview does not."""
    return _new_files(stored, whole.files) or (whole.text != stored.text and not incoming.is_previewed)


def _new_files(stored: Message, files: Sequence[FileRef]) -> bool:
    known = {file.id: file.media_type for file in stored.files}
    return any(file.id not in known or (file.media_type and not known[file.id]) for file in files)
