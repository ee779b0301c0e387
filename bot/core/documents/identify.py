"""Decide what to read a file as, by its declared type, its extension, and its content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.core.documents import kinds
from bot.core.documents.kinds import DOCUMENT, PDF, TEXT

if TYPE_CHECKING:
    from bot.core.domain.message import FileRef

IMAGES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
# Other names for those types.
ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "application/acrobat": PDF,
    "application/x-pdf": PDF,
    "text/pdf": PDF,
}
# Vague types: the extension or the content decides.
VAGUE = {
    "",
    "application/binary",
    "application/download",
    "application/force-download",
    "application/octet-stream",
    "application/octetstream",
    "application/unknown",
    "application/x-binary",
    "application/x-download",
    "application/x-unknown",
    "binary/octet-stream",
}
ENDINGS = {
    ".gif": "image/gif",
    ".jfif": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".pdf": PDF,
    ".png": "image/png",
    ".webp": "image/webp",
}
_NO_DOCUMENTS = ("audio/", "video/")  # whatever their names say
# Extensions of files that can't be read, so that they are not downloaded to find out.
OTHERS = {
    *(".7z", ".aac", ".ai", ".apk", ".avi", ".avif", ".bin", ".bmp", ".bz2", ".dll", ".dmg", ".eps"),
    *(".exe", ".fig", ".flac", ".gz", ".heic", ".heif", ".ico", ".iso", ".jar", ".key", ".m4a", ".mkv", ".mov"),
    *(".mp3", ".mp4", ".msg", ".msi", ".numbers", ".odg", ".ogg", ".otf", ".pages", ".parquet", ".pkg"),
    *(".psd", ".rar", ".sketch", ".so", ".sqlite", ".tar", ".tgz", ".tif", ".tiff", ".ttf", ".wav"),
    *(".vsdx", ".webm", ".wma", ".wmv", ".woff", ".woff2", ".xz", ".zip", ".zst"),
}
TEXTS = {
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/javascript",
    "application/x-javascript",
    "application/typescript",
    "application/sql",
    "application/x-sh",
    "application/x-httpd-php",
    "application/x-ndjson",
}
# Extensions of code and data that platforms call a stream of bytes, or nothing at all.
TEXT_ENDINGS = {
    ".bash",
    ".c",
    ".cc",
    ".cfg",
    ".clj",
    ".conf",
    ".cpp",
    ".cs",
    ".css",
    ".csv",
    ".dart",
    ".diff",
    ".env",
    ".erl",
    ".ex",
    ".exs",
    ".go",
    ".gradle",
    ".graphql",
    ".h",
    ".hpp",
    ".hs",
    ".ini",
    ".java",
    ".js",
    ".json",
    ".jsonl",
    ".jsx",
    ".kt",
    ".kts",
    ".lock",
    ".log",
    ".lua",
    ".m",
    ".md",
    ".mjs",
    ".ml",
    ".patch",
    ".php",
    ".pl",
    ".proto",
    ".ps1",
    ".py",
    ".r",
    ".rb",
    ".rs",
    ".rst",
    ".scala",
    ".sh",
    ".sql",
    ".srt",
    ".svg",
    ".swift",
    ".tex",
    ".tf",
    ".toml",
    ".ts",
    ".tsv",
    ".tsx",
    ".txt",
    ".vb",
    ".vue",
    ".xml",
    ".yaml",
    ".yml",
    ".zig",
    ".zsh",
}


def with_type(file: FileRef) -> FileRef:
    """Return a file with the type to read it as, "" if only its content can tell.

    A type that is neither readable nor vague stays as it is.
    """
    media_type = file.media_type.partition(";")[0].strip().lower()
    media_type = ALIASES.get(media_type, media_type)
    ending = PurePath(file.name.lower()).suffix
    document = kinds.of_name(file.name) or ("" if ending in TEXT_ENDINGS else kinds.of_type(media_type))
    if media_type in IMAGES or media_type == PDF:
        pass
    elif document and not media_type.startswith(_NO_DOCUMENTS):
        media_type = document
    elif media_type in VAGUE:
        media_type = ENDINGS.get(ending) or (TEXT if ending in TEXT_ENDINGS else "")
        media_type = media_type or ("application/octet-stream" if ending in OTHERS else "")
    elif _is_text(media_type) or (ending in TEXT_ENDINGS and not media_type.startswith(_NO_DOCUMENTS)):
        media_type = TEXT
    return replace(file, media_type=media_type)


def with_content_type(file: FileRef, data: bytes) -> FileRef:
    """Return a file with the type of its content, if that is an image, a PDF or a document; else with its own.

    A file that only its content could identify, and that is none of these, may be text.
    """
    start = data[:1_024]
    found = next((image for image, starts in IMAGES.items() if start.startswith(starts)), "")
    if found == "image/webp" and start[8:12] != b"WEBP":
        found = ""
    if not found and start.lstrip().startswith(b"%PDF-"):
        found = PDF
    if not found and kinds.is_document(start):
        found = DOCUMENT
    return replace(file, media_type=found or file.media_type or TEXT)


def _is_text(media_type: str) -> bool:
    return (
        media_type.startswith("text/") or media_type in TEXTS or media_type.endswith(("+json", "+xml", "+yaml", "+csv"))
    )
