"""Files in Slack's JSON: those of a message and of those that it forwards, and whether each is available.

https://docs.slack.dev/reference/objects/file-object
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.domain.message import FileRef, FileState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FILES = 20  # of one message
DEEPEST = 3  # levels of messages in messages
LONGEST_NAME = 200  # characters
# Modes and types of what is a page of Slack's own, and no file that could be fetched.
PAGES = {"canvas", "list", "quip", "space_canvas"}
TRANSCRIPT = "text/vtt"
# How Slack says that a file is closed to an app, or gone; that it has to be asked for first; that a plan hides it.
CLOSED = {"access_denied", "file_access_denied", "not_visible", "restricted"}
LOST = {"file_not_found", "file_deleted", "not_found"}
STUB = "check_file_info"
HIDDEN = "hidden_by_limit"


def file_refs(message: Mapping[str, Any]) -> tuple[FileRef, ...]:
    """Return references to a message's files, and to those of the messages that it forwards; each once."""
    found: dict[str, FileRef] = {}
    for file, depth in _files(message, 0):
        if len(found) == MOST_FILES:
            break
        if identity := _string(file.get("id")):
            found.setdefault(identity, replace(file_ref(file), is_shared=depth > 0))
    return tuple(found.values())


def remaining(message: Mapping[str, Any]) -> tuple[FileRef, ...]:
    """Return references to a message's files as `file_refs` does, without those that are gone."""
    return tuple(file for file in file_refs(message) if file.state is not FileState.GONE)


def file_ref(file: Mapping[str, Any]) -> FileRef:
    """Read one file, as events or `files.info` have it."""
    name = " ".join(_string(file.get("name") or file.get("title")).split())[:LONGEST_NAME]
    is_clip = _is_clip(file)
    return FileRef(
        id=_string(file.get("id")),
        name=name or "file",
        media_type=TRANSCRIPT if is_clip and _transcript(file) else _string(file.get("mimetype")),
        size=0 if is_clip else _size(file),
        state=_state(file),
    )


def described(file: Mapping[str, Any]) -> FileRef:
    """Read a file as `files.info` has it: what is missing is unavailable."""
    found = file_ref(file)
    if _is_clip(file) and not _transcript(file):
        is_coming = _status(file) in {"processing", "pending", "in_progress"}
        return replace(found, state=FileState.UNHEARD if is_coming else FileState.HERE)
    if found.state is FileState.UNKNOWN:
        return replace(found, state=FileState.DENIED)
    return found


def transcript_url(file: Mapping[str, Any]) -> str:
    """Return the URL of a voice or video clip's transcript, "" if it has none."""
    return _string(file.get("vtt")) if _is_clip(file) and _transcript(file) else ""


def transcript(file: Mapping[str, Any]) -> str:
    """Return a clip's transcript as far as it came with it."""
    match file.get("transcription"):
        case {"preview": {"content": str(words)}}:
            return words
        case _:
            return ""


def _state(file: Mapping[str, Any]) -> FileState:
    mode, access = _string(file.get("mode")), _string(file.get("file_access"))
    states = {
        FileState.GONE: mode == "tombstone" or access in LOST,
        FileState.HIDDEN: HIDDEN in {mode, access},
        FileState.DENIED: access in CLOSED,
        FileState.UNKNOWN: access == STUB or mode == "file_access",
        FileState.OUTSIDE: mode == "external" or file.get("is_external") is True,
        FileState.PAGE: bool({mode, _string(file.get("filetype"))} & PAGES),
    }
    if state := next((state for state, holds in states.items() if holds), None):
        return state
    return FileState.UNKNOWN if _is_clip(file) and not _transcript(file) else FileState.HERE


def _is_clip(file: Mapping[str, Any]) -> bool:
    """Return whether a file was recorded in Slack, which writes down what is said in it."""
    return _string(file.get("subtype")) in {"slack_audio", "slack_video"} or isinstance(file.get("transcription"), dict)


def _status(file: Mapping[str, Any]) -> str:
    match file.get("transcription"):
        case {"status": str(status)}:
            return status
        case _:
            return ""


def _transcript(file: Mapping[str, Any]) -> bool:
    return _status(file) == "complete" and bool(_string(file.get("vtt")) or transcript(file))


def _files(message: Mapping[str, Any], depth: int) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Find the files of a message, its own first; forwarded messages are attachments."""
    yield from ((file, depth) for file in _dicts(message.get("files")))
    if depth == DEEPEST:
        return
    for part in _dicts(message.get("attachments")):
        yield from ((file, depth + 1) for file in _dicts(part.get("files")))
        for shared in _dicts(part.get("message_blocks")):
            if isinstance(inner := shared.get("message"), dict):
                yield from _files(inner, depth + 1)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _size(file: Mapping[str, Any]) -> int:
    size = file.get("size")
    return size if isinstance(size, int) and size > 0 else 0


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
