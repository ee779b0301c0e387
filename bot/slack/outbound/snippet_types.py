"""What Slack calls the language of a file that is uploaded, so that it shows the file colored."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.domain.message import Upload

LARGEST_SNIPPET = 1_000_000  # bytes; https://docs.slack.dev/reference/methods/files.getUploadURLExternal
# Slack shows a snippet colored, and can be told its language: https://docs.slack.dev/reference/objects/file-object
SNIPPETS = {  # not for people: extensions
    extension: kind
    for kind, extensions in {
        "c": "c h",
        "cpp": "cpp cc cxx hpp",
        "csharp": "cs",
        "css": "css",
        "go": "go",
        "haskell": "hs",
        "html": "html htm",
        "java": "java",
        "javascript": "js mjs cjs jsx",
        "kotlin": "kt kts",
        "lua": "lua",
        "perl": "pl pm",
        "php": "php",
        "powershell": "ps1",
        "python": "py pyi",
        "r": "r",
        "ruby": "rb",
        "rust": "rs",
        "scala": "scala",
        "shell": "sh bash",
        "sql": "sql",
        "swift": "swift",
        "typescript": "ts mts cts",
        "xml": "xml",
        "yaml": "yaml yml",
    }.items()
    for extension in extensions.split()
}


def snippet_type(file: Upload) -> str | None:
    """Return Slack's name for the language that a file is written in, None where it has none, or the file is large."""
    extension = PurePosixPath(file.name).suffix.removeprefix(".").lower()
    return SNIPPETS.get(extension) if len(file.content) <= LARGEST_SNIPPET else None
